package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

func TestFollowsAndPeers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		peer := &embraye.Peer{Organisation: "https://p.example/actors/org", Host: "p.example", CreatedAt: storetest.Start}
		follow := &embraye.Follow{Target: peer.Organisation, Host: "p.example", State: embraye.FollowPending, ActivityID: storetest.ID(1), CreatedAt: storetest.Start}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			if err := tx.Peers.Insert(ctx, peer); err != nil {
				return err
			}
			follow.PeerID = peer.ID
			return tx.Follows.Insert(ctx, follow)
		})
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error {
			return tx.Peers.Insert(ctx, &embraye.Peer{Organisation: peer.Organisation, CreatedAt: storetest.Start})
		})
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error {
			return tx.Follows.Insert(ctx, &embraye.Follow{Target: follow.Target, State: embraye.FollowPending, CreatedAt: storetest.Start})
		})
		follow.State = embraye.FollowAccepted
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Follows.Save(ctx, follow) })
		got, err := s.Tables().Follows.ByTarget(ctx, follow.Target)
		must(t, err)
		equal(t, "follow", got, follow)
		follow.State = "maybe"
		if err := s.InTx(ctx, func(tx store.Tables) error { return tx.Follows.Save(ctx, follow) }); err == nil {
			t.Error("an unknown state was saved")
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return errors.Join(tx.Follows.Remove(ctx, follow.ID), tx.Peers.Remove(ctx, peer.ID))
		})
		left, err := s.Tables().Follows.OfPeer(ctx, peer.ID)
		must(t, err)
		peers, err := s.Tables().Peers.List(ctx)
		if err != nil || len(left)+len(peers) != 0 {
			t.Errorf("left %v, %v, %v", left, peers, err)
		}
	})
}

func TestPeerUpdates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		u := &embraye.PeerUpdate{URI: "https://p.example/constats/1", Actor: "https://p.example/actors/m", MeasureIRI: "https://ref.example/m1",
			Territories: []string{"FR", "EU"}, PublishedAt: storetest.Start, ReceivedAt: storetest.Start, Wire: []byte("{}")}
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.PeerUpdates.Upsert(ctx, u) })
		first, err := s.Tables().PeerUpdates.ByURI(ctx, u.URI)
		must(t, err)
		u.Revision, u.Title = 2, "deux"
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.PeerUpdates.Upsert(ctx, u) })
		got, err := s.Tables().PeerUpdates.ByURI(ctx, u.URI)
		must(t, err)
		if got.ID == 0 || got.ID != first.ID {
			t.Errorf("ID %d, then %d", first.ID, got.ID)
		}
		u.ID = got.ID
		equal(t, "peer's constat", got, u)
		for _, want := range []bool{true, false} {
			write(t, s, func(ctx context.Context, tx store.Tables) error {
				stood, err := tx.PeerUpdates.Withdraw(ctx, u.URI, storetest.Start)
				if stood != want {
					t.Errorf("Withdraw = %v, want %v", stood, want)
				}
				return err
			})
		}
		all, err := s.Tables().PeerUpdates.ByMeasure(ctx, u.MeasureIRI, 5)
		if err != nil || len(all) != 0 {
			t.Errorf("withdrawn and listed: %v, %v", all, err)
		}
	})
}

func TestQuotesAndReplies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		q := &embraye.Quote{ID: storetest.ID(1), Actor: "https://a.example/u", Object: storetest.Object(1), Quoting: "https://a.example/1", CreatedAt: storetest.Start}
		r := &embraye.Reply{URI: "https://a.example/2", Actor: q.Actor, Object: q.Object, Public: true, State: embraye.ReplyPending, PublishedAt: storetest.Start, ReceivedAt: storetest.Start}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			added, err := tx.Replies.Insert(ctx, r)
			again := *r
			again.ID = 0
			twice, err2 := tx.Replies.Insert(ctx, &again)
			if !added || twice || r.ID == 0 {
				t.Errorf("added %v with ID %d, then %v", added, r.ID, twice)
			}
			return errors.Join(err, err2, tx.Quotes.Insert(ctx, q), tx.Quotes.Revoke(ctx, q.ID))
		})
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error {
			return tx.Quotes.Insert(ctx, &embraye.Quote{ID: storetest.ID(2), Object: q.Object, Quoting: q.Quoting, CreatedAt: storetest.Start})
		})
		got, err := s.Tables().Quotes.ByQuoting(ctx, q.Quoting, q.Object)
		if err != nil || got.RevokedAt == nil {
			t.Errorf("revoked quote = %+v, %v", got, err)
		}
		pending, err := s.Tables().Replies.Pending(ctx, 5)
		must(t, err)
		equal(t, "pending", pending, []embraye.Reply{*r})
		r.State = embraye.ReplyShown
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Replies.Save(ctx, r) })
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Replies.Remove(ctx, r.URI) })
		if _, err := s.Tables().Replies.ByURI(ctx, r.URI); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("after Remove: %v", err)
		}
	})
}

func TestReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		report := func() *embraye.Report {
			return &embraye.Report{Host: "a.example", Digest: "d", Objects: []string{"https://ours.example/constats/1"}, State: "open", CreatedAt: storetest.Start}
		}
		add := func(want bool) *embraye.Report {
			r := report()
			write(t, s, func(ctx context.Context, tx store.Tables) error {
				added, err := tx.Reports.Add(ctx, r)
				if added != want {
					t.Errorf("Add = %v, want %v", added, want)
				}
				return err
			})
			return r
		}
		first := add(true)
		add(false)
		first.State = "closed"
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Reports.Save(ctx, first) })
		add(true)
		if n, err := s.Tables().Reports.CountSince(ctx, "a.example", storetest.Start.Add(-time.Hour)); n != 2 || err != nil {
			t.Errorf("CountSince = %d, %v; want 2", n, err)
		}
		closed, err := s.Tables().Reports.List(ctx, "closed", 5)
		must(t, err)
		equal(t, "closed", closed, []embraye.Report{*first})
	})
}

func TestBlocks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			for _, domain := range []string{"evil.example", "127.0.0.1"} {
				if err := tx.DomainBlocks.Add(ctx, &embraye.DomainBlock{Domain: domain, Severity: "suspend", CreatedAt: storetest.Start}); err != nil {
					return err
				}
			}
			b := embraye.ActorBlock{Blocker: "https://a.example/u", Blocked: "https://ours.example/actors/m", CreatedAt: storetest.Start}
			again := b
			return errors.Join(tx.ActorBlocks.Add(ctx, &b), tx.ActorBlocks.Add(ctx, &again))
		})
		for host, want := range map[string]bool{
			"evil.example": true, "evil.example:8443": true, "a.b.evil.example": true, "EVIL.example.": true, "127.0.0.1:80": true,
			"notevil.example": false, "evil.example.org": false, "example": false, "[::1]:80": false, "9.127.0.0.1": true,
		} {
			if got, err := s.Tables().DomainBlocks.Blocked(ctx, host); got != want || err != nil {
				t.Errorf("Blocked(%q) = %v, %v; want %v", host, got, err, want)
			}
		}
		if ok, err := s.Tables().ActorBlocks.Exists(ctx, "https://a.example/u", "https://ours.example/actors/m"); !ok || err != nil {
			t.Errorf("Exists = %v, %v", ok, err)
		}
		refused(t, s, embraye.ErrConflict, func(ctx context.Context, tx store.Tables) error {
			return tx.DomainBlocks.Add(ctx, &embraye.DomainBlock{Domain: "evil.example", Severity: "suspend", CreatedAt: storetest.Start})
		})
		for _, want := range []bool{true, false} {
			write(t, s, func(ctx context.Context, tx store.Tables) error {
				removed, err := tx.DomainBlocks.Remove(ctx, "evil.example")
				if removed != want {
					t.Errorf("Remove = %v, want %v", removed, want)
				}
				return err
			})
		}
	})
}

func TestWhatABlockedDomainSendsIsNotMarked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		mark := func(host string) (fresh bool, err error) {
			err = s.InTx(ctx, func(tx store.Tables) error {
				fresh, err = tx.Seen.Mark(ctx, []byte("digest"), host)
				return err
			})
			return fresh, err
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return tx.DomainBlocks.Add(ctx, &embraye.DomainBlock{Domain: "bad.example", Severity: "suspend", CreatedAt: storetest.Start})
		})
		for _, host := range []string{"bad.example", "deep.under.bad.example:8443", "BAD.example."} {
			if fresh, err := mark(host); fresh || !errors.Is(err, embraye.ErrForbidden) {
				t.Errorf("%s: %v, %v; want it refused", host, fresh, err)
			}
		}
		if fresh, err := mark("notbad.example"); !fresh || err != nil {
			t.Errorf("the same digest from elsewhere: %v, %v; want it new", fresh, err)
		}
		if _, err := mark("bad.example"); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("seen before, from a blocked domain: %v", err)
		}
	})
}

func TestTombstonesAndSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		mark := func(want bool) {
			t.Helper()
			write(t, s, func(ctx context.Context, tx store.Tables) error {
				fresh, err := tx.Seen.Mark(ctx, []byte("digest"), "masto.example")
				if fresh != want {
					t.Errorf("Mark = %v, want %v", fresh, want)
				}
				return err
			})
		}
		mark(true)
		mark(false)
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Seen.Prune(ctx, storetest.Start) })
		mark(false)
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return tx.Seen.Prune(ctx, storetest.Start.Add(time.Second))
		})
		mark(true)
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return errors.Join(tx.Tombstones.Add(ctx, "https://a.example/1"), tx.Tombstones.Add(ctx, "https://a.example/1"))
		})
		for uri, want := range map[embraye.IRI]bool{"https://a.example/1": true, "https://a.example/2": false} {
			if got, err := s.Tables().Tombstones.Exists(ctx, uri); got != want || err != nil {
				t.Errorf("Exists(%s) = %v, %v", uri, got, err)
			}
		}
	})
}
