package main

import (
	"errors"
	"fmt"
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
