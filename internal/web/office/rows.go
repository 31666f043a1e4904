package office

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"embraye/internal/embraye"
)

// Rows of a form share the names of their fields: a problem belongs to the row
// whose value it fits.

// Part is one field of a row.
func (p *Form) Part(name, id, value string) *field {
	return &field{ID: id, Name: name, Kind: "text", Label: p.page.T("field." + name), Value: value, Error: p.PartError(name, value)}
}

// PartError is what is wrong with a value of a row.
func (p *Form) PartError(name, value string) string {
	for _, problem := range p.Problems {
		if problem.Field == name && value != "" && fits(problem, value) {
			return p.Sentence(problem)
		}
	}
	return ""
}

// hostOf names where a page is.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

func fits(problem embraye.Problem, value string) bool {
	switch problem.Code {
	case "too_long":
		return problem.Max > 0 && utf8.RuneCountInString(value) > problem.Max
	case "not_text":
		return !embraye.Readable(value)
	}
	return problem.Value == value || utf8.RuneCountInString(problem.Value) >= shortest && strings.HasPrefix(embraye.OneLine(value), problem.Value)
}

// shortest is the shortest piece of a value that a problem quotes instead of
// all of it.
const shortest = 40
