package app

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"embraye/internal/embraye"
)

// textProblem is what is wrong with a text of a form: not UTF-8, with NUL, with
// signs that turn the direction of what follows (SECURITY W68), missing, or too
// long.
func textProblem(field, s string, max int, required bool) *embraye.Problem {
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0) || strings.ContainsFunc(s, turns):
		return &embraye.Problem{Field: field, Code: "not_text"}
	case required && blank(s):
		return &embraye.Problem{Field: field, Code: "required"}
	case utf8.RuneCountInString(s) > max:
		return &embraye.Problem{Field: field, Code: "too_long", Max: max}
	}
	return nil
}

// checkText is textProblem as an error, for what may be empty.
func checkText(field, s string, max int) error {
	if p := textProblem(field, s, max, false); p != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	return nil
}

// turns reports overrides and isolates of the direction, with which a text can
// show something else than it says.
func turns(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// straight is a text of a stranger without them.
func straight(s string) string {
	return strings.Map(func(r rune) rune {
		if turns(r) {
			return -1
		}
		return r
	}, s)
}

// blank reports whether nobody could see anything.
func blank(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}) == ""
}

// withProblem adds a problem to those that were found before, so that a form
// comes back once with all of them.
func withProblem(err error, p *embraye.Problem) error {
	var invalid *embraye.InvalidError
	if p == nil || err != nil && !errors.As(err, &invalid) {
		return err
	}
	all := &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	if invalid != nil {
		all.Problems = append(all.Problems, invalid.Problems...)
	}
	return all
}

// requiredText is textProblem as an error, for a reason or note that must be
// given.
func requiredText(field, s string, max int) error {
	if p := textProblem(field, s, max, true); p != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	return nil
}

// oneProblem is a single mistake as an error.
func oneProblem(field, code, value string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: field, Code: code, Value: value}}}
}
