package activitypub

import (
	"errors"
	"fmt"
	"strings"

	"embraye/internal/embraye"
)

// Constat is what a peer's Note says in the terms of FEDERATION.md, “Terms”. Its HTML is
// never needed.
type Constat struct {
	embraye.Scope // Measure is empty: only the reader knows its own text
	MeasureIRI    string
	Territories   []string // several received: several scopes; Scope has the first
	embraye.Content
	Organisation   embraye.IRI
	Revision       int
	RevisionReason string
	SignedBy       string
}

// Review is a peer's judgement on a constat, or the answer to one; Verdict is
// empty if it is no judgement, Answers if it is no answer.
type Review struct {
	Verdict          string
	ReviewedRevision int
	Revision         int
	Reason           string
	Evidence         []embraye.Evidence
	Licence          string
	Answers          embraye.IRI
	Maintained       bool
}

// terms reads our properties under their prefix, or spelled out as an expanded
// document has them.
type terms map[string]any

func (t terms) get(name string) any {
	if v, ok := t["embraye:"+name]; ok {
		return v
	}
	return t[namespace+name]
}

func (t terms) text(name string) string {
	s, _ := t.get(name).(string)
	return embraye.Unmarked(s)
}

func (t terms) date(name string) embraye.Date { return embraye.Date(t.text(name)) }

func (t terms) list(name string) []string {
	var out []string
	for _, v := range many(t.get(name)) {
		if s, ok := v.(string); ok {
			out = append(out, embraye.Unmarked(s))
		}
	}
	return out
}

