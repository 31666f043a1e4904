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

// A Writer writes rows as they come, so that nobody has to hold them all.
type Writer interface {
	Write(rows []Row) error
	Close() error // ends the file
}

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

type csvWriter struct {
	file   io.Writer
	out    *csv.Writer
	table  []column
	line   []string
	before string // what the file begins with
	begun  bool
}

func newCSV(w io.Writer, comma rune) *csvWriter {
	out := &csvWriter{file: w, out: csv.NewWriter(w), table: columns()}
	out.out.Comma, out.out.UseCRLF, out.line = comma, true, make([]string, len(out.table))
	return out
}

// begin writes the names of the columns.
func (c *csvWriter) begin() error {
	if c.begun {
		return nil
	}
	c.begun = true
	if _, err := io.WriteString(c.file, c.before); err != nil {
		return fmt.Errorf("beginning the CSV: %w", err)
	}
	for i, col := range c.table {
		c.line[i] = col.name
	}
	return c.out.Write(c.line)
}

// Write adds lines.
func (c *csvWriter) Write(rows []Row) error {
	if err := c.begin(); err != nil {
		return err
	}
	for r := range rows {
		for i, col := range c.table {
			c.line[i] = CSVCell(col.cell(&rows[r]))
		}
		if err := c.out.Write(c.line); err != nil {
			return fmt.Errorf("writing a line of the CSV: %w", err)
		}
	}
	c.out.Flush()
	return c.out.Error()
}

// Close writes the names where there was no row.
func (c *csvWriter) Close() error { return c.Write(nil) }

// NewJSON writes constats.json: one array, one object per row and line, the
// texts as they are.
func NewJSON(w io.Writer) Writer {
	out := &jsonWriter{file: w, out: json.NewEncoder(w)}
	out.out.SetEscapeHTML(false)
	return out
}

type jsonWriter struct {
	file  io.Writer
	out   *json.Encoder
	begun bool
}

// Write adds objects, each with what separates it from the one before.
func (j *jsonWriter) Write(rows []Row) error {
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
func (j *jsonWriter) Close() error {
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
