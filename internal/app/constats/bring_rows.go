package constats

import (
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/export"
)

// BroughtFrom makes of the open data of another instance a constat to bring here. What is
// on that instance and comes along is found here: its files, and the constats that
// others continue or replace. Its own address there is kept as that of the same
// fact, by which whoever knows both tells the fact once.
func BroughtFrom(cs *Constats, rows []export.Row, comes func(origin embraye.IRI) bool) *Brought {
	first := rows[0]
	b := &Brought{Origin: embraye.IRI(first.ID), SignedBy: first.SignedBy, Published: dated(first.Published)}
	measure, _ := cs.desk.Reference().MeasureByIRI(first.MeasureIRI)
	b.Scope = embraye.Scope{Measure: measure.ID, Subject: embraye.Subject(first.Subject), Territory: first.Territory,
		Institution: embraye.Institution{Name: first.Institution, Kind: embraye.InstitutionKind(first.InstitutionKind), SIREN: first.InstitutionSIREN, Wikidata: first.InstitutionWikidata}}
	if strings.HasPrefix(first.Territory, "COG-C") {
		b.TerritoryName = first.TerritoryName
	}
	for _, row := range rows {
		b.Versions = append(b.Versions, BroughtVersion{Content: contentOf(cs, row, b.Origin, comes), Kind: embraye.RevisionKind(row.VersionKind), Reason: row.VersionReason, At: dated(row.VersionDate)})
	}
	return b
}

func contentOf(cs *Constats, row export.Row, origin embraye.IRI, comes func(embraye.IRI) bool) embraye.Content {
	c := embraye.Content{Stage: embraye.Stage(row.Stage), Title: row.Title, Summary: row.Summary, Text: row.Text, Confidence: embraye.Confidence(row.Confidence),
		EffectiveDate: embraye.Date(row.EffectiveDate), ObservedDate: embraye.Date(row.ObservedDate), Searched: row.Searched, Lessons: row.Lessons,
		Licence: row.Licence, Language: row.Language}
	if row.IndicatorName != "" {
		c.Indicator = &embraye.Indicator{Name: row.IndicatorName, Value: row.IndicatorValue, Unit: row.IndicatorUnit, Goal: row.IndicatorGoal, AsOf: embraye.Date(row.IndicatorAsOf)}
	}
	there := origin.Origin()
	for _, e := range row.Evidence {
		href := e.Address
		if file, ok := strings.CutPrefix(href, there+"/fichiers/"); ok {
			href = cs.desk.Site.Base + "/fichiers/" + file
		}
		c.Evidence = append(c.Evidence, embraye.Evidence{Type: e.Type, Href: href, Name: e.Name, Publisher: e.Publisher, PublishedOn: embraye.Date(e.PublishedOn),
			Consulted: embraye.Date(e.Consulted), MediaType: e.MediaType, ArchivedAt: e.ArchivedAt, SHA256: e.SHA256})
	}
	c.RelatedTo = []embraye.Relation{{Rel: embraye.SameFact, Href: string(origin)}}
	for _, r := range row.Related {
		if r.Rel == embraye.Integrates {
			continue // reviews are of the constat there
		}
		if id, err := BroughtID(embraye.IRI(r.Address)); err == nil && comes(embraye.IRI(r.Address)) {
			r.Address = string(cs.desk.Site.UpdateID(id))
		}
		c.RelatedTo = append(c.RelatedTo, embraye.Relation{Rel: r.Rel, Href: r.Address})
	}
	return c
}

// dated is a moment of the open data; zero if it is none.
func dated(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t.UTC()
}
