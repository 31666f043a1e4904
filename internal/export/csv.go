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

// WriteCSV writes constats.csv: UTF-8 without BOM, comma, CRLF (RFC 4180), one
// line of names, one line per row, cells that a spreadsheet will not run.
func WriteCSV(w io.Writer, rows []Row) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	table := columns()
	line := make([]string, len(table))
	for i, col := range table {
		line[i] = col.name
	}
	if err := out.Write(line); err != nil {
		return fmt.Errorf("writing the names of the CSV: %w", err)
	}
	for r := range rows {
		for i, col := range table {
			line[i] = CSVCell(col.cell(&rows[r]))
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("writing a line of the CSV: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing the CSV: %w", err)
	}
	return nil
}

// WriteJSON writes constats.json: one array, one object per row, the texts as
// they are.
func WriteJSON(w io.Writer, rows []Row) error {
	if rows == nil {
		rows = []Row{}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	if err := out.Encode(rows); err != nil {
		return fmt.Errorf("writing the JSON: %w", err)
	}
	return nil
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
