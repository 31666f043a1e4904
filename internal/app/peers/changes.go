package peers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// compare notes what a peer says of itself otherwise than when somebody agreed.
// A change that was turned down is not asked again.
func compare(peer *embraye.Peer, f *found) {
	next := f.facts()
	if peer.Known == nil {
		peer.Known, peer.Changed = next, nil
		return
	}
	peer.Known = peer.Known.Complete(next, peer.Organisation)
	next = next.Complete(peer.Known, peer.Organisation) // what could not be read today is as it was
	waits(peer, next)
}

// waits makes facts wait for an admin, if they are news.
func waits(peer *embraye.Peer, next *embraye.PeerFacts) {
	switch {
	case len(peer.Known.Differ(next)) == 0:
		peer.Changed, peer.Declined = nil, nil
	case peer.Declined.Fingerprint() == next.Fingerprint():
		peer.Changed = nil
	default:
		peer.Changed = next
	}
}

// Sync reads every peer again: what has changed waits for an admin, measures
// that could not be read before are followed, moved inboxes noted. One peer that
// cannot be had does not stop the others, nor does one measure that cannot be
// read.
func (ps *Peers) Sync(ctx context.Context, by embraye.Acting) (skipped []SkippedMeasure, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: sync: %w", err)
	}
	return ps.readAll(ctx, by)
}

// Read is Sync for one peer.
func (ps *Peers) Read(ctx context.Context, by embraye.Acting, id int64) (skipped []SkippedMeasure, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("peers: read again: %w", err)
	}
	peer, err := ps.desk.Store.Tables().Peers.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	return ps.readOne(ctx, by, *peer)
}

// ReadAgain is Sync as a chore: a peer that cannot be had is no failure of ours.
func (ps *Peers) ReadAgain(ctx context.Context) error {
	_, err := ps.readAll(ctx, embraye.Acting{})
	if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if err != nil {
		ps.desk.Log.InfoContext(ctx, "peers that cannot be read", "error", err)
	}
	return nil
}

func (ps *Peers) readAll(ctx context.Context, by embraye.Acting) (skipped []SkippedMeasure, err error) {
	peers, err := ps.desk.Store.Tables().Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, p := range peers {
		missed, err := ps.readOne(ctx, by, p)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.Handle, err))
		}
		skipped = append(skipped, missed...)
	}
	return skipped, errors.Join(failed...)
}

