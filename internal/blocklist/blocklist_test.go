package blocklist_test

import (
	"errors"
	"strings"
	"testing"

	"embraye/internal/blocklist"
	"embraye/internal/embraye"

	"github.com/google/go-cmp/cmp"
)

const header = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"

func TestListsAreReadAsTheyExist(t *testing.T) {
	suspend := func(domain, comment string) embraye.DomainBlock {
		return embraye.DomainBlock{Domain: domain, Severity: embraye.Suspend, Comment: comment}
	}
	loud := embraye.DomainBlock{Domain: "loud.example", Severity: embraye.Silence, RejectReports: true, Obfuscate: true}
	for name, c := range map[string]struct {
		text   string
		blocks []embraye.DomainBlock
		wrong  string // "line code" of each that is not understood
	}{
		"Mastodon":        {header + "bad.example,suspend,false,false,\"spam, again\",false\nloud.example,silence,false,true,,true\n", []embraye.DomainBlock{suspend("bad.example", "spam, again"), loud}, ""},
		"GoToSocial":      {"domain,severity\nbad.example,suspend\nBAD.example,Suspend\n", []embraye.DomainBlock{suspend("bad.example", ""), suspend("bad.example", "")}, ""},
		"other columns":   {"severity,public_comment,domain\nsuspend,why,bad.example\n", []embraye.DomainBlock{suspend("bad.example", "why")}, ""},
		"plain":           {"# a list\nbad.example # why\n\n*.worse.example\n", []embraye.DomainBlock{suspend("bad.example", ""), suspend("worse.example", "")}, ""},
		"missing columns": {"#domain\nbad.example\n", []embraye.DomainBlock{suspend("bad.example", "")}, ""},
		"mark and CRLF":   {"\ufeff#domain,#severity\r\nbad.example,suspend\r\n", []embraye.DomainBlock{suspend("bad.example", "")}, ""},
		"international":   {"domain\néval.example\n", []embraye.DomainBlock{suspend("xn--val-9la.example", "")}, ""},
		"not understood":  {"domain,severity\nb*d.example,suspend\nno host,suspend\nhttp://x,suspend\nodd.example,noop\n***,suspend\n", nil, "2 is_hidden_by_the_list 3 is_not_a_domain 4 is_not_a_domain 5 unknown 6 is_hidden_by_the_list"},
		"damaged":         {"domain,severity\na\"b.example,suspend\nbad.example,suspend\n\"open\n", []embraye.DomainBlock{suspend("bad.example", "")}, "2 is_not_csv 4 is_not_csv"},
		"a long line":     {strings.Repeat("x", 1<<20) + "\nbad.example\n", []embraye.DomainBlock{suspend("bad.example", "")}, "1 is_not_a_domain"},
		"JSON": {`[{"domain":"bad.example","suspended_at":"2024-01-01T00:00:00Z","comment":"why"},{"domain":"worse.example","public_comment":"so"},{"domain":7},"x",{},
			{"domain":"loud.example","silenced_at":"2024-01-01T00:00:00Z","reject_reports":true,"obfuscate":true}]`,
			[]embraye.DomainBlock{suspend("bad.example", "why"), suspend("worse.example", "so"), loud}, "3 is_not_a_domain 4 is_not_a_domain 5 is_not_a_domain"},
		"empty": {"", nil, ""},
	} {
		list, err := blocklist.Read([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var blocks []embraye.DomainBlock
		var wrong []string
		for _, e := range list {
			if e.Problem != nil {
				wrong = append(wrong, string(rune('0'+e.Line))+" "+e.Problem.Code)
			} else {
				blocks = append(blocks, e.Block)
			}
		}
		if diff := cmp.Diff(c.blocks, blocks); diff != "" || strings.Join(wrong, " ") != c.wrong {
			t.Errorf("%s: %s, not understood %q", name, diff, wrong)
		}
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	for text, code := range map[string]string{
		"<!doctype html><title>bad.example</title>": "is_no_list_of_domains",
		"bad.example\x00":                                     "is_no_list_of_domains",
		`[{"domain":"bad.example"}`:                           "is_no_list_of_domains",
		`[{"domain":"bad.example"},`:                          "is_no_list_of_domains",
		strings.Repeat("a.example\n", blocklist.MaxEntries+1): "has_too_many_lines",
		strings.Repeat("x", blocklist.MaxBytes+1):             "is_too_heavy",
	} {
		list, err := blocklist.Read([]byte(text))
		var invalid *embraye.InvalidError
		if !errors.As(err, &invalid) || invalid.Problems[0].Code != code || list != nil {
			t.Errorf("%.30q: %v, want %s", text, err, code)
		}
	}
}
