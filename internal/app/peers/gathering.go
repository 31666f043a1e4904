package peers

import (
	"context"
	"fmt"
	"strconv"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// begin puts the reading of a measure's past at its beginning.
func (ps *Peers) begin(ctx context.Context, t store.Tables, peer *embraye.Peer, measure embraye.IRI) error {
	now := ps.desk.Stamp()
	return t.Backfills.Begin(ctx, &embraye.Backfill{Actor: measure, PeerID: peer.ID, Host: measure.Host(), StartedAt: now, NextAt: &now})
}

// askForGathering asks for the chore that reads what has begun.
func (ps *Peers) askForGathering(ctx context.Context, t store.Tables, peer *embraye.Peer) error {
	return ps.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreGather, Subject: strconv.FormatInt(peer.ID, 10)})
}

// Gather reads the past of all measures of a peer once more.
func (ps *Peers) Gather(ctx context.Context, by embraye.Acting, id int64) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("peers: gather: %w", err)
	}
	return ps.desk.InTx(ctx, func(t store.Tables) error {
		peer, err := t.Peers.TakeToWrite(ctx, id)
		if err != nil {
			return err
		}
		if !peer.Gather {
			return problem("is_not_gathered", peer.Handle)
		}
		return ps.beginAll(ctx, t, peer)
	})
}

// beginAll begins with every measure that we follow.
func (ps *Peers) beginAll(ctx context.Context, t store.Tables, peer *embraye.Peer) error {
	follows, err := t.Follows.OfPeer(ctx, peer.ID)
	if err != nil {
		return err
	}
	for _, f := range follows {
		if f.Target == peer.Organisation || f.State == embraye.FollowRejected {
			continue
		}
		if err := ps.begin(ctx, t, peer, f.Target); err != nil {
			return err
		}
	}
	return ps.askForGathering(ctx, t, peer)
}

// stopGathering leaves the measures of a peer and forgets what they stated: what
// is not gathered is not shown.
func (ps *Peers) stopGathering(ctx context.Context, t store.Tables, peer *embraye.Peer) error {
	follows, err := t.Follows.OfPeer(ctx, peer.ID)
	if err != nil {
		return err
	}
	if err := ps.forget(ctx, t, peer, follows); err != nil {
		return err
	}
	for _, f := range follows {
		if f.Target == peer.Organisation {
			continue
		}
		if err := ps.desk.Unfollow(ctx, t, f); err != nil {
			return err
		}
	}
	return t.Backfills.Remove(ctx, peer.ID)
}
