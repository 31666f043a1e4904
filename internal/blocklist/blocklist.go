// Package blocklist reads the lists of domains that others publish: Mastodon's CSV,
// GoToSocial's JSON, and plain text with one domain a line. It knows nothing of what
// stands here; it says of each line what it asks for, or why it is not understood.
package blocklist

import (
	"bytes"
	"strings"

	"embraye/internal/embraye"
)

// MaxBytes bounds a list, and MaxEntries what it names: the longest lists that are
// shared have some ten thousand domains.
const (
	MaxBytes   = 5 << 20
	MaxEntries = 200_000
)

// Entry is one line of a list, or one object of a JSON one.
type Entry struct {
	Line    int                 // from 1
	Given   string              // the domain as the list writes it, cut
	Block   embraye.DomainBlock // what it asks for
	Problem *embraye.Problem    // why it is not understood; nil: it is
}

// Broken reports whether the line is no domain at all: what stands there was meant
// otherwise, or the list is damaged.
func (e *Entry) Broken() bool {
	return e.Problem != nil && (e.Problem.Code == "is_not_a_domain" || e.Problem.Code == "is_not_csv")
}

// Read reads a list of whatever format. It fails where there is none, such as a
// page of HTML, and where there is too much.
func Read(text []byte) ([]Entry, error) {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	switch {
	case len(text) > MaxBytes:
		return nil, problem("is_too_heavy", MaxBytes)
	case bytes.HasPrefix(text, []byte("<")) || bytes.IndexByte(text, 0) >= 0:
		return nil, problem("is_no_list_of_domains", 0)
	case bytes.HasPrefix(text, []byte("[")):
		return readJSON(text)
	}
	return readCSV(text)
}

func problem(code string, most int) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "list", Code: code, Max: most}}}
}

// entry makes an entry of what a line says of a domain.
func entry(line int, domain string, b embraye.DomainBlock) Entry {
	given := embraye.Trim(domain)
	e := Entry{Line: line, Given: embraye.Cut(given, 100), Block: b}
	wrong := func(field, code, value string) Entry {
		e.Problem = &embraye.Problem{Field: field, Code: code, Value: value}
		return e
	}
	name := strings.TrimPrefix(given, "*.")
	if strings.Contains(name, "*") {
		return wrong("domain", "is_hidden_by_the_list", e.Given)
	}
	host, err := embraye.NormaliseHost(embraye.Cut(embraye.Address(name), 300))
	if err != nil || !strings.Contains(host, ".") {
		return wrong("domain", "is_not_a_domain", e.Given)
	}
	e.Block.Domain = host
	switch e.Block.Severity = embraye.Severity(strings.ToLower(string(b.Severity))); e.Block.Severity {
	case "":
		e.Block.Severity = embraye.Suspend
	case embraye.Suspend, embraye.Silence:
	default:
		return wrong("severity", "unknown", embraye.Cut(string(b.Severity), 40))
	}
	return e
}
