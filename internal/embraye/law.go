package embraye

// MaxAddress is the longest web address that is kept, in bytes.
const MaxAddress = 2048

// Problems is the law for the texts of a scope: drafts, publications and what
// peers send obey the same. What is missing is no mistake here, and closed
// lists have their own judge.
func (s Scope) Problems() []Problem {
	v := &problems{}
	v.bounded(MaxName, [][2]string{{"measure", s.Measure}, {"territory", s.Territory},
		{"territory_name", s.TerritoryName}, {"institution", s.Institution.Name},
		{"siren", s.Institution.SIREN}, {"wikidata", s.Institution.Wikidata}})
	return v.list
}

// Problems is the law for the texts, lists and dates of a constat. Without a
// day to compare with, only the form of dates is judged.
func (c Content) Problems(today Date) []Problem {
	v := &problems{}
	v.text("title", c.Title, MaxTitle, false)
	v.text("summary", c.Summary, MaxSummary, false)
	v.text("text", c.Text, MaxText, false)
	v.bounded(MaxName, [][2]string{{"license", c.Licence}, {"lang", c.Language}})
	v.date("effective_date", c.EffectiveDate, today, aheadOfFact)
	v.date("observed_date", c.ObservedDate, today, aheadOfClock)
	if v.entries("evidence", len(c.Evidence)) {
		for _, e := range c.Evidence {
			v.evidence(e, today)
		}
	}
	if v.entries("searched", len(c.Searched)) {
		for _, s := range c.Searched {
			v.text("searched", s, MaxSummary, false)
		}
	}
	v.extras(c, today)
	return v.list
}

func (v *problems) evidence(e Evidence, today Date) {
	v.bounded(MaxAddress, [][2]string{{"evidence", e.Href}, {"evidence_archived_at", e.ArchivedAt}})
	v.bounded(MaxSummary, [][2]string{{"evidence_name", e.Name}, {"evidence_publisher", e.Publisher}})
	v.bounded(MaxName, [][2]string{{"evidence", e.Type}, {"evidence", e.MediaType}, {"evidence", e.SHA256}})
	v.date("evidence_published_on", e.PublishedOn, today, aheadOfClock)
	v.date("evidence_consulted", e.Consulted, today, aheadOfClock)
}

func (v *problems) extras(c Content, today Date) {
	if i := c.Indicator; i != nil {
		v.bounded(MaxName, [][2]string{{"indicator_name", i.Name}, {"indicator_value", i.Value}, {"indicator_unit", i.Unit}, {"indicator_goal", i.Goal}})
		v.date("indicator_as_of", i.AsOf, today, aheadOfClock)
	}
	if v.entries("lessons", len(c.Lessons)) {
		for _, l := range c.Lessons {
			v.text("lessons", l, MaxName, false)
		}
	}
	if v.entries("related_to", len(c.RelatedTo)) {
		for _, r := range c.RelatedTo {
			v.text("related_to", r.Href, MaxAddress, false)
		}
	}
}

// text applies the law to one text.
func (v *problems) text(field, s string, max int, required bool) {
	if p := TextProblem(field, s, max, required); p != nil {
		v.list = append(v.list, *p)
	}
}

// bounded applies it to several optional ones, each with its field.
func (v *problems) bounded(max int, texts [][2]string) {
	for _, x := range texts {
		v.text(x[0], x[1], max, false)
	}
}

// entries refuses a list that is too long; then none of it is looked at.
func (v *problems) entries(field string, n int) bool {
	if n > MaxListEntries {
		v.list = append(v.list, Problem{Field: field, Code: "too_many", Max: MaxListEntries})
		return false
	}
	return true
}

func (v *problems) date(field string, d, today Date, ahead int) {
	switch {
	case !d.Valid():
		v.add(field, "bad_date", Cut(d.String(), 40))
	case d.ahead(today, ahead):
		v.add(field, "future_date", d.String())
	}
}
