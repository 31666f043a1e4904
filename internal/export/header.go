package export

import (
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// maxProofs is how many numbered pieces of evidence a line can have.
const maxProofs = 20

// header says for each column what its cells do to a draft.
type header struct {
	columns []func(*draft, string)
	ignored []string
}

// field is one column that can be imported: its name in forms and commands,
// and other names beside the catalogue's.
type field struct {
	name    string
	aliases []string
	set     func(*draft, string)
}

func (im Importer) head(names []string) (header, error) {
	known := im.known()
	h := header{}
	used := map[string]bool{}
	for _, name := range names {
		f, ok := known[embraye.Fold(name)]
		if !ok {
			h.columns = append(h.columns, func(*draft, string) {})
			if name != "" {
				h.ignored = append(h.ignored, name)
			}
			continue
		}
		if used[f.name] {
			return header{}, badTable("column_twice", name)
		}
		used[f.name] = true
		h.columns = append(h.columns, f.set)
	}
	if len(used) == 0 {
		return header{}, badTable("no_known_column", strings.Join(names, ", "))
	}
	return h, nil
}

// known maps every folded name, in every language, to its column.
func (im Importer) known() map[string]field {
	known := map[string]field{}
	for _, f := range append(fields(), proofFields()...) {
		known[embraye.Fold(f.name)] = f
		for _, alias := range f.aliases {
			known[embraye.Fold(alias)] = f
		}
		for _, lang := range locale.Languages() {
			known[embraye.Fold(columnName(im.Catalogue, lang, f.name))] = f
		}
	}
	return known
}

// columnName is what the template of a language calls a column.
func columnName(c *locale.Catalogue, lang, name string) string {
	if part, n, ok := proofName(name); ok {
		return c.T(lang, "import.evidence."+part, n)
	}
	return c.T(lang, "import.column."+name)
}

// fields are the columns in the template's order. The aliases are the names of
// constats.csv where they differ: what was exported can be imported.
func fields() []field {
	return []field{
		{"measure", nil, func(d *draft, s string) { d.Measure = d.words.measure(s) }},
		{"subject", nil, func(d *draft, s string) { d.Subject = choose(d.words.subjects, s) }},
		{"territory", nil, func(d *draft, s string) { d.Territory = s }},
		{"territory_name", []string{"commune"}, func(d *draft, s string) { d.TerritoryName = s }},
		{"institution", nil, func(d *draft, s string) { d.Institution.Name = s }},
		{"institution_kind", []string{"type"}, func(d *draft, s string) { d.Institution.Kind = choose(d.words.kinds, s) }},
		{"siren", []string{"institution_siren"}, func(d *draft, s string) { d.Institution.SIREN = s }},
		{"wikidata", []string{"institution_wikidata"}, func(d *draft, s string) { d.Institution.Wikidata = s }},
		{"stage", nil, func(d *draft, s string) { d.Stage = choose(d.words.stages, s) }},
		{"title", nil, func(d *draft, s string) { d.Title = s }},
		{"summary", nil, func(d *draft, s string) { d.Summary = s }},
		{"text", nil, func(d *draft, s string) { d.Text = s }},
		{"confidence", []string{"confiance"}, func(d *draft, s string) { d.Confidence = choose(d.words.confidences, s) }},
		{"effective_date", nil, func(d *draft, s string) { d.EffectiveDate = embraye.Date(s) }},
		{"observed_date", nil, func(d *draft, s string) { d.ObservedDate = embraye.Date(s) }},
		{"searched", nil, func(d *draft, s string) { d.Searched = entries(s) }},
		{"indicator_name", nil, func(d *draft, s string) { d.indicator().Name = s }},
		{"indicator_value", nil, func(d *draft, s string) { d.indicator().Value = s }},
		{"indicator_unit", nil, func(d *draft, s string) { d.indicator().Unit = s }},
		{"indicator_goal", nil, func(d *draft, s string) { d.indicator().Goal = s }},
		{"indicator_as_of", nil, func(d *draft, s string) { d.indicator().AsOf = embraye.Date(s) }},
		{"lessons", nil, func(d *draft, s string) { d.Lessons = strings.Fields(embraye.Fold(s)) }},
		{"license", []string{"licence"}, func(d *draft, s string) { d.Licence = choose(d.words.licences, s) }},
		{"lang", []string{"language"}, func(d *draft, s string) { d.Language = s }},
		{"evidence", []string{"preuves"}, func(d *draft, s string) { d.proofs.addresses(s) }},
	}
}
