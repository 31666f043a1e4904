package gather_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
)

// scene is a pair whose second measure has a past.
type scene struct {
	*apptest.Pair
	peer int64
}

func each(t *testing.T, play func(s *scene)) {
	apptest.EachPair(t, func(p *apptest.Pair) { play(&scene{Pair: p}) })
}

func (s *scene) add(c embraye.PeerChoices) {
	s.Helper()
	added, err := s.In.Peers.Add(s.Context(), embraye.Operator(), s.Org.ID, c)
	s.Must(err)
	s.peer = added.ID
	s.W.Settle()
	s.Home.Take()
}

// serve puts a constat at its own address and returns its Create.
func (s *scene) serve(name string, age time.Duration, changes map[string]any) map[string]any {
	note := s.Constat(name, map[string]any{"published": s.W.Clock.Now().Add(-age).Format(time.RFC3339)})
	maps.Copy(note, changes)
	s.Home.PutJSON("/users/mesure2/"+name, note)
	return map[string]any{"id": fmt.Sprint(note["id"], "/create"), "type": "Create", "actor": s.Measures[1].ID, "object": note}
}

// outbox serves the pages of the second measure; the others have none.
func (s *scene) outbox(pages ...[]any) {
	base := s.Measures[1].ID + "/outbox"
	first := map[string]any{"id": base, "type": "OrderedCollection", "totalItems": 1_000_000, "first": base + "/1"}
	s.Home.PutJSON("/users/mesure2/outbox", first)
	for i, items := range pages {
		page := map[string]any{"id": fmt.Sprintf("%s/%d", base, i+1), "type": "OrderedCollectionPage", "orderedItems": items}
		if i+1 < len(pages) {
			page["next"] = fmt.Sprintf("%s/%d", base, i+2)
		}
		s.Home.PutJSON(fmt.Sprintf("/users/mesure2/outbox/%d", i+1), page)
	}
}

// read reads until nothing is due any more.
func (s *scene) read() (next time.Time) {
	s.Helper()
	for range 100 {
		next, err := s.In.Gather.Peer(s.Context(), s.peer)
		s.Must(err)
		if next.IsZero() || next.After(s.W.Clock.Now()) {
			return next
		}
	}
	s.Fatal("it never ends")
	return next
}

// row is how far the second measure was read.
func (s *scene) row() embraye.Backfill {
	s.Helper()
	page, err := s.In.Peers.Take(s.Context(), s.peer)
	s.Must(err)
	for _, b := range page.Backfills {
		if b.Actor == embraye.IRI(s.Measures[1].ID) {
			return b
		}
	}
	s.Fatal("nothing is read of the second measure")
	return embraye.Backfill{}
}

func TestThePastOfAPeerIsRead(t *testing.T) {
	each(t, func(s *scene) {
		corrected := s.serve("b", 48*time.Hour, map[string]any{"embraye:title": "Corrigé", "embraye:revision": 2})
		corrected["object"] = s.Constat("b", nil) // an outbox embeds what was said first
		s.outbox([]any{s.serve("a", time.Hour, nil), map[string]any{"id": s.Measures[1].ID + "/boost", "type": "Announce", "actor": s.Measures[1].ID, "object": "https://elsewhere.example/1"}},
			[]any{corrected, s.Measures[1].ID + "/c/create"})
		s.Home.PutJSON("/users/mesure2/c/create", s.serve("c", time.Hour, nil))
		s.add(embraye.PeerChoices{Gather: true})
		s.read()
		b := s.row()
		if s.Kept("a") == nil || s.Kept("b") == nil || s.Kept("c") == nil || s.Kept("b").Title != "Corrigé" || b.Kept != 3 || b.DoneAt == nil || b.Refused != 0 || b.Pages != 3 {
			s.Errorf("kept %t %t %t, %+v", s.Kept("a") != nil, s.Kept("b") != nil, s.Kept("c") != nil, b)
		}
		s.Must(s.In.Peers.Gather(s.Context(), embraye.Operator(), s.peer))
		if s.read(); s.row().Kept != 0 || s.row().DoneAt == nil {
			s.Errorf("read once more: %+v", s.row())
		}
	})
}

