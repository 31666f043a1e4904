package export

import (
	"errors"
	"io"
	"slices"
	"strconv"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// Importer turns a spreadsheet into drafts: it knows the words of people and
// the rules of the domain. It stores nothing, so a dry run and an import are
// the same call.
type Importer struct {
	Catalogue *locale.Catalogue
	Frame     embraye.Frame
}

// Import is a whole table, line by line.
type Import struct {
	Lines   []ImportLine
	Ignored []string // names of columns that mean nothing to us
	Remarks int      // lines that are none: see Remark
}

// ImportLine is one line as a draft, with everything that publication would
// refuse. What could not be understood is kept as it was typed.
type ImportLine struct {
	Line     int // in the file, from 1
	Scope    embraye.Scope
	Content  embraye.Content
	Problems []embraye.Problem
}

// Read reads a whole table. An error means that the file as a whole is wrong
// (codes of ReadTable, no_known_column, column_twice); what is wrong in a line
// stays with the line.
func (im Importer) Read(r io.Reader) (*Import, error) {
	table, err := ReadTable(r)
	if err != nil {
		return nil, err
	}
	head, err := im.head(table.Names)
	if err != nil {
		return nil, err
	}
	words := im.words()
	result := &Import{Ignored: head.ignored, Remarks: table.Remarks, Lines: make([]ImportLine, 0, len(table.Lines))}
	for _, line := range table.Lines {
		result.Lines = append(result.Lines, im.line(head, words, line))
	}
	return result, nil
}

func (im Importer) line(head header, words vocabulary, line TableLine) ImportLine {
	d := draft{words: words}
	for i, cell := range line.Cells {
		if i < len(head.columns) && cell != "" {
			head.columns[i](&d, cell)
		}
	}
	out := ImportLine{Line: line.Number}
	if surplus := line.Cells[min(len(head.columns), len(line.Cells)):]; slices.ContainsFunc(surplus, func(cell string) bool { return cell != "" }) {
		out.Problems = append(out.Problems, embraye.Problem{Field: "line", Code: "too_many_cells", Value: strconv.Itoa(len(line.Cells))})
	}
	d.Evidence = d.proofs.list()
	d.Scope, d.Content = d.Scope.Tidy(), d.Content.Tidy()
	scope, _, err := im.Frame.Check(d.Scope, d.Content)
	out.Scope, out.Content = scope, d.Content // defaults are publication's affair: "observed today" means that day
	var invalid *embraye.InvalidError
	if errors.As(err, &invalid) {
		out.Problems = append(out.Problems, invalid.Problems...)
	}
	return out
}
