package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"embraye/internal/locale"
)

// templateProofs is how many pieces of evidence the template has room for.
const templateProofs = 3

// ImportColumns explains the template's columns in lang, for the page of the
// import.
func ImportColumns(c *locale.Catalogue, lang string) []Column {
	var list []Column
	for _, name := range templateNames() {
		help := "import.help." + name
		if part, _, ok := proofName(name); ok {
			help = "import.help.evidence." + part
		}
		list = append(list, Column{Name: columnName(c, lang, name), Type: "string", Description: c.T(lang, help)})
	}
	return list
}

// WriteTemplate writes an empty table to fill: the names alone, with the BOM
// that makes Excel read UTF-8, separated as the language's Excel expects.
func WriteTemplate(w io.Writer, c *locale.Catalogue, lang string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("writing the template: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if strings.HasPrefix(lang, "fr") {
		out.Comma = ';'
	}
	var line []string
	for _, col := range ImportColumns(c, lang) {
		line = append(line, col.Name)
	}
	if err := out.Write(line); err != nil {
		return fmt.Errorf("writing the template: %w", err)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing the template: %w", err)
	}
	return nil
}

// templateNames leaves out the column of addresses, which the numbered ones
// replace.
func templateNames() []string {
	var names []string
	for _, f := range fields() {
		if f.name != "evidence" {
			names = append(names, f.name)
		}
	}
	for _, f := range proofFields()[:templateProofs*len(proofParts())] {
		names = append(names, f.name)
	}
	return names
}
