package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A writer writes rows as they come, so that nobody has to hold them all.
type writer[R any] interface {
	Write(rows []R) error
	Close() error // ends the file
}

// A Writer writes constats.
type Writer = writer[Row]

// NewCSV writes constats.csv: UTF-8 without BOM, comma, CRLF (RFC 4180), one
// line of names, one line per row, cells that a spreadsheet will not run.
func NewCSV(w io.Writer) Writer { return newCSV(w, ',') }

// NewSpreadsheet writes the same with what a French spreadsheet expects of a
// file that somebody opens with a double click: a BOM and semicolons.
func NewSpreadsheet(w io.Writer) Writer {
	out := newCSV(w, ';')
	out.before = bom
	return out
}

const bom = "\ufeff"

type csvWriter[R any] struct {
	file   io.Writer
	out    *csv.Writer
	names  []string
	cells  func(*R, []string) // fills one line
	line   []string
	before string // what the file begins with
	begun  bool
}

func newCSV(w io.Writer, comma rune) *csvWriter[Row] {
	table := columns()
	names := make([]string, len(table))
	for i, col := range table {
		names[i] = col.name
	}
	return newCSVOf(w, comma, names, func(r *Row, line []string) {
		for i, col := range table {
			line[i] = col.cell(r)
		}
	})
}

func newCSVOf[R any](w io.Writer, comma rune, names []string, cells func(*R, []string)) *csvWriter[R] {
	out := &csvWriter[R]{file: w, out: csv.NewWriter(w), names: names, cells: cells, line: make([]string, len(names))}
	out.out.Comma, out.out.UseCRLF = comma, true
	return out
}

// begin writes the names of the columns.
func (c *csvWriter[R]) begin() error {
	if c.begun {
		return nil
	}
	c.begun = true
	if _, err := io.WriteString(c.file, c.before); err != nil {
		return fmt.Errorf("beginning the CSV: %w", err)
	}
	return c.out.Write(c.names)
}

// Write adds lines.
func (c *csvWriter[R]) Write(rows []R) error {
	if err := c.begin(); err != nil {
		return err
	}
	for r := range rows {
		c.cells(&rows[r], c.line)
		for i, cell := range c.line {
			c.line[i] = CSVCell(cell)
		}
		if err := c.out.Write(c.line); err != nil {
			return fmt.Errorf("writing a line of the CSV: %w", err)
		}
	}
	c.out.Flush()
	return c.out.Error()
}

// Close writes the names where there was no row.
func (c *csvWriter[R]) Close() error { return c.Write(nil) }

// NewJSON writes constats.json: one array, one object per row and line, the
// texts as they are.
func NewJSON(w io.Writer) Writer { return newJSONOf[Row](w) }

func newJSONOf[R any](w io.Writer) *jsonWriter[R] {
	out := &jsonWriter[R]{file: w, out: json.NewEncoder(w)}
	out.out.SetEscapeHTML(false)
	return out
}

type jsonWriter[R any] struct {
	file  io.Writer
	out   *json.Encoder
	begun bool
}

// Write adds objects, each with what separates it from the one before.
func (j *jsonWriter[R]) Write(rows []R) error {
	for r := range rows {
		separator := ","
		if !j.begun {
			j.begun, separator = true, "["
		}
		if _, err := io.WriteString(j.file, separator); err != nil {
			return fmt.Errorf("writing the JSON: %w", err)
		}
		if err := j.out.Encode(&rows[r]); err != nil {
			return fmt.Errorf("writing the JSON: %w", err)
		}
	}
	return nil
}

// Close ends the array.
func (j *jsonWriter[R]) Close() error {
	end := "]\n"
	if !j.begun {
		end = "[]\n"
	}
	_, err := io.WriteString(j.file, end)
	return err
}

var number = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)?$`)

// CSVCell puts an apostrophe before a text that a spreadsheet could take for a
// formula (ASVS 1.2.10): one that begins with = + - @ or their full-width
// forms, with or without white space or invisible characters before, or with a
// tab, a line end or NUL. Numbers stay numbers.
func CSVCell(s string) string {
	if startsFormula(s) {
		return "'" + s
	}
	return s
}

// uncell takes the apostrophe away from a cell that CSVCell protected.
func uncell(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && startsFormula(rest) {
		return rest
	}
	return s
}

func startsFormula(s string) bool {
	if s == "" || number.MatchString(s) {
		return false
	}
	if strings.ContainsRune("\t\r\n\x00", rune(s[0])) {
		return true
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, invisible))
	return strings.ContainsRune("=+-@＝＋－＠", first)
}

// invisible is what a program may skip before it looks at a cell's first sign:
// white space, controls and formatting characters such as the BOM.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
