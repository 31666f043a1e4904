package blocklist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"embraye/internal/embraye"
)

// columns tells where the cells are; without a header there is one, the domain.
type columns map[string]int

// readCSV reads Mastodon's CSV, with or without the # of its header and with any of
// its columns, and plain lines of one domain each.
func readCSV(text []byte) ([]Entry, error) {
	in := csv.NewReader(bytes.NewReader(text))
	in.FieldsPerRecord = -1 // lists with and without trailing columns exist
	in.TrimLeadingSpace = true
	in.ReuseRecord = true
	where := columns{"domain": 0}
	var list []Entry
	for first := true; ; first = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		var damaged *csv.ParseError
		switch {
		case len(list) == MaxEntries:
			return nil, problem("has_too_many_lines", MaxEntries)
		case errors.As(err, &damaged):
			list = append(list, Entry{Line: damaged.StartLine, Problem: &embraye.Problem{Field: "domain", Code: "is_not_csv"}})
			continue
		case err != nil:
			return nil, err
		}
		if names, ok := header(record); first && ok {
			where = names
			continue
		}
		line, _ := in.FieldPos(0)
		if e, said := where.read(line, record); said {
			list = append(list, e)
		}
	}
}

// header recognises a header by its column of domains.
func header(record []string) (columns, bool) {
	where := columns{}
	for i, name := range record {
		where[strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "#")] = i
	}
	_, ok := where["domain"]
	return where, ok
}

// read is what a record says; a remark and an empty line say nothing.
func (c columns) read(line int, record []string) (Entry, bool) {
	cell := func(name string) string {
		if i, ok := c[name]; ok && i < len(record) {
			return strings.Clone(strings.TrimSpace(record[i]))
		}
		return ""
	}
	yes := func(name string) bool {
		value := strings.ToLower(cell(name))
		return value == "true" || value == "1"
	}
	domain := cell("domain")
	if len(c) == 1 { // a remark may follow
		domain, _, _ = strings.Cut(domain, "#")
	}
	if domain == "" || strings.HasPrefix(domain, "#") {
		return Entry{}, false
	}
	return entry(line, domain, embraye.DomainBlock{Severity: embraye.Severity(cell("severity")), Comment: cell("public_comment"),
		RejectMedia: yes("reject_media"), RejectReports: yes("reject_reports"), Obfuscate: yes("obfuscate")}), true
}
