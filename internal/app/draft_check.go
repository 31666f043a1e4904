package app

import (
	"slices"
	"unicode/utf8"

	"embraye/internal/embraye"
)

// checkDraftInput refuses what no draft can hold: texts that are longer than
// what could be published, that are no text, and values that no form offers
// (SECURITY W68, W69). What is missing is no mistake yet.
func (a *App) checkDraftInput(in DraftInput) (DraftInput, error) {
	in = trimDraft(in)
	c := &draftCheck{}
	c.scope(in.Scope)
	c.content(in.Content)
	c.evidence(in.Evidence)
	c.extras(in.Content)
	if len(c.wrong.Problems) > 0 {
		return in, &c.wrong
	}
	return in, nil
}

type draftCheck struct{ wrong embraye.InvalidError }

func (c *draftCheck) add(p embraye.Problem) { c.wrong.Problems = append(c.wrong.Problems, p) }

func (c *draftCheck) text(field, s string, max int) {
	if p := textProblem(field, s, max, false); p != nil {
		c.add(*p)
	}
}

// short is a value of a closed list or a code: bounded, and judged when it is
// published.
func (c *draftCheck) short(field, s string) { c.text(field, s, embraye.MaxName) }

func (c *draftCheck) date(field string, d embraye.Date) {
	if !d.Valid() {
		c.add(embraye.Problem{Field: field, Code: "bad_date", Value: cut(string(d), 40)})
	}
}

// choose wants a value of a closed list, or none yet.
func choose[T ~string](c *draftCheck, field string, value T, list []T) {
	if value == "" || slices.Contains(list, value) {
		return
	}
	allowed := make([]string, len(list))
	for i, v := range list {
		allowed[i] = string(v)
	}
	c.add(embraye.Problem{Field: field, Code: "unknown", Value: cut(string(value), 40), Allowed: allowed})
}

func (c *draftCheck) scope(s embraye.Scope) {
	c.short("measure", s.Measure)
	choose(c, "subject", s.Subject, embraye.Subjects())
	c.short("territory", s.Territory)
	c.short("territory_name", s.TerritoryName)
	c.short("institution", s.Institution.Name)
	choose(c, "institution_kind", s.Institution.Kind, embraye.InstitutionKinds())
	c.short("siren", s.Institution.SIREN)
	c.short("wikidata", s.Institution.Wikidata)
}

func (c *draftCheck) content(t embraye.Content) {
	choose(c, "stage", t.Stage, embraye.Stages())
	c.text("title", t.Title, embraye.MaxTitle)
	c.text("summary", t.Summary, embraye.MaxSummary)
	c.text("text", t.Text, embraye.MaxText)
	choose(c, "confidence", t.Confidence, embraye.Confidences())
	choose(c, "license", t.Licence, embraye.Licences())
	c.short("lang", t.Language)
	c.date("effective_date", t.EffectiveDate)
	c.date("observed_date", t.ObservedDate)
}

func (c *draftCheck) evidence(list []embraye.Evidence) {
	if len(list) > embraye.MaxListEntries {
		c.add(embraye.Problem{Field: "evidence", Code: "too_many", Max: embraye.MaxListEntries})
		return
	}
	for _, e := range list {
		if len(e.Href) > maxAddress || !utf8.ValidString(e.Href) {
			c.add(embraye.Problem{Field: "evidence", Code: "too_long", Max: maxAddress})
			continue
		}
		c.text("evidence", e.Href, maxAddress) // a half-typed address is kept
		c.text("evidence_name", e.Name, embraye.MaxSummary)
		c.text("evidence_publisher", e.Publisher, embraye.MaxName)
		c.date("evidence_published_on", e.PublishedOn)
		c.date("evidence_consulted", e.Consulted)
		c.text("evidence_archived_at", e.ArchivedAt, maxAddress)
		c.short("evidence", e.Type)
		c.short("evidence", e.MediaType)
		c.short("evidence", e.SHA256)
	}
}

// maxAddress is the longest web address that is kept (embraye.WebAddress).
const maxAddress = 2048

func (c *draftCheck) extras(t embraye.Content) {
	for _, list := range []struct {
		field string
		n     int
	}{{"searched", len(t.Searched)}, {"lessons", len(t.Lessons)}, {"related_to", len(t.RelatedTo)}} {
		if list.n > embraye.MaxListEntries {
			c.add(embraye.Problem{Field: list.field, Code: "too_many", Max: embraye.MaxListEntries})
			return
		}
	}
	for _, s := range t.Searched {
		c.text("searched", s, embraye.MaxSummary)
	}
	for _, l := range t.Lessons {
		c.short("lessons", l)
	}
	for _, r := range t.RelatedTo {
		choose(c, "related_to", r.Rel, embraye.Relations())
		c.text("related_to", r.Href, maxAddress)
	}
	if i := t.Indicator; i != nil {
		c.short("indicator_name", i.Name)
		c.short("indicator_value", i.Value)
		c.short("indicator_unit", i.Unit)
		c.short("indicator_goal", i.Goal)
		c.date("indicator_as_of", i.AsOf)
	}
}
