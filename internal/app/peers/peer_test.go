package peers_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

func TestT08SyncWritesOnlyWhatChanged(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		for range 3 {
			p.W.Clock.Advance(1e9)
			if skipped, err := p.In.Peers.Sync(p.Context(), embraye.Operator()); err != nil || len(skipped) != 0 {
				p.Fatal(skipped, err)
			}
		}
		p.W.Settle()
		if n, sent := p.Journal("peer.add"), p.Home.Take(); n != 1 || len(sent) != 0 {
			p.Errorf("%d events and %d messages after three syncs of nothing new", n, len(sent))
		}
		p.Measure(4)
		p.List()
		p.Org.Doc["name"] = "Autre nom"
		p.Org.Publish()
		if _, err := p.In.Peers.Sync(p.Context(), embraye.Operator()); err != nil {
			p.Fatal(err)
		}
		p.W.Settle()
		peers, err := p.In.Peers.List(p.Context())
		p.Must(err)
		if sent := p.Home.Take(); len(sent) != 0 || !peers[0].Waits() {
			p.Errorf("a new measure is followed silently: %d messages, waits %t", len(sent), peers[0].Waits())
		}
		p.Must(p.In.Peers.Accept(p.Context(), embraye.Operator(), peers[0].ID, peers[0].Changed.Fingerprint()))
		p.W.Settle()
		if sent := apptest.Messages(p.Home.Take(), "Follow"); len(sent) != 1 || p.Journal("peer.measure") != 1 || p.Journal("peer.add") != 1 || peers[0].Name != "Autre nom" {
			p.Errorf("a new measure: %d Follows, %d events, name %q", len(sent), p.Journal("peer.measure"), peers[0].Name)
		}
	})
}

// What another process notes of a peer meanwhile is not written over: a key that an
// admin agreed to there would be another again.
func TestWhatAnotherProcessNotesOfAPeerStays(t *testing.T) {
	p := apptest.NewPair(t, storetest.Postgres)
	p.Follow()
	h := &apptest.House{T: t, World: p.W, Instance: p.In}
	choices := only(p).PeerChoices
	choices.TrustReviews = !choices.TrustReviews
	for name, act := range map[string]func(context.Context) error{
		"choose": func(ctx context.Context) error {
			return p.In.Peers.Choose(ctx, embraye.Operator(), only(p).ID, choices)
		},
		"add": func(ctx context.Context) error {
			_, err := p.In.Peers.Add(ctx, embraye.Operator(), p.Org.ID, choices)
			return err
		},
		"sync": func(ctx context.Context) error {
			_, err := p.In.Peers.Sync(ctx, embraye.Operator())
			return err
		},
	} {
		p.W.Clock.Advance(time.Hour)
		now := p.W.Clock.Now()
		p.Must(h.Meanwhile(act, "UPDATE peers SET last_news_at = $1", now))
		if at := only(p).LastNewsAt; at == nil || !at.Equal(now) {
			t.Errorf("%s: the last news came at %v", name, at)
		}
	}
}

// What somebody chooses of a peer while it is asked again stays chosen, and what
// another process has begun with it is seen: whoever asks to gather of whom nothing is
// gathered any more is told so, and whoever leaves a peer leaves all of it.
func TestWhatAnotherProcessDecidesAboutAPeerStays(t *testing.T) {
	p := apptest.NewPair(t, storetest.Postgres)
	p.Follow()
	h, id := &apptest.House{T: t, World: p.W, Instance: p.In}, only(p).ID
	p.Must(h.Meanwhile(func(ctx context.Context) error { _, err := p.In.Peers.Ask(ctx, embraye.Operator(), id); return err },
		"UPDATE peers SET trust_reviews = NOT trust_reviews, gather = false, boost = false, copies = false"))
	if got := only(p).PeerChoices; got.Gather || !got.TrustReviews {
		t.Errorf("after it was asked again: %+v", got)
	}
	p.Must(p.In.Peers.Choose(t.Context(), embraye.Operator(), id, embraye.PeerChoices{Gather: true}))
	apptest.WantProblems(t, h.Meanwhile(func(ctx context.Context) error { return p.In.Peers.Gather(ctx, embraye.Operator(), id) },
		"UPDATE peers SET gather = false"), "peer")
	p.Must(h.Meanwhile(func(ctx context.Context) error { return p.In.Peers.Remove(ctx, embraye.Operator(), id, false) },
		`WITH reading AS (UPDATE peers SET name = name RETURNING id) INSERT INTO follows (target, host, inbox, state, activity_id, peer_id, created_at)
		SELECT 'https://pair.example/measures/new', 'pair.example', 'https://pair.example/inbox', 'pending', (SELECT min(activity_id) FROM follows), id, now() FROM reading`))
	if follows, err := p.In.Store.Tables().Follows.List(t.Context()); err != nil || len(follows) != 0 {
		t.Errorf("still followed: %+v, %v", follows, err)
	}
}

