package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"embraye/internal/embraye"
)

// blockFile is what a list asks for, and the lines that ask for nothing that we
// do.
type blockFile struct {
	blocks  []block
	skipped []string
}

const maxBlockFile = 16 << 20

// readBlocks reads Mastodon's CSV, with or without the # of its header, and
// plain lists of one domain a line. Only whole blocks exist here: lines of a
// lesser severity, and domains that the list itself hides (obfuscated with *),
// are skipped and named; everything else that is odd refuses the file.
func readBlocks(r io.Reader) (blockFile, error) {
	var out blockFile
	in := csv.NewReader(io.LimitReader(r, maxBlockFile))
	in.FieldsPerRecord = -1 // lists with and without trailing columns exist
	in.TrimLeadingSpace = true
	columns := map[string]int{"domain": 0}
	var wrong []error
	for first := true; ; first = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return out, fmt.Errorf("the list is not CSV: %w", err)
		}
		if first {
			record[0] = strings.TrimPrefix(record[0], "\ufeff")
			if names, ok := headerColumns(record); ok {
				columns = names
				continue
			}
		}
		line, _ := in.FieldPos(0)
		if err := out.add(line, record, columns); err != nil {
			wrong = append(wrong, err)
		}
	}
	return out, errors.Join(wrong...)
}

// headerColumns recognises a header by its column of domains.
func headerColumns(record []string) (map[string]int, bool) {
	columns := map[string]int{}
	for i, name := range record {
		columns[strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "#")] = i
	}
	_, ok := columns["domain"]
	return columns, ok
}

func (f *blockFile) add(line int, record []string, columns map[string]int) error {
	field := func(name string) string {
		if i, ok := columns[name]; ok && i < len(record) {
			return strings.TrimSpace(record[i])
		}
		return ""
	}
	domain, severity := field("domain"), strings.ToLower(field("severity"))
	_, headed := columns["severity"]
	switch {
	case domain == "" || !headed && strings.HasPrefix(domain, "#"):
		return nil
	case strings.Contains(domain, "*"):
		f.skipped = append(f.skipped, fmt.Sprintf("line %d: %s is hidden by the list", line, domain))
		return nil
	case severity != "" && severity != "suspend":
		f.skipped = append(f.skipped, fmt.Sprintf("line %d: %s has severity %s; only suspend exists here", line, domain, severity))
		return nil
	}
	name, err := embraye.NormaliseHost(domain)
	if err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	if !slices.ContainsFunc(f.blocks, func(b block) bool { return b.Domain == name }) {
		f.blocks = append(f.blocks, block{Domain: name, Severity: "suspend", Comment: field("public_comment"), RejectMedia: true, RejectReports: true})
	}
	return nil
}
