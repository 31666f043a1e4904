package app

import (
	"errors"

	"embraye/internal/embraye"
)

// Cut bounds a text by characters.
func Cut(s string, max int) string { return embraye.Cut(s, max) }

// CheckText is the law for texts as an error, for what may be empty.
func CheckText(field, s string, max int) error {
	if p := embraye.TextProblem(field, s, max, false); p != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	return nil
}

// WithProblem adds a problem to those that were found before, so that a form
// comes back once with all of them.
func WithProblem(err error, p *embraye.Problem) error {
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

// RequiredText is the law for texts as an error, for a reason or note that must be
// given.
func RequiredText(field, s string, max int) error {
	if p := embraye.TextProblem(field, s, max, true); p != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	return nil
}

// OneProblem is a single mistake as an error.
func OneProblem(field, code, value string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: field, Code: code, Value: value}}}
}

// MaxReportText is the longest text of a report, in characters.
const MaxReportText = 4000
