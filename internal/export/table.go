package export

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"embraye/internal/embraye"
)

// Limits of a table that is imported.
const (
	MaxTableBytes = 5 << 20
	MaxLineBytes  = 1 << 20
	MaxTableLines = 5000
)

// Remark begins the first cell of a line that says something to whoever fills the
// table, as our template does.
const Remark = "#"

// Table is a spreadsheet as it was read: names, then lines that are not blank.
type Table struct {
	Names   []string
	Lines   []TableLine
	Remarks int
}

// TableLine is one line and where it stands in the file, from 1.
type TableLine struct {
	Number int
	Cells  []string
}

// ReadTable reads a CSV file as offices write it: UTF-8 with or without BOM or
// Windows-1252, separated by commas, semicolons or tabs. What is no such file
// is an *embraye.InvalidError with one of the codes not_csv, open_quote,
// too_large, line_too_long, too_many_lines, empty.
func ReadTable(r io.Reader) (*Table, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxTableBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the table: %w", err)
	}
	text, err := decodeTable(data)
	if err != nil {
		return nil, err
	}
	first, t := 1, &Table{}
	text, comma, found := separatorLine(text)
	if found {
		first = 2
	}
	if comma == 0 {
		comma = separator(text)
	}
	for line := range splitTable(text, comma, first) {
		if line.broken {
			return nil, badTable("open_quote", strconv.Itoa(line.number))
		}
		if err := t.add(line.number, line.cells); err != nil {
			return nil, err
		}
	}
	if t.Names == nil {
		return nil, badTable("empty", "")
	}
	return t, nil
}

func (t *Table) add(number int, cells []string) error {
	size := 0
	for i, c := range cells {
		size += len(c)
		cells[i] = embraye.Trim(uncell(embraye.Trim(c)))
	}
	switch {
	case size > MaxLineBytes:
		return badTable("line_too_long", strconv.Itoa(number))
	case !slices.ContainsFunc(cells, func(c string) bool { return c != "" }):
	case t.Names == nil:
		t.Names = cells
	case strings.HasPrefix(cells[0], Remark):
		t.Remarks++
	case len(t.Lines) == MaxTableLines:
		return badTable("too_many_lines", strconv.Itoa(MaxTableLines))
	default:
		t.Lines = append(t.Lines, TableLine{Number: number, Cells: cells})
	}
	return nil
}

// decodeTable returns UTF-8. Office programs write Windows-1252 where they do
// not write UTF-8; workbooks and UTF-16 are told apart by their first bytes.
func decodeTable(data []byte) (string, error) {
	if len(data) > MaxTableBytes {
		return "", &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: "too_large", Max: MaxTableBytes}}}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) || bytes.IndexByte(data, 0) >= 0 {
		return "", badTable("not_csv", "")
	}
	number := 0
	for line := range bytes.Lines(data) {
		if number++; len(line) > MaxLineBytes {
			return "", badTable("line_too_long", strconv.Itoa(number))
		}
	}
	if utf8.Valid(data) {
		return oneLineEnd(string(data)), nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return "", badTable("not_csv", "")
	}
	return oneLineEnd(string(text)), nil
}

// oneLineEnd writes the line ends of Windows, and those of old Macs, as \n.
func oneLineEnd(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	return text
}

// separator is the sign that stands most often outside quotation marks in the
// first line that has words.
func separator(text string) byte {
	counts := map[rune]int{}
	quoted, words := false, false
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == ',' || r == ';' || r == '\t':
			counts[r]++
		case r == '\n' && words:
			return most(counts)
		case r != '\n' && r != '\r':
			words = true
		}
	}
	return most(counts)
}

func most(counts map[rune]int) byte {
	best := byte(',')
	for _, sign := range []byte{';', '\t'} {
		if counts[rune(sign)] > counts[rune(best)] {
			best = sign
		}
	}
	return best
}

func badTable(code, value string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "file", Code: code, Value: value}}}
}
