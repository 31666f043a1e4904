package embraye

import (
	"slices"
	"strings"
)

// Frame is what constats are judged against: the reference text, the table of
// territories and today's date.
type Frame struct {
	Reference   *Reference
	Territories *Territories
	Today       Date
	Language    string   // default language of content
	Off         []string // ids of the measures on which nothing begins
}

// Measures are those that one may speak about, in the order of the reference.
func (f Frame) Measures() []Measure {
	return slices.DeleteFunc(slices.Clone(f.Reference.Measures), func(m Measure) bool { return slices.Contains(f.Off, m.ID) })
}

// CheckMeasure wants a measure that one may speak about.
func (f Frame) CheckMeasure(field, id string) error {
	v := &problems{}
	f.checkMeasure(v, field, id)
	return v.err()
}

func (f Frame) checkMeasure(v *problems, field, id string) {
	var ids []string
	for _, m := range f.Measures() {
		ids = append(ids, m.ID)
	}
	if slices.Contains(f.Off, id) {
		v.add(field, "switched_off", id, ids...)
		return
	}
	choice(v, field, id, ids)
}

// Check applies defaults and canonical forms to a scope and a content, and
// returns every mistake at once as an *InvalidError.
func (f Frame) Check(s Scope, c Content) (Scope, Content, error) {
	v := &problems{}
	s = f.checkScope(v, s)
	c = c.WithDefaults(f.Today, f.Language)
	v.list = append(v.list, s.Problems()...)
	f.checkContent(v, c)
	return s, c, v.err()
}

type problems struct{ list []Problem }

func (v *problems) add(field, code, value string, allowed ...string) {
	v.list = append(v.list, Problem{Field: field, Code: code, Value: value, Allowed: allowed})
}

func (v *problems) err() error {
	if len(v.list) == 0 {
		return nil
	}
	return &InvalidError{Problems: v.list}
}

// required wants a text in which something can be seen.
func (v *problems) required(field, s string) {
	if Blank(s) {
		v.add(field, "required", "")
	}
}

// choice checks membership of a closed list; a missing value is "required".
func choice[T ~string](v *problems, field string, value T, list []T) {
	if value == "" {
		v.add(field, "required", "", strs(list)...)
	} else if !known(value, list) {
		v.add(field, "unknown", Cut(string(value), 40), strs(list)...)
	}
}

func (f Frame) checkScope(v *problems, s Scope) Scope {
	s = s.Tidy()
	f.checkMeasure(v, "measure", s.Measure)
	choice(v, "subject", s.Subject, Subjects())
	if s.Territory == "" {
		v.add("territory", "required", "")
	} else if code, ok := f.Territories.Canonical(s.Territory); ok {
		s.Territory = code
	} else {
		v.add("territory", "unknown", s.Territory, f.Territories.Examples()...)
	}
	if strings.HasPrefix(s.Territory, "COG-C") {
		v.required("territory_name", s.TerritoryName)
	}
	return f.checkInstitution(v, s)
}

func (f Frame) checkInstitution(v *problems, s Scope) Scope {
	i := &s.Institution
	if s.Subject == BySubjectInstitution {
		v.required("institution", i.Name)
	}
	if s.Subject == BySubjectInstitution || i.Name != "" && i.Kind != "" {
		choice(v, "institution_kind", i.Kind, InstitutionKinds())
	}
	if i.SIREN != "" && !validSIREN(i.SIREN) {
		v.add("siren", "bad_siren", i.SIREN)
	}
	if i.Wikidata != "" && (len(i.Wikidata) < 2 || i.Wikidata[0] != 'Q' || strings.Trim(i.Wikidata[1:], "0123456789") != "") {
		v.add("wikidata", "bad_wikidata", i.Wikidata)
	}
	return s
}

// validSIREN checks nine digits and their Luhn sum, as INSEE defines it.
func validSIREN(s string) bool {
	if len(s) != 9 || strings.Trim(s, "0123456789") != "" {
		return false
	}
	sum := 0
	for i, r := range s {
		d := int(r - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func (f Frame) checkContent(v *problems, c Content) {
	choice(v, "stage", c.Stage, Stages())
	v.required("title", c.Title)
	v.required("summary", c.Summary)
	v.list = append(v.list, c.Problems(f.Today)...)
	choice(v, "confidence", c.Confidence, Confidences())
	if !slices.Contains(Licences(), c.Licence) {
		v.add("license", "unknown", c.Licence, Licences()...)
	}
	if !slices.Contains([]string{"fr", "en"}, c.Language) && !validLanguage(c.Language) {
		v.add("lang", "unknown", c.Language, "fr", "en", "any code of two or three letters (br)")
	}
	f.checkEvidence(v, c)
	f.checkExtras(v, c)
}

// validLanguage accepts two- and three-letter codes with an optional region:
// Pleroma refuses other keys of contentMap.
func validLanguage(s string) bool {
	base, region, has := strings.Cut(s, "-")
	lower := strings.Trim(base, "abcdefghijklmnopqrstuvwxyz") == "" && (len(base) == 2 || len(base) == 3)
	return lower && (!has || len(region) == 2 && strings.Trim(region, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "")
}

func (f Frame) checkEvidence(v *problems, c Content) {
	if c.Stage == NoSign && len(c.Searched) == 0 && len(c.Evidence) == 0 {
		v.add("searched", "required_no_sign", "")
	}
	if c.Stage != NoSign && len(c.Evidence) == 0 {
		v.add("evidence", "required", "")
	}
	v.links(c.Evidence)
	for _, s := range c.Searched {
		v.required("searched", s)
	}
}

// links wants evidence that readers can be sent to.
func (v *problems) links(evidence []Evidence) {
	for _, e := range evidence {
		if !WebAddress(e.Href) {
			v.add("evidence", "bad_url", Cut(e.Href, MaxSummary))
		}
		if e.ArchivedAt != "" && !WebAddress(e.ArchivedAt) {
			v.add("evidence_archived_at", "bad_url", Cut(e.ArchivedAt, MaxSummary))
		}
	}
}

func (f Frame) checkExtras(v *problems, c Content) {
	if i := c.Indicator; i != nil {
		v.required("indicator_name", i.Name)
		v.required("indicator_value", i.Value)
	}
	for _, l := range c.Lessons {
		ids := make([]string, len(f.Reference.Lessons))
		for i, lesson := range f.Reference.Lessons {
			ids[i] = lesson.ID
		}
		choice(v, "lessons", l, ids)
	}
	for _, r := range c.RelatedTo {
		if r.Rel != Integrates {
			choice(v, "related_to", r.Rel, Relations())
		}
		if !WebAddress(r.Href) {
			v.add("related_to", "bad_url", r.Href)
		}
	}
}
