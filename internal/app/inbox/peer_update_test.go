package inbox_test

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/app"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

func TestT09WhatIsNotUnderstoodIsKeptAndShown(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		long := strings.Repeat("é", embraye.MaxName+1)
		indicator := func(field, value string) map[string]any {
			i := map[string]any{"name": "Part", "value": "3", "asOf": "2024"}
			i[field] = value
			return map[string]any{"embraye:indicator": i}
		}
		cases := map[string]map[string]any{
			"scale":          {"embraye:scale": "2"},
			"stage":          {"embraye:stage": "finished"},
			"no-stage":       {"embraye:stage": nil},
			"article":        {"type": "Article"},
			"evidence":       {"embraye:evidence": []any{}},
			"turned":         {"embraye:title": "abc\u202eexe"},
			"long-name":      indicator("name", long),
			"long-unit":      indicator("unit", long),
			"as-of":          indicator("asOf", "9999"),
			"observed":       {"embraye:observedDate": "2199-01-01"},
			"effective":      {"embraye:effectiveDate": "9999-01-01"},
			"long-lessons":   {"embraye:lessons": []string{long}},
			"long-searched":  {"embraye:searched": []string{strings.Repeat("é", embraye.MaxSummary+1)}},
			"many-relations": {"embraye:relatedTo": manyRelations()},
		}
		for name, change := range cases {
			p.Says("Create", p.Constat(name, change))
			if p.Kept(name) != nil {
				p.Errorf("%s was taken", name)
			}
		}
		rows := p.Unread()
		if len(rows) != len(cases) {
			p.Errorf("%d of %d are kept as not understood: %+v", len(rows), len(cases), rows)
		}
		for _, r := range rows {
			if r.Reason == "" || r.Actor != embraye.IRI(p.Measures[1].ID) || len(r.Wire) == 0 || !embraye.Readable(r.Reason) {
				p.Errorf("kept %+v", r)
			}
		}
		start, err := p.In.Drafts.Start(p.Context(), embraye.Operator())
		p.Must(err)
		if len(start.Unread) == 0 {
			p.Error("the admin is not told")
		}
	})
}

func manyRelations() (list []any) {
	for range embraye.MaxListEntries + 1 {
		list = append(list, map[string]any{"rel": "follows", "href": "https://pair.example/x"})
	}
	return list
}

func TestT09WhatIsSaidAgainOrDeletedIsNotLeftUnread(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Says("Create", p.Constat("one", map[string]any{"embraye:scale": "2"}))
		p.Says("Create", p.Constat("two", map[string]any{"embraye:scale": "2"}))
		p.Says("Update", p.Constat("one", map[string]any{"updated": p.W.Clock.Now().Add(time.Second).Format(time.RFC3339)}))
		if p.Kept("one") == nil || len(p.Unread()) != 1 {
			p.Errorf("after the correction: %v, %d unread", p.Kept("one"), len(p.Unread()))
		}
		p.Says("Update", p.Constat("one", map[string]any{"embraye:title": nil}))
		if one := p.Kept("one"); one == nil || one.Title != "Un titre" || len(p.Unread()) != 2 {
			p.Errorf("a version that is not understood: %+v, %d unread", one, len(p.Unread()))
		}
		p.Says("Delete", p.Measures[1].ID+"/two")
		p.Says("Delete", p.Measures[1].ID+"/one")
		if n := len(p.Unread()); n != 0 {
			p.Errorf("%d unread after the Deletes", n)
		}
	})
}

func TestT09StrangersAreNotKept(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Says("Create", p.Constat("one", map[string]any{"embraye:scale": "2"}))
		if n := len(p.Unread()); n != 0 {
			p.Errorf("%d kept of whom nobody follows", n)
		}
	})
}

