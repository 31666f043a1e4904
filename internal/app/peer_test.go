package app_test

import (
	"net/http"
	"testing"

	"embraye/internal/embraye"
)

func TestT08SyncWritesOnlyWhatChanged(t *testing.T) {
	eachPair(t, func(p *pair) {
		p.follow()
		for range 3 {
			p.w.Clock.Advance(1e9)
			if skipped, err := p.in.App.SyncPeers(p.Context(), embraye.Operator()); err != nil || len(skipped) != 0 {
				p.Fatal(skipped, err)
			}
		}
		p.w.Settle()
		if n, sent := p.journal("peer.add"), p.home.Take(); n != 1 || len(sent) != 0 {
			p.Errorf("%d events and %d messages after three syncs of nothing new", n, len(sent))
		}
		p.measure(4)
		p.list()
		p.org.Doc["name"] = "Autre nom"
		p.org.Publish()
		if _, err := p.in.App.SyncPeers(p.Context(), embraye.Operator()); err != nil {
			p.Fatal(err)
		}
		p.w.Settle()
		peers, err := p.in.App.Peers(p.Context())
		p.must(err)
		if sent := messages(p.home.Take(), "Follow"); len(sent) != 1 || p.journal("peer.measure") != 1 || p.journal("peer.add") != 1 || peers[0].Name != "Autre nom" {
			p.Errorf("a new measure: %d Follows, %d events, name %q", len(sent), p.journal("peer.measure"), peers[0].Name)
		}
	})
}

func TestT08OneUnreadableMeasureIsSkippedAndNamed(t *testing.T) {
	for name, status := range map[string]int{"gone": http.StatusGone, "broken": http.StatusInternalServerError, "hidden": http.StatusForbidden} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t, "sqlite")
			sick := p.measures[0]
			p.home.Put("/users/mesure1", "text/plain", status, nil)
			added, err := p.in.App.AddPeer(t.Context(), embraye.Operator(), p.org.ID)
			p.must(err)
			follows, err := p.in.Store.Tables().Follows.OfPeer(t.Context(), added.ID)
			p.must(err)
			if len(follows) != 3 || len(added.Skipped) != 1 || added.Skipped[0].Measure != embraye.IRI(sick.ID) || added.Skipped[0].Why == nil {
				t.Errorf("%d follows, skipped %v", len(follows), added.Skipped)
			}
			skipped, err := p.in.App.SyncPeers(t.Context(), embraye.Operator())
			if err != nil || len(skipped) != 1 {
				t.Errorf("the sync skipped %v: %v", skipped, err)
			}
			sick.Publish()
			if skipped, err = p.in.App.SyncPeers(t.Context(), embraye.Operator()); err != nil || len(skipped) != 0 || p.journal("peer.measure") != 1 {
				t.Errorf("well again, the sync skipped %v (%d events): %v", skipped, p.journal("peer.measure"), err)
			}
		})
	}
}