// objects are a list's objects; strings in it are mistakes and left out.
func (t terms) objects(name string) []map[string]any {
	var out []map[string]any
	for _, v := range many(t.get(name)) {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func (t terms) integer(name string) int {
	f, _ := t.get(name).(float64)
	if f < 0 || f > 1e6 || f != float64(int(f)) {
		return 0
	}
	return int(f)
}

// readConstat returns nil without an error if the post carries none of our
// terms, and the reason if it does but cannot be believed.
func readConstat(p *Post) (*Constat, error) {
	t := terms(p.Map)
	measure := idOf(t.get("measure"))
	switch {
	case t.get("verdict") != nil || t.get("measure") == nil && t.get("stage") == nil:
		return nil, nil
	case measure == "" || t.text("stage") == "" || p.Type != "Note":
		return nil, fmt.Errorf("constat %s: %w", p.ID, invalid(fmt.Errorf("a %s with measure %.60q and stage %.20q", p.Type, measure, t.text("stage"))))
	}
	c := &Constat{
		MeasureIRI: measure, Territories: t.list("territory"), Organisation: embraye.IRI(idOf(t.get("organisation"))),
		Revision: t.integer("revision"), RevisionReason: t.text("revisionReason"), SignedBy: t.text("signedBy"),
		Scope: embraye.Scope{Subject: embraye.Subject(t.text("subject")), TerritoryName: t.text("territoryName"), Institution: readInstitution(t)},
		Content: embraye.Content{
			Stage: embraye.Stage(t.text("stage")), Title: t.text("title"), Summary: t.text("summary"), Text: t.text("text"),
			Confidence: embraye.Confidence(t.text("confidence")), EffectiveDate: t.date("effectiveDate"), ObservedDate: t.date("observedDate"),
			Evidence: readEvidence(t), Searched: t.list("searched"), Indicator: readIndicator(t), Lessons: t.list("lessons"),
			RelatedTo: readRelations(t), Licence: t.text("license"), Language: p.Language,
		},
	}
	if len(c.Territories) > 0 {
		c.Territory = c.Territories[0]
	}
	if err := c.check(t.text("scale"), p.ID); err != nil {
		return nil, fmt.Errorf("constat %s: %w", p.ID, invalid(err))
	}
	return c, nil
}

func readInstitution(t terms) embraye.Institution {
	for _, m := range t.objects("institution") {
		return embraye.Institution{Name: plain(m, "name"), Kind: embraye.InstitutionKind(plain(m, "kind")), SIREN: plain(m, "siren"), Wikidata: plain(m, "wikidata")}
	}
	return embraye.Institution{}
}

func readIndicator(t terms) *embraye.Indicator {
	for _, m := range t.objects("indicator") {
		return &embraye.Indicator{Name: plain(m, "name"), Value: plain(m, "value"), Unit: plain(m, "unit"), Goal: plain(m, "goal"), AsOf: embraye.Date(plain(m, "asOf"))}
	}
	return nil
}

func readEvidence(t terms) []embraye.Evidence {
	var out []embraye.Evidence
	for _, m := range t.objects("evidence") {
		out = append(out, embraye.Evidence{
			Type: firstString(m["type"]), Href: plain(m, "href"), Name: plain(m, "name"), Publisher: plain(m, "publisher"),
			PublishedOn: embraye.Date(plain(m, "publishedOn")), Consulted: embraye.Date(plain(m, "consulted")),
			MediaType: plain(m, "mediaType"), ArchivedAt: plain(m, "archivedAt"), SHA256: plain(m, "sha256"),
		})
	}
	return out
}

func readRelations(t terms) []embraye.Relation {
	var out []embraye.Relation
	for _, m := range t.objects("relatedTo") {
		out = append(out, embraye.Relation{Rel: plain(m, "rel"), Href: plain(m, "href")})
	}
	for _, v := range many(t.get("integrates")) {
		if review, err := embraye.ParseID(idOf(v), true); err == nil {
			out = append(out, embraye.Relation{Rel: embraye.Integrates, Href: string(review)})
		}
	}
	return out
}

func plain(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return embraye.Unmarked(s)
}

func readReview(obj map[string]any) Review {
	t := terms(obj)
	maintained, _ := t.get("maintained").(bool)
	answers, _ := embraye.ParseID(idOf(t.get("answers")), true)
	return Review{Verdict: t.text("verdict"), ReviewedRevision: t.integer("reviewedRevision"), Revision: t.integer("revision"), Reason: t.text("reason"),
		Evidence: readEvidence(t), Licence: t.text("license"), Answers: answers, Maintained: maintained}
}

// check wants what every publication needs (embraye.Content). Codes of territories
// and measures that we do not know are kept as they are.
func (c *Constat) check(scale string, id embraye.IRI) error {
	organisation, err := embraye.ParseIRI(string(c.Organisation), true)
	switch {
	case err != nil || !embraye.SameOrigin(organisation, id):
		return errors.New("the organisation is not on the constat's server")
	case scale != embraye.ScaleVersion:
		return fmt.Errorf("scale %.20q is not one that we know", scale)
	case !among(c.Stage, embraye.Stages()) || !among(c.Subject, embraye.Subjects()) || !among(c.Confidence, embraye.Confidences()):
		return errors.New("unknown stage, subject or confidence")
	case c.Subject == embraye.BySubjectInstitution && (c.Institution.Name == "" || !among(c.Institution.Kind, embraye.InstitutionKinds())):
		return errors.New("no institution")
	case len(c.Territories) == 0 || c.Revision < 1 || c.Language == "" || c.Licence == "" || c.Title == "" || c.Summary == "":
		return errors.New("territory, revision, language, licence, title or summary is missing")
	}
	return errors.Join(c.checkTexts(), c.checkLinks())
}

// checkTexts is the law for our own texts and dates, applied to theirs.
func (c *Constat) checkTexts() error {
	wrong := append(c.Scope.Problems(), c.Content.Problems("")...)
	for _, x := range []struct {
		field, text string
		max         int
	}{
		{"revision_reason", c.RevisionReason, embraye.MaxReason}, {"signed_by", c.SignedBy, embraye.MaxName},
		{"measure", c.MeasureIRI, embraye.MaxAddress}, {"territory", strings.Join(c.Territories, ""), 1000},
	} {
		if p := embraye.TextProblem(x.field, x.text, x.max, false); p != nil {
			wrong = append(wrong, *p)
		}
	}
	if len(wrong) > 0 {
		return &embraye.InvalidError{Problems: wrong}
	}
	return nil
}

func (c *Constat) checkLinks() error {
	if len(c.Evidence) == 0 && (c.Stage != embraye.NoSign || len(c.Searched) == 0) {
		return errors.New("no evidence")
	}
	for _, e := range c.Evidence {
		if !embraye.WebAddress(e.Href) || e.ArchivedAt != "" && !embraye.WebAddress(e.ArchivedAt) {
			return fmt.Errorf("evidence %.60q cannot be shown", e.Href)
		}
	}
	for _, r := range c.RelatedTo {
		if !embraye.WebAddress(r.Href) || r.Rel != embraye.Integrates && !among(r.Rel, embraye.Relations()) {
			return fmt.Errorf("relation %.60q cannot be shown", r.Href)
		}
	}
	return nil
}

func among[T comparable](v T, list []T) bool {
	for _, k := range list {
		if k == v {
			return true
		}
	}
	return false
}
