package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// templateProofs is how many pieces of evidence the template has room for.
const templateProofs = 3

// WriteTemplate writes a table to fill: the names, what each column takes, and an
// example; the last two are remarks, which an import passes over. It has the BOM
// that makes Excel read UTF-8 and is separated as the language's Excel expects.
// The measures are those that one may speak about.
func WriteTemplate(w io.Writer, c *locale.Catalogue, measures []embraye.Measure, lang string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("writing the template: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if strings.HasPrefix(lang, "fr") {
		out.Comma = ';'
	}
	var names, takes, example []string
	for _, name := range templateNames() {
		names = append(names, columnName(c, lang, name))
		takes = append(takes, columnTakes(c, measures, lang, name))
		example = append(example, columnExample(c, measures, lang, name))
	}
	takes[0], example[0] = Remark+" "+takes[0], Remark+" "+example[0]
	if err := out.WriteAll([][]string{names, takes, example}); err != nil {
		return fmt.Errorf("writing the template: %w", err)
	}
	return nil
}

// columnTakes is what may stand in a column: the words of its list, or how it is
// to be filled.
func columnTakes(c *locale.Catalogue, measures []embraye.Measure, lang, name string) string {
	words := func(prefix string, codes []string) string {
		list := make([]string, len(codes))
		for i, code := range codes {
			list[i] = c.T(lang, prefix+code)
		}
		return strings.Join(list, " / ")
	}
	switch name {
	case "measure":
		list := make([]string, len(measures))
		for i, m := range measures {
			list[i] = m.ID
		}
		return strings.Join(list, " / ")
	case "subject":
		return words("subject.", codesOf(embraye.Subjects()))
	case "institution_kind":
		return words("import.kind.", codesOf(embraye.InstitutionKinds()))
	case "stage":
		return words("stage.", codesOf(embraye.Stages()))
	case "confidence":
		return words("confidence.", codesOf(embraye.Confidences()))
	case "license":
		return strings.Join(embraye.Licences(), " / ")
	}
	if part, _, ok := proofName(name); ok {
		name = "evidence." + part
	}
	return c.T(lang, "import.help."+name)
}

// columnExample is the cell of a line that could be published as it is.
func columnExample(c *locale.Catalogue, measures []embraye.Measure, lang, name string) string {
	switch name {
	case "measure":
		return measures[0].ID
	case "subject":
		return c.T(lang, "subject."+string(embraye.BySubjectInstitution))
	case "territory":
		return "FR-BRE"
	case "institution_kind":
		return c.T(lang, "import.kind.region")
	case "stage":
		return c.T(lang, "stage."+string(embraye.UnderWay))
	case "effective_date":
		return "2024-06"
	case "lang":
		return lang
	}
	if part, n, ok := proofName(name); ok {
		if n > 1 {
			return ""
		}
		name = "evidence." + part
	}
	if key := "import.example." + name; c.Has(key) {
		return c.T(lang, key)
	}
	return ""
}

func codesOf[T ~string](codes []T) []string {
	list := make([]string, len(codes))
	for i, code := range codes {
		list[i] = string(code)
	}
	return list
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