func TestAnInterruptedReadingGoesOn(t *testing.T) {
	each(t, func(s *scene) {
		var first, second []any
		for i := range 130 { // more than one go fetches
			first = append(first, s.serve(fmt.Sprintf("a%d", i), time.Hour, nil))
		}
		second = append(second, s.serve("last", time.Hour, nil))
		s.outbox(first, second)
		s.add(embraye.PeerChoices{Gather: true})
		if next, err := s.In.Gather.Peer(s.Context(), s.peer); err != nil || next.IsZero() {
			s.Fatal(next, err)
		}
		before := s.row()
		if before.Kept == 0 || before.Kept >= 130 || before.Item != before.Kept || before.Pages != 1 {
			s.Errorf("after one go: %+v", before)
		}
		s.W.Restart(s.In)
		s.Home.Put("/users/mesure2/outbox/2", "text/plain", http.StatusServiceUnavailable, nil)
		next := s.read()
		if b := s.row(); b.Kept != 130 || b.DoneAt != nil || b.Tries != 1 || !next.After(s.W.Clock.Now()) {
			s.Errorf("while its server is away: %+v, next %s", b, next)
		}
		s.outbox(first, second)
		s.W.Clock.Advance(time.Hour)
		if s.read(); s.row().Kept != 131 || s.row().DoneAt == nil || s.Kept("last") == nil {
			s.Errorf("at the end: %+v", s.row())
		}
	})
}

func TestWhatAnOutboxMayNotDo(t *testing.T) {
	evil := "https://evil.example/1"
	cases := map[string]struct {
		lie    func(s *scene)
		reason string
		kept   int
	}{
		"a loop of pages": {func(s *scene) {
			s.outbox([]any{s.serve("a", time.Hour, nil)})
			base := s.Measures[1].ID + "/outbox"
			s.Home.PutJSON("/users/mesure2/outbox/1", map[string]any{"id": base + "/1", "type": "OrderedCollectionPage", "orderedItems": []any{s.serve("a", time.Hour, nil)}, "next": base + "/1"})
		}, "loop", 1},
		"pages on another server": {func(s *scene) {
			base := s.Measures[1].ID + "/outbox"
			s.Home.PutJSON("/users/mesure2/outbox", map[string]any{"id": base, "type": "OrderedCollection", "orderedItems": []any{s.serve("a", time.Hour, nil)}, "next": "https://evil.example/page"})
		}, "other_server", 1},
		"an item of another server": {func(s *scene) {
			s.outbox([]any{map[string]any{"id": evil, "type": "Create", "actor": s.Measures[1].ID, "object": evil}, s.serve("a", time.Hour, nil)})
		}, "other_server", 1},
		"an item of somebody else": {func(s *scene) {
			s.outbox([]any{map[string]any{"id": s.Home.Base + "/x", "type": "Create", "actor": s.Measures[0].ID, "object": s.Measures[0].ID + "/y"}, s.serve("a", time.Hour, nil)})
		}, "somebody_else", 1},
		"a constat of a neighbour": {func(s *scene) {
			s.outbox([]any{s.serve("n", time.Hour, map[string]any{"attributedTo": s.Measures[0].ID})})
		}, "somebody_else", 0},
		"a constat about another measure": {func(s *scene) {
			s.outbox([]any{s.serve("n", time.Hour, map[string]any{"embraye:measure": apptest.MeasureIRI(3)})})
		}, "other_measure", 0},
		"too large a page": {func(s *scene) {
			s.outbox(nil)
			s.Home.Put("/users/mesure2/outbox/1", "application/activity+json", http.StatusOK, []byte(`{"id":"`+strings.Repeat("x", 2<<20)+`"}`))
		}, "unreadable", 0},
		"a million items on one page": {func(s *scene) {
			s.outbox(nil)
			s.Home.Put("/users/mesure2/outbox/1", "application/activity+json", http.StatusOK,
				[]byte(`{"id":"`+s.Measures[1].ID+`/outbox/1","type":"OrderedCollectionPage","orderedItems":[`+strings.Repeat(`"a",`, 200_000)+`"a"]}`))
		}, "unreadable", 0},
		"not understood": {func(s *scene) {
			s.outbox([]any{s.serve("n", time.Hour, map[string]any{"embraye:scale": "9"})})
		}, "not_understood", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := &scene{Pair: apptest.NewPair(t, "sqlite")}
			c.lie(s)
			s.add(embraye.PeerChoices{Gather: true})
			s.read()
			if b := s.row(); b.Kept != c.kept || b.Reason != c.reason || b.DoneAt == nil {
				t.Errorf("%+v", b)
			}
		})
	}
}