// An account says, corrects and deletes its own constats and no sibling's.
func TestASiblingsConstatIsNobodyElses(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Says("Create", p.Constat("one", nil))
		sibling := p.Measures[0]
		later := map[string]any{"embraye:title": "Changé", "updated": p.W.Clock.Now().Add(time.Minute).Format(time.RFC3339)}
		for name, tt := range map[string]struct {
			kind   string
			object any
			status int
		}{
			"a new one":    {"Create", p.Constat("two", nil), http.StatusForbidden},
			"an unknown":   {"Update", p.Constat("three", nil), http.StatusForbidden},
			"a correction": {"Update", p.Constat("one", later), http.StatusForbidden},
			"a Delete":     {"Delete", p.Measures[1].ID + "/one", http.StatusAccepted},
		} {
			p.Said++
			status := sibling.Post(string(p.In.Site.SharedInbox()), map[string]any{"@context": "https://www.w3.org/ns/activitystreams",
				"id": fmt.Sprintf("%s/acts/%d", sibling.ID, p.Said), "type": tt.kind, "actor": sibling.ID, "object": tt.object})
			if status != tt.status {
				p.Errorf("%s in a sibling's name: %d", name, status)
			}
		}
		if one := p.Kept("one"); one == nil || one.Title != "Un titre" || one.WithdrawnAt != nil || p.Kept("two") != nil || p.Kept("three") != nil || len(p.Unread()) != 0 {
			p.Errorf("afterwards: %+v, %v, %v, %d unread", one, p.Kept("two"), p.Kept("three"), len(p.Unread()))
		}
	})
}

func TestT13PeersDatesDoNotStandOnTopForEver(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Says("Create", p.Constat("future", map[string]any{"published": "9999-01-01T00:00:00Z", "updated": "9999-01-01T00:00:00Z"}))
		p.Says("Create", p.Constat("undated", map[string]any{"published": nil}))
		for _, name := range []string{"future", "undated"} {
			row := p.Kept(name)
			if row == nil || row.PublishedAt.After(p.W.Clock.Now()) || row.PublishedAt.Year() < 2000 || row.UpdatedAt != nil && row.UpdatedAt.After(p.W.Clock.Now()) {
				p.Fatalf("%s: %+v", name, row)
			}
			first := row.PublishedAt
			p.W.Clock.Advance(time.Hour)
			p.Says("Update", p.Constat(name, map[string]any{"published": nil, "embraye:title": "Corrigé", "updated": p.W.Clock.Now().Format(time.RFC3339)}))
			if row = p.Kept(name); row.Title != "Corrigé" || !row.PublishedAt.Equal(first) {
				p.Errorf("%s after its correction: %q of %s, was of %s", name, row.Title, row.PublishedAt, first)
			}
		}
		p.Says("Create", p.Constat("marked", map[string]any{"embraye:title": "\u200eUn titre"}))
		if row := p.Kept("marked"); row == nil || row.Title != "Un titre" {
			p.Errorf("a mark of direction: %+v", row)
		}
	})
}

// A typo goes on naming the reviews that were taken up before, also one that is of a
// later version by now and open anew: it does not take that up.
func TestATypoTakesUpNothing(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		const review = "https://third.example/avis/1"
		actor, updated := embraye.IRI(p.Measures[1].ID), p.W.Clock.Now().Add(time.Minute).Format(time.RFC3339)
		takenUp := func() bool {
			responses, err := p.In.Store.Tables().ReviewResponses.To(p.Context(), []embraye.IRI{review})
			p.Must(err)
			return responses[[2]embraye.IRI{review, actor}] != nil && responses[[2]embraye.IRI{review, actor}].IntegratedBy != ""
		}
		version := func(n int, title string) map[string]any {
			return p.Constat("c", map[string]any{"updated": updated, "embraye:revision": n, "embraye:revisionReason": "Une date.", "embraye:title": title, "embraye:integrates": []string{review}})
		}
		p.Says("Create", p.Constat("c", nil))
		p.W.Clock.Advance(time.Hour)
		p.Says("Update", version(2, "Un titre"))
		if !takenUp() {
			p.Fatal("a version of substance takes up nothing")
		}
		p.Must(p.In.Store.InTx(p.Context(), func(tx store.Tables) error {
			_, err := tx.PeerReviews.Insert(p.Context(), &embraye.PeerReview{URI: review, Actor: "https://third.example/actors/org", Host: "third.example", Object: p.Kept("c").URI,
				Digest: embraye.DigestOf(p.Kept("c").URI), ReviewedRevision: 2, ReviewContent: embraye.ReviewContent{Verdict: embraye.Contests, Reason: "Non."}, Revision: 2,
				State: embraye.ReplyShown, PublishedAt: p.W.Clock.Now(), ReceivedAt: p.W.Clock.Now(), Wire: []byte("{}")})
			return cmp.Or(err, app.ReadAnew(p.Context(), tx, review, 2))
		}))
		p.Says("Update", version(3, "Un autre titre"))
		if kept := p.Kept("c"); kept.Revision != 3 || kept.Title != "Un autre titre" || takenUp() {
			p.Errorf("revision %d, %q, taken up %t", kept.Revision, kept.Title, takenUp())
		}
	})
}
