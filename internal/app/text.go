package app

import (
	"errors"

	"embraye/internal/embraye"
)

// cut bounds a text by characters.
func cut(s string, max int) string { return embraye.Cut(s, max) }

// checkText is the law for texts as an error, for what may be empty.
func checkText(field, s string, max int) error {
	if p := embraye.TextProblem(field, s, max, false); p != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	return nil
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

// requiredText is the law for texts as an error, for a reason or note that must be
// given.
func requiredText(field, s string, max int) error {
	if p := embraye.TextProblem(field, s, max, true); p != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	return nil
}

// oneProblem is a single mistake as an error.
func oneProblem(field, code, value string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: field, Code: code, Value: value}}}
}
