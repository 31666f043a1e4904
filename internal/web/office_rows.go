package web

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"embraye/internal/embraye"
)

// Rows of a form share the names of their fields: a problem belongs to the row
// whose value it fits.

// Part is one field of a row.
func (p *officePage) Part(name, id, value string) *field {
	return &field{ID: id, Name: name, Kind: "text", Label: p.T("field." + name), Value: value, Error: p.PartError(name, value)}
}

// PartError is what is wrong with a value of a row.
func (p *officePage) PartError(name, value string) string {
	for _, problem := range p.Problems {
		if problem.Field == name && value != "" && fits(problem, value) {
			return p.Sentence(problem)
		}
	}
	return ""
}

// HostOf names where a page is.
func (p *officePage) HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// Picture reports whether a piece of evidence is a picture of ours.
func (p *officePage) Picture(mediaType string) bool { return strings.HasPrefix(mediaType, "image/") }

// RowError is what is wrong with one piece of evidence.
func (p *officePage) RowError(href string) string { return p.PartError("evidence", href) }

func fits(problem embraye.Problem, value string) bool {
	switch problem.Code {
	case "too_long":
		return problem.Max > 0 && utf8.RuneCountInString(value) > problem.Max
	case "not_text":
		return !embraye.Readable(value)
	}
	return problem.Value == value
}
