package apptest

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
type Pair struct {
	*testing.T
	W        *fedtest.World
	In       *fedtest.Instance
	Home     *fedtest.Server
	Org      *fedtest.Actor
	Measures []*fedtest.Actor
	Said     int
}

func EachPair(t *testing.T, play func(p *Pair)) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) { play(NewPair(t, kind)) })
	}
}

func NewPair(t *testing.T, kind string) *Pair {
	w := fedtest.New(t, fedtest.Config{Kind: kind}, "ours.example")
	p := &Pair{T: t, W: w, In: w.Instances[0], Home: w.Server("pair.example")}
	p.Org = p.Home.Actor("organisation")
	p.Org.Doc["embraye:measures"] = p.Home.Base + "/measures"
	p.Org.Publish()
	for n := 1; n <= 3; n++ {
		p.Measure(n)
	}
	p.List()
	return p
}

// Measure adds the actor of one more measure.
func (p *Pair) Measure(n int) {
	m := p.Home.Actor(fmt.Sprintf("mesure%d", n))
	m.Doc["type"], m.Doc["embraye:measure"], m.Doc["embraye:organisation"] = "Group", MeasureIRI(n), p.Org.ID
	m.Publish()
	p.Measures = append(p.Measures, m)
}

// List serves the collection of the measures that there are.
func (p *Pair) List() {
	var items []any
	for _, m := range p.Measures {
		items = append(items, m.ID)
	}
	p.Home.PutJSON("/measures", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": p.Home.Base + "/measures",
		"type": "Collection", "totalItems": len(items), "items": items})
}

func MeasureIRI(n int) string {
	return fmt.Sprintf("https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/m%d", n)
}

func (p *Pair) Must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// Follow makes our organisation follow theirs.
func (p *Pair) Follow() {
	p.Helper()
	_, err := p.In.Peers.Add(p.Context(), embraye.Operator(), p.Org.ID, embraye.PeerChoices{Gather: true})
	p.Must(err)
	p.W.Settle()
	p.Home.Take()
}

// Constat is a Note of theirs in our terms, with changes.
func (p *Pair) Constat(name string, changes map[string]any) map[string]any {
	m := p.Measures[1]
	note := map[string]any{"id": m.ID + "/" + name, "type": "Note", "attributedTo": m.ID, "to": []string{Public},
		"published": p.W.Clock.Now().Format(time.RFC3339), "contentMap": map[string]any{"fr": "<p>Fait.</p>"}, "content": "<p>Fait.</p>",
		"embraye:measure": MeasureIRI(2), "embraye:organisation": p.Org.ID, "embraye:title": "Un titre", "embraye:summary": "Un résumé.",
		"embraye:stage": "under_way", "embraye:scale": "1", "embraye:subject": "civil_society", "embraye:territory": []string{"FR-BRE"},
		"embraye:confidence": "secondary", "embraye:revision": 1, "embraye:license": "CC-BY-4.0",
		"embraye:evidence": []any{map[string]any{"type": "Link", "href": "https://preuves.example/1", "name": "Preuve", "consulted": "2024-01-01"}}}
	maps.Copy(note, changes)
	return note
}

// Says sends an activity of their second measure.
func (p *Pair) Says(kind string, object any) {
	p.Helper()
	p.Said++
	p.W.Clock.Advance(time.Second)
	m := p.Measures[1]
	status := m.Post(string(p.In.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams",
		"id": fmt.Sprintf("%s/acts/%d", m.ID, p.Said), "type": kind, "actor": m.ID, "object": object})
	if status != 202 {
		p.Fatalf("%s answered %d", kind, status)
	}
}

func (p *Pair) Kept(name string) *embraye.PeerUpdate {
	row, err := p.In.Store.Tables().PeerUpdates.ByURI(p.Context(), embraye.IRI(p.Measures[1].ID+"/"+name))
	if err != nil {
		return nil
	}
	return row
}

func (p *Pair) Unread() []embraye.UnreadUpdate {
	p.Helper()
	all, err := p.In.Store.Tables().UnreadUpdates.Latest(p.Context(), 50)
	p.Must(err)
	return all
}

// Journal counts the public entries of one action.
func (p *Pair) Journal(action string) (n int) {
	p.Helper()
	all, err := p.In.Store.Tables().Audit.List(p.Context(), 200)
	p.Must(err)
	for _, e := range all {
		if e.Action == action && e.Public {
			n++
		}
	}
	return n
}
