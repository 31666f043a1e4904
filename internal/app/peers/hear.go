package peers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// ErrKeyWaits is what a peer says with a key that nobody has agreed to: it is
// set aside until somebody does.
var ErrKeyWaits = errors.New("its author has another key, which an admin has not looked at yet")

// newsEvery is how exactly we know when a peer spoke last: not every constat
// writes it down.
const newsEvery = time.Minute

// Hear returns the peer whose actor speaks, or nil if it is nobody's of a peer,
// and notes that it spoke. Every key of a peer's is one that somebody agreed to,
// or one that the key before it vouched for (Rotated).
func (ps *Peers) Hear(ctx context.Context, t store.Tables, sender *embraye.RemoteActor) (*embraye.Peer, error) {
	peer, err := peerOf(ctx, t, sender.URI)
	if err != nil || peer == nil {
		return nil, err
	}
	if !peer.Agreed(sender) {
		if peer, err = t.Peers.TakeToWrite(ctx, peer.ID); err != nil {
			return nil, err
		}
	}
	if !peer.Agreed(sender) {
		next := peer.Known
		if peer.Changed != nil {
			next = peer.Changed
		}
		if err := ps.noteChange(ctx, t, peer, withKey(next, sender.URI, embraye.KeysFingerprint(sender))); err != nil {
			return nil, err
		}
		return peer, ErrKeyWaits
	}
	now := ps.desk.Stamp()
	if peer.SilentSince == nil && peer.LastNewsAt != nil && now.Sub(*peer.LastNewsAt) < newsEvery {
		return peer, nil
	}
	if peer.SilentSince != nil {
		t.Changed()
	}
	return peer, t.Peers.Heard(ctx, peer.ID, now)
}

// MayEnd is ErrKeyWaits if an actor of a peer takes something back with a key that
// nobody has agreed to: nothing brings back what was withdrawn. The change is
// noted, so that somebody looks at it.
func MayEnd(ctx context.Context, ps *Peers, sender *embraye.RemoteActor) error {
	peer, err := peerOf(ctx, ps.desk.Store.Tables(), sender.URI)
	if err != nil || peer == nil || peer.Agreed(sender) {
		return err
	}
	var waits error
	err = ps.desk.InTx(ctx, func(t store.Tables) error {
		_, err := ps.Hear(ctx, t, sender)
		if errors.Is(err, ErrKeyWaits) {
			waits, err = err, nil
		}
		return err
	})
	return errors.Join(waits, err)
}

// peerOf is the peer of an actor that we follow, or nil.
func peerOf(ctx context.Context, t store.Tables, actor embraye.IRI) (*embraye.Peer, error) {
	peer, err := t.Peers.OfActor(ctx, actor)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, nil
	}
	return peer, err
}

func withKey(f *embraye.PeerFacts, actor embraye.IRI, key string) *embraye.PeerFacts {
	next := *f
	next.Keys = maps.Clone(f.Keys)
	next.Keys[actor] = key
	return &next
}

// noteChange makes facts wait for an admin, and says so once.
func (ps *Peers) noteChange(ctx context.Context, t store.Tables, peer *embraye.Peer, next *embraye.PeerFacts) error {
	before := peer.Changed.Fingerprint()
	waits(peer, next)
	if !peer.Waits() || peer.Changed.Fingerprint() == before {
		return nil
	}
	if err := t.Peers.Save(ctx, peer); err != nil {
		return err
	}
	return ps.desk.Record(ctx, t, embraye.Acting{}, "peer.changed", string(peer.Organisation), "", false)
}

// Rotated believes a new key of a peer's actor that the agreed one signed for,
// and says so in the log.
func (ps *Peers) Rotated(ctx context.Context, t store.Tables, before, after *embraye.RemoteActor) error {
	peer, err := peerOf(ctx, t, before.URI)
	if err != nil || peer == nil {
		return err
	}
	if peer, err = t.Peers.TakeToWrite(ctx, peer.ID); err != nil || peer.Known == nil {
		return err
	}
	old, key := embraye.KeysFingerprint(before), embraye.KeysFingerprint(after)
	if key == "" || key == old || !embraye.SameKeys(peer.Known.Keys[before.URI], old) {
		return nil
	}
	peer.Known = withKey(peer.Known, before.URI, key)
	if peer.Changed != nil {
		waits(peer, withKey(peer.Changed, before.URI, key))
	}
	if err := t.Peers.Save(ctx, peer); err != nil {
		return fmt.Errorf("peers: a new key of %s: %w", before.URI, err)
	}
	return ps.desk.Record(ctx, t, embraye.Acting{}, "peer.key", string(before.URI), "", false)
}