// An answer that another process takes meanwhile is not written over where an inbox
// has moved.
func TestAnAnswerToAFollowThatComesMeanwhileStays(t *testing.T) {
	p := apptest.NewPair(t, storetest.Postgres)
	p.Follow()
	h := &apptest.House{T: t, World: p.W, Instance: p.In}
	_, err := p.In.Store.Pool().ExecContext(t.Context(), "UPDATE follows SET state = 'pending', inbox = 'https://pair.example/old'")
	p.Must(err)
	p.Must(h.Meanwhile(func(ctx context.Context) error {
		_, err := p.In.Peers.Add(ctx, embraye.Operator(), p.Org.ID, only(p).PeerChoices)
		return err
	}, "UPDATE follows SET state = 'accepted'"))
	follows, err := p.In.Store.Tables().Follows.List(t.Context())
	p.Must(err)
	for _, f := range follows {
		if f.State != embraye.FollowAccepted || f.Inbox == "https://pair.example/old" {
			t.Errorf("%s: %s, %s", f.Target, f.State, f.Inbox)
		}
	}
}

// A peer that was added by the address of its instance or of its page is shown,
// accepted and removed by the same.
func TestAPeerIsFoundByWhateverItWasAddedBy(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		base := p.Home.Base
		for _, address := range []string{"@organisation@pair.example", "Organisation@PAIR.example", p.Org.ID, base, base + "/", base + "/@organisation", base + "/constats/01JZZZZZZZZZZZZZZZZZZZZZZZ", " <" + base + "> "} {
			if peer, err := p.In.Peers.Find(p.Context(), address); err != nil || peer.Organisation != embraye.IRI(p.Org.ID) {
				p.Errorf("%q: %v", address, err)
			}
		}
		for _, decide := range []func(context.Context, embraye.Acting, int64, string) error{p.In.Peers.Accept, p.In.Peers.Decline} {
			if err := decide(p.Context(), embraye.Operator(), only(p).ID, ""); !errors.Is(err, embraye.ErrConflict) || !strings.HasPrefix(err.Error(), "nothing that organisation@pair.example says") {
				p.Errorf("deciding about nothing: %v", err)
			}
		}
		for _, address := range []string{"", "pair.example", base + "/@other", "https://other.example", "@other@pair.example"} {
			if _, err := p.In.Peers.Find(p.Context(), address); !errors.Is(err, embraye.ErrNotFound) {
				p.Errorf("%q: %v", address, err)
			}
		}
	})
}

// Who has moved is shown with where, and nothing of there is followed by itself.
func TestAPeerThatMovedSaysWhere(t *testing.T) {
	apptest.EachPair(t, func(p *apptest.Pair) {
		p.Follow()
		p.Org.Doc["movedTo"] = "https://new.example/actors/organisation"
		p.Org.Publish()
		_, err := p.In.Peers.Sync(p.Context(), embraye.Operator())
		p.Must(err)
		if peer := only(p); peer.MovedTo != "https://new.example/actors/organisation" || peer.Waits() || len(peer.Follows) != 4 {
			p.Errorf("a peer that moved: %+v", peer)
		}
	})
}

func TestT08OneUnreadableMeasureIsSkippedAndNamed(t *testing.T) {
	for name, status := range map[string]int{"gone": http.StatusGone, "broken": http.StatusInternalServerError, "hidden": http.StatusForbidden} {
		t.Run(name, func(t *testing.T) {
			p := apptest.NewPair(t, "sqlite")
			sick := p.Measures[0]
			p.Home.Put("/users/mesure1", "text/plain", status, nil)
			added, err := p.In.Peers.Add(t.Context(), embraye.Operator(), p.Org.ID, embraye.PeerChoices{Gather: true})
			p.Must(err)
			follows, err := p.In.Store.Tables().Follows.OfPeer(t.Context(), added.ID)
			p.Must(err)
			if len(follows) != 3 || len(added.Skipped) != 1 || added.Skipped[0].Measure != embraye.IRI(sick.ID) || added.Skipped[0].Why == nil {
				t.Errorf("%d follows, skipped %v", len(follows), added.Skipped)
			}
			skipped, err := p.In.Peers.Sync(t.Context(), embraye.Operator())
			if err != nil || len(skipped) != 1 {
				t.Errorf("the sync skipped %v: %v", skipped, err)
			}
			sick.Publish()
			if skipped, err = p.In.Peers.Sync(t.Context(), embraye.Operator()); err != nil || len(skipped) != 0 || p.Journal("peer.measure") != 1 {
				t.Errorf("well again, the sync skipped %v (%d events): %v", skipped, p.Journal("peer.measure"), err)
			}
		})
	}
}
