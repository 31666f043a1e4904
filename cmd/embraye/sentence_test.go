package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// What somebody reads ends as a sentence ends, and names no package of ours.
func TestErrorsEndPlainly(t *testing.T) {
	taken := fmt.Errorf("store: taking the person a@b.example: %w", embraye.ErrNotFound)
	for want, err := range map[string]error{
		"no peer @x@y.example here":                         fmt.Errorf("no peer @x@y.example here: %w", embraye.ErrNotFound),
		"nobody here has the address a@b.example":           fmt.Errorf("nobody here has the address a@b.example: %w", taken),
		"taking the person a@b.example: there is none here": taken,
		"copy \"01X\": there is none here":                  fmt.Errorf("evidence: copy %q: %w", "01X", embraye.ErrNotFound),
		"a.example is in the circle already":                fmt.Errorf("a.example is in the circle already: store: letting a.example in: %w: duplicated key", embraye.ErrConflict),
		"letting a.example in: it is there already":         fmt.Errorf("store: letting a.example in: %w: duplicated key", embraye.ErrConflict),
		"--as a@b.example, whose role is reader: look at a block: not permitted": fmt.Errorf("--as a@b.example, whose role is reader: %w",
			fmt.Errorf("talk: look at a block: %w", embraye.ErrForbidden)),
		"\"x y\" is no address":                       fmt.Errorf("%q is no address: %w", "x y", embraye.ErrInvalid),
		"store: reading: unavailable: disk I/O error": fmt.Errorf("store: reading: %w: disk I/O error", embraye.ErrUnavailable),
		"a peer said: not found":                      errors.New("a peer said: not found"),
		"not found":                                   embraye.ErrNotFound,
		"“http://a.example/” is on http: a peer has to answer on https.":                                    peerProblem("is_on_http", "http://a.example/"),
		"https://a.example: This address is not that of an organisation on Embraye.":                        peerProblem("is_not_an_embraye_organisation", "https://a.example"),
		"Write a handle (@organisation@server) or an address (https://…).":                                  peerProblem("is_no_address", ""),
		"https://a.example/@m: This account shows no key of its own: nothing that it says can be verified.": peerProblem("shows_no_key_of_its_own", "https://a.example/@m"),
	} {
		if got := sentence(err); got != want {
			t.Errorf("%v\n is %q,\nnot %q", err, got, want)
		}
	}
}

func peerProblem(code, value string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "peer", Code: code, Value: value}}}
}

// A number stands beside the word for one or for many: `1 copies` is no sentence. No
// text of commands or of `check` has a count before a plural of its own.
func TestCountsHaveTheirWord(t *testing.T) {
	fixed := regexp.MustCompile(`%d [a-z]+s\b`)
	for _, pattern := range []string{"*.go", "../../internal/check/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", pattern, names, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for n, line := range strings.Split(string(text), "\n") {
				if found := fixed.FindString(line); found != "" && found != "%d bytes" && !strings.HasSuffix(name, "_test.go") { // of bytes there are always many
					t.Errorf("%s:%d: %q", name, n+1, found)
				}
			}
		}
	}
	for want, got := range map[string]string{"0 copies": embraye.Counted(0, "copy", "copies"), "1 copy": embraye.Counted(1, "copy", "copies"), "2 copies": embraye.Counted(int64(2), "copy", "copies")} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// Whoever leaves out what a command needs, or gives it a word that it does not know,
// has used it wrongly: that is status 2, whoever noticed. What is as it should be, and
// not to be had, is status 1.
func TestWrongUsageHasAStatusOfItsOwn(t *testing.T) {
	dir := instanceDir(t)
	for line, want := range map[string]int{
		"user add": 2, "user add --email a@b.example --name A --role boss": 2, "user role ada@example.org boss": 2, "user add --email a --name A --role admin": 1,
		"publish": 2, "review": 2, "journal restart": 2, "peer add": 2, "boost https://a.example/1": 2, "key rotate nobody": 2,
		"deliveries list --state sent": 0, "deliveries list --state wat": 2, "deliveries list --limit 0": 2, "evidence list --state wat": 2,
		"revise nope --kind typo --reason R": 1, "user disable nobody@b.example": 1,
	} {
		if got, said := ran(t, onDir(dir), strings.Fields(line)...); got != want {
			t.Errorf("embraye %s: exit status %d, want %d\n%s", line, got, want, said)
		}
	}
}
