package main

import (
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/leave"

	"github.com/google/go-cmp/cmp"
)

func TestBlocksAreReadFromTheListsThatExist(t *testing.T) {
	suspend := func(domain, comment string) block {
		return block{Domain: domain, Severity: "suspend", Comment: comment, RejectMedia: true, RejectReports: true}
	}
	for name, c := range map[string]struct {
		text    string
		blocks  []block
		skipped int
	}{
		"Mastodon": {
			"#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n" +
				"bad.example,suspend,true,true,\"spam, again\",false\nloud.example,silence,false,false,,false\n",
			[]block{suspend("bad.example", "spam, again")}, 1},
		"GoToSocial":      {"domain,severity\nbad.example,suspend\nBAD.example,suspend\n", []block{suspend("bad.example", "")}, 0},
		"other columns":   {"severity,public_comment,domain\nsuspend,why,bad.example\n", []block{suspend("bad.example", "why")}, 0},
		"plain list":      {"# a list\nbad.example\n\nworse.example\n", []block{suspend("bad.example", ""), suspend("worse.example", "")}, 0},
		"missing columns": {"#domain\nbad.example\n", []block{suspend("bad.example", "")}, 0},
		"obfuscated":      {"domain,severity\nb*d.example,suspend\n", nil, 1},
		"byte order mark": {"\ufeff#domain,#severity\r\nbad.example,suspend\r\n", []block{suspend("bad.example", "")}, 0},
		"international":   {"domain\néval.example\n", []block{suspend("xn--val-9la.example", "")}, 0},
		"empty":           {"", nil, 0},
	} {
		got, err := readBlocks(strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.blocks, got.blocks); diff != "" || len(got.skipped) != c.skipped {
			t.Errorf("%s: %s, skipped %q", name, diff, got.skipped)
		}
	}
}

func TestABrokenListNamesEveryBadLine(t *testing.T) {
	_, err := readBlocks(strings.NewReader("domain,severity\nno host,suspend\nbad.example,suspend\nhttp://x,suspend\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2:") || !strings.Contains(err.Error(), "line 4:") {
		t.Errorf("error %v, want lines 2 and 4", err)
	}
	if _, err := readBlocks(strings.NewReader("domain\n\"open\n")); err == nil {
		t.Error("an open quote is no CSV")
	}
}

func TestExportedBlocksAreMastodons(t *testing.T) {
	var out strings.Builder
	if err := leave.WriteBlocks(&out, []embraye.DomainBlock{{Domain: "bad.example", Severity: "suspend", Comment: "spam, again", RejectMedia: true, RejectReports: true}, {Domain: "loud.example", Severity: "silence", Obfuscate: true}}); err != nil {
		t.Fatal(err)
	}
	want := "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,true,true,\"spam, again\",false\nloud.example,silence,false,false,,true\n"
	if out.String() != want {
		t.Errorf("got %q", out.String())
	}
	back, err := readBlocks(strings.NewReader(out.String()))
	if err != nil || len(back.blocks) != 1 || back.blocks[0].Comment != "spam, again" {
		t.Errorf("read back %+v, %v", back, err)
	}
}