// readOne reads a peer and notes that it answers, or since when it does not.
func (ps *Peers) readOne(ctx context.Context, by embraye.Acting, p embraye.Peer) ([]SkippedMeasure, error) {
	f, err := ps.look(ctx, string(p.Organisation))
	if err != nil {
		if silent(err) {
			err = errors.Join(err, ps.desk.InTx(ctx, func(t store.Tables) error { return t.Peers.Silent(ctx, p.ID, ps.desk.Stamp()) }))
		}
		return nil, err
	}
	err = ps.desk.InTx(ctx, func(t store.Tables) error {
		peer, err := t.Peers.TakeToWrite(ctx, p.ID)
		if errors.Is(err, embraye.ErrNotFound) {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		if err := note(ctx, ps, t, by, peer, f); err != nil {
			return err
		}
		if err := ps.followAll(ctx, t, by, peer, f, following{}); err != nil {
			return err
		}
		for _, measure := range f.Measures {
			if err := AskToName(ctx, ps.desk, t, measure); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		ps.forgetActors(f)
	}
	return f.Skipped, err
}

// Accept takes over what a peer says of itself now, as it was shown: new
// measures are followed, those that are gone left, keys believed. What it said
// while a key waited is read anew. If it says something else by now that is noted,
// and embraye.ErrConflict.
func (ps *Peers) Accept(ctx context.Context, by embraye.Acting, id int64, shown string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("peers: accept a change: %w", err)
	}
	peer, err := ps.desk.Store.Tables().Peers.Take(ctx, id)
	if err != nil {
		return err
	}
	f, err := ps.look(ctx, string(peer.Organisation))
	if err != nil {
		return err
	}
	var other error
	err = ps.desk.InTx(ctx, func(t store.Tables) error {
		if peer, err = t.Peers.TakeToWrite(ctx, id); err != nil {
			return err
		}
		if err := note(ctx, ps, t, by, peer, f); err != nil {
			return err
		}
		if other = isShown(peer, shown); other != nil {
			return nil
		}
		return takeOver(ctx, ps, t, by, peer, f)
	})
	if err == nil && other == nil {
		ps.forgetActors(f)
	}
	return cmp.Or(err, other)
}

// note keeps what a peer was found to say of itself.
func note(ctx context.Context, ps *Peers, t store.Tables, by embraye.Acting, peer *embraye.Peer, f *found) error {
	if peer.Name != f.Name || peer.Handle != f.Handle || peer.SilentSince != nil {
		t.Changed() // pages say who is silent
	}
	waited := peer.Changed.Fingerprint()
	ps.describe(peer, f)
	compare(peer, f)
	if err := t.Peers.Save(ctx, peer); err != nil || !peer.Waits() || peer.Changed.Fingerprint() == waited {
		return err
	}
	return ps.desk.Record(ctx, t, by, "peer.changed", string(peer.Organisation), "", false)
}

// isShown is embraye.ErrConflict unless what waits is what somebody was shown.
func isShown(peer *embraye.Peer, shown string) error {
	switch {
	case !peer.Waits():
		return fmt.Errorf("nothing that %s says of itself waits: %w", peer.Handle, embraye.ErrConflict)
	case peer.Changed.Fingerprint() != shown:
		return fmt.Errorf("%s says something else by now: %w", peer.Handle, embraye.ErrConflict)
	}
	return nil
}

// takeOver believes what waits.
func takeOver(ctx context.Context, ps *Peers, t store.Tables, by embraye.Acting, peer *embraye.Peer, f *found) error {
	gone := slices.DeleteFunc(slices.Clone(peer.Known.Measures), func(m embraye.IRI) bool { return slices.Contains(peer.Changed.Measures, m) })
	peer.Known, peer.Changed, peer.Declined = peer.Changed, nil, nil
	if err := t.Peers.Save(ctx, peer); err != nil {
		return err
	}
	t.Changed()
	if err := ps.leave(ctx, t, gone); err != nil {
		return err
	}
	if err := ps.desk.Record(ctx, t, by, "peer.accept", string(peer.Organisation), "", true); err != nil {
		return err
	}
	if err := ps.followAll(ctx, t, by, peer, f, following{}); err != nil || !peer.Gather {
		return err
	}
	return ps.beginAll(ctx, t, peer)
}

// leave stops following measures that are a peer's no more.
func (ps *Peers) leave(ctx context.Context, t store.Tables, measures []embraye.IRI) error {
	for _, m := range measures {
		f, err := t.Follows.ByTarget(ctx, m)
		if errors.Is(err, embraye.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := ps.desk.Unfollow(ctx, t, *f); err != nil {
			return err
		}
	}
	return nil
}

// Decline leaves everything as it is; the same change is not asked again.
func (ps *Peers) Decline(ctx context.Context, by embraye.Acting, id int64, shown string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("peers: decline a change: %w", err)
	}
	return ps.desk.InTx(ctx, func(t store.Tables) error {
		peer, err := t.Peers.TakeToWrite(ctx, id)
		if err != nil {
			return err
		}
		if err := isShown(peer, shown); err != nil {
			return err
		}
		peer.Declined, peer.Changed = peer.Changed, nil
		if err := t.Peers.Save(ctx, peer); err != nil {
			return err
		}
		return ps.desk.Record(ctx, t, by, "peer.decline", string(peer.Organisation), "", true)
	})
}
