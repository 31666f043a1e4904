package app_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/storetest"
)

// A pair is an instance and a scripted organisation elsewhere whose measures it
// can follow.
type pair struct {
	*testing.T
	w        *fedtest.World
	in       *fedtest.Instance
	home     *fedtest.Server
	org      *fedtest.Actor
	measures []*fedtest.Actor
	said     int
}

func eachPair(t *testing.T, play func(p *pair)) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) { play(newPair(t, kind)) })
	}
}

func newPair(t *testing.T, kind string) *pair {
	w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
	p := &pair{T: t, w: w, in: w.Instances[0], home: w.Server("pair.example")}
	p.org = p.home.Actor("organisation")
	p.org.Doc["embraye:measures"] = p.home.Base + "/measures"
	p.org.Publish()
	for n := 1; n <= 3; n++ {
		p.measure(n)
	}
	p.list()
	return p
}

// measure adds the actor of one more measure.
func (p *pair) measure(n int) {
	m := p.home.Actor(fmt.Sprintf("mesure%d", n))
	m.Doc["type"], m.Doc["embraye:measure"], m.Doc["embraye:organisation"] = "Group", measureIRI(n), p.org.ID
	m.Publish()
	p.measures = append(p.measures, m)
}

// list serves the collection of the measures that there are.
func (p *pair) list() {
	var items []any
	for _, m := range p.measures {
		items = append(items, m.ID)
	}
	p.home.PutJSON("/measures", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": p.home.Base + "/measures",
		"type": "Collection", "totalItems": len(items), "items": items})
}

func measureIRI(n int) string {
	return fmt.Sprintf("https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/m%d", n)
}

func (p *pair) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// follow makes our organisation follow theirs.
func (p *pair) follow() {
	p.Helper()
	_, err := p.in.App.AddPeer(p.Context(), embraye.Operator(), p.org.ID)
	p.must(err)
	p.w.Settle()
	p.home.Take()
}

// constat is a Note of theirs in our terms, with changes.
func (p *pair) constat(name string, changes map[string]any) map[string]any {
	m := p.measures[1]
	note := map[string]any{"id": m.ID + "/" + name, "type": "Note", "attributedTo": m.ID, "to": []string{public},
		"published": p.w.Clock.Now().Format(time.RFC3339), "contentMap": map[string]any{"fr": "<p>Fait.</p>"}, "content": "<p>Fait.</p>",
		"embraye:measure": measureIRI(2), "embraye:organisation": p.org.ID, "embraye:title": "Un titre", "embraye:summary": "Un résumé.",
		"embraye:stage": "under_way", "embraye:scale": "1", "embraye:subject": "civil_society", "embraye:territory": []string{"FR-BRE"},
		"embraye:confidence": "secondary", "embraye:revision": 1, "embraye:license": "CC-BY-4.0",
		"embraye:evidence": []any{map[string]any{"type": "Link", "href": "https://preuves.example/1", "name": "Preuve", "consulted": "2024-01-01"}}}
	maps.Copy(note, changes)
	return note
}

// says sends an activity of their second measure.
func (p *pair) says(kind string, object any) {
	p.Helper()
	p.said++
	p.w.Clock.Advance(time.Second)
	m := p.measures[1]
	status := m.Post(string(p.in.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams",
		"id": fmt.Sprintf("%s/acts/%d", m.ID, p.said), "type": kind, "actor": m.ID, "object": object})
	if status != 202 {
		p.Fatalf("%s answered %d", kind, status)
	}
}

func (p *pair) kept(name string) *embraye.PeerUpdate {
	row, err := p.in.Store.Tables().PeerUpdates.ByURI(p.Context(), embraye.IRI(p.measures[1].ID+"/"+name))
	if err != nil {
		return nil
	}
	return row
}

func (p *pair) unread() []embraye.UnreadUpdate {
	p.Helper()
	all, err := p.in.Store.Tables().UnreadUpdates.Latest(p.Context(), 50)
	p.must(err)
	return all
}

// journal counts the public entries of one action.
func (p *pair) journal(action string) (n int) {
	p.Helper()
	all, err := p.in.Store.Tables().Audit.List(p.Context(), 200)
	p.must(err)
	for _, e := range all {
		if e.Action == action && e.Public {
			n++
		}
	}
	return n
}
