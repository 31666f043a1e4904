package export

import (
	"strconv"
	"strings"

	"embraye/internal/locale"
)

// Column explains one column of constats.csv and key of constats.json. Type is
// one of Table Schema's types.
type Column struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
}

// listSeparator stands between the entries of a list in one CSV cell.
const listSeparator = " | "

type column struct {
	name, kind string
	cell       func(*Row) string
}

// Columns lists every column in the file's order, explained in lang.
func Columns(c *locale.Catalogue, lang string) []Column {
	table := columns()
	list := make([]Column, len(table))
	for i, col := range table {
		list[i] = Column{Name: col.name, Type: col.kind, Description: c.T(lang, "export.column."+col.name)}
	}
	return list
}

// columns is the CSV in the order of the JSON keys. Dates of day, month or year
// precision are strings to Table Schema.
func columns() []column {
	return []column{
		{"id", "string", func(r *Row) string { return r.ID }},
		{"version", "integer", func(r *Row) string { return strconv.Itoa(r.Version) }},
		{"version_url", "string", func(r *Row) string { return r.VersionURL }},
		{"current", "boolean", func(r *Row) string { return strconv.FormatBool(r.Current) }},
		{"version_kind", "string", func(r *Row) string { return r.VersionKind }},
		{"version_reason", "string", func(r *Row) string { return r.VersionReason }},
		{"version_date", "datetime", func(r *Row) string { return r.VersionDate }},
		{"sha256", "string", func(r *Row) string { return r.SHA256 }},
		{"published", "datetime", func(r *Row) string { return r.Published }},
		{"updated", "datetime", func(r *Row) string { return r.Updated }},
		{"withdrawn", "datetime", func(r *Row) string { return r.Withdrawn }},
		{"withdrawal_reason", "string", func(r *Row) string { return r.WithdrawalReason }},
		{"account", "string", func(r *Row) string { return r.Account }},
		{"measure", "string", func(r *Row) string { return r.Measure }},
		{"measure_iri", "string", func(r *Row) string { return r.MeasureIRI }},
		{"measure_title", "string", func(r *Row) string { return r.MeasureTitle }},
		{"subject", "string", func(r *Row) string { return r.Subject }},
		{"territory", "string", func(r *Row) string { return r.Territory }},
		{"territory_name", "string", func(r *Row) string { return r.TerritoryName }},
		{"institution", "string", func(r *Row) string { return r.Institution }},
		{"institution_kind", "string", func(r *Row) string { return r.InstitutionKind }},
		{"institution_siren", "string", func(r *Row) string { return r.InstitutionSIREN }},
		{"institution_wikidata", "string", func(r *Row) string { return r.InstitutionWikidata }},
		{"scale", "string", func(r *Row) string { return r.Scale }},
		{"stage", "string", func(r *Row) string { return r.Stage }},
		{"timeliness", "string", func(r *Row) string { return r.Timeliness }},
		{"title", "string", func(r *Row) string { return r.Title }},
		{"summary", "string", func(r *Row) string { return r.Summary }},
		{"text", "string", func(r *Row) string { return r.Text }},
		{"confidence", "string", func(r *Row) string { return r.Confidence }},
		{"effective_date", "string", func(r *Row) string { return r.EffectiveDate }},
		{"observed_date", "string", func(r *Row) string { return r.ObservedDate }},
		{"evidence", "string", evidenceCell},
		{"evidence_damaged", "string", func(r *Row) string { return strings.Join(r.EvidenceDamaged, " ") }},
		{"searched", "string", func(r *Row) string { return strings.Join(r.Searched, listSeparator) }},
		{"indicator_name", "string", func(r *Row) string { return r.IndicatorName }},
		{"indicator_value", "string", func(r *Row) string { return r.IndicatorValue }},
		{"indicator_unit", "string", func(r *Row) string { return r.IndicatorUnit }},
		{"indicator_goal", "string", func(r *Row) string { return r.IndicatorGoal }},
		{"indicator_as_of", "string", func(r *Row) string { return r.IndicatorAsOf }},
		{"lessons", "string", func(r *Row) string { return strings.Join(r.Lessons, " ") }},
		{"related", "string", relatedCell},
		{"signed_by", "string", func(r *Row) string { return r.SignedBy }},
		{"licence", "string", func(r *Row) string { return r.Licence }},
		{"language", "string", func(r *Row) string { return r.Language }},
		{"organisation", "string", func(r *Row) string { return r.Organisation }},
		{"host", "string", func(r *Row) string { return r.Host }},
		{"copy", "string", func(r *Row) string { return r.Copy }},
		{"received", "datetime", func(r *Row) string { return r.Received }},
	}
}

// evidenceCell separates addresses by spaces, which no address contains.
func evidenceCell(r *Row) string {
	list := make([]string, len(r.Evidence))
	for i, e := range r.Evidence {
		list[i] = e.Address
	}
	return strings.Join(list, " ")
}

func relatedCell(r *Row) string {
	list := make([]string, len(r.Related))
	for i, rel := range r.Related {
		list[i] = rel.Rel + " " + rel.Address
	}
	return strings.Join(list, listSeparator)
}