// A server that was away for longer than anything is sent to it has missed
// corrections and withdrawals: reading the past once more brings them.
func TestReadingOnceMoreBringsWhatWasMissed(t *testing.T) {
	each(t, func(s *scene) {
		old := make([]any, 0, 131)
		for i := range 128 { // more than one go fetches
			old = append(old, s.serve(fmt.Sprintf("c%03d", i), time.Hour, nil))
		}
		s.outbox(append(old, s.serve("corrected", time.Hour, nil), s.serve("gone", time.Hour, nil), s.serve("lost", time.Hour, nil)))
		s.add(embraye.PeerChoices{Gather: true})
		if s.read(); s.Kept("gone") == nil || s.row().Kept != 131 || s.row().DoneAt == nil {
			s.Fatalf("%+v", s.row())
		}
		s.W.Clock.Advance(8 * 24 * time.Hour)
		s.serve("corrected", time.Hour, map[string]any{"embraye:title": "Corrigé", "embraye:revision": 2, "updated": s.W.Clock.Now().Format(time.RFC3339)})
		s.Home.PutJSON("/users/mesure2/gone", map[string]any{"id": s.Measures[1].ID + "/gone", "type": "Tombstone"})
		s.Home.Put("/users/mesure2/gone", "text/plain", http.StatusGone, nil)
		s.Home.Put("/users/mesure2/lost", "text/plain", http.StatusNotFound, nil)
		s.outbox([]any{s.serve("new", time.Hour, nil)})
		s.Must(s.In.Peers.Gather(s.Context(), embraye.Operator(), s.peer))
		if _, err := s.In.Gather.Peer(s.Context(), s.peer); err != nil || s.row().DoneAt != nil {
			s.Fatalf("in one go: %+v, %v", s.row(), err)
		}
		s.W.Restart(s.In)
		s.Home.Put("/users/mesure2/c127", "text/plain", http.StatusServiceUnavailable, nil)
		if next := s.read(); !next.After(s.W.Clock.Now()) || s.row().Tries != 1 {
			s.Errorf("while its server is away: %+v, next %s", s.row(), next)
		}
		s.serve("c127", time.Hour, nil)
		s.W.Clock.Advance(time.Hour)
		if s.read(); s.row().DoneAt == nil || s.row().Kept != 1 || s.Kept("new") == nil {
			s.Errorf("at the end: %+v", s.row())
		}
		if s.Kept("corrected").Title != "Corrigé" || s.Kept("gone").WithdrawnAt == nil || s.Kept("lost").WithdrawnAt != nil || s.Kept("c000").WithdrawnAt != nil {
			s.Errorf("corrected %+v, gone %+v, lost %+v", s.Kept("corrected"), s.Kept("gone"), s.Kept("lost"))
		}
	})
}

func TestWhatWasWithdrawnStaysAway(t *testing.T) {
	each(t, func(s *scene) {
		s.Follow()
		s.Says("Create", s.Constat("a", nil))
		s.Says("Delete", s.Measures[1].ID+"/a")
		s.Says("Delete", s.Measures[1].ID+"/b") // of what never came
		s.outbox([]any{s.serve("a", time.Hour, nil), s.serve("b", time.Hour, nil)})
		peer, err := s.In.Peers.Find(s.Context(), s.Org.ID)
		s.Must(err)
		s.peer = peer.ID
		s.read()
		if a := s.Kept("a"); a == nil || a.WithdrawnAt == nil || s.Kept("b") != nil || s.row().Kept != 0 {
			s.Errorf("kept %v %v, %+v", a, s.Kept("b"), s.row())
		}
	})
}

func TestNewConstatsOfAPeerAreBoostedOnce(t *testing.T) {
	each(t, func(s *scene) {
		s.outbox([]any{s.serve("new", time.Hour, nil), s.serve("old", 8*24*time.Hour, nil)})
		s.add(embraye.PeerChoices{Gather: true, Boost: true})
		s.read()
		s.Says("Create", s.Constat("now", nil))
		s.Says("Update", s.Constat("now", map[string]any{"embraye:title": "Autre", "updated": s.W.Clock.Now().Add(time.Second).Format(time.RFC3339)}))
		s.Says("Announce", "https://elsewhere.example/posts/1")
		s.Must(s.In.Peers.Gather(s.Context(), embraye.Operator(), s.peer))
		s.read()
		s.W.Settle()
		sent := map[string]int{}
		for _, m := range apptest.Messages(s.Home.Take(), "Announce") {
			sent[strings.TrimPrefix(m.ObjectID(), s.Measures[1].ID+"/")]++
		}
		if fmt.Sprint(sent) != fmt.Sprint(map[string]int{"new": 1, "now": 1}) {
			s.Errorf("boosted %v", sent)
		}
		s.Must(s.In.Peers.Choose(s.Context(), embraye.Operator(), s.peer, embraye.PeerChoices{Gather: true}))
		s.Says("Create", s.Constat("later", nil))
		if s.W.Settle(); len(apptest.Messages(s.Home.Take(), "Announce")) != 0 {
			s.Error("boosted although nobody wants it")
		}
	})
}
