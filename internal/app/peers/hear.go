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
	key := embraye.KeyFingerprint(sender.KeyPEM)
	if peer.Known != nil && peer.Known.Keys[sender.URI] != "" && key != "" && peer.Known.Keys[sender.URI] != key {
		next := peer.Known
		if peer.Changed != nil {
			next = peer.Changed
		}
		if err := ps.noteChange(ctx, t, peer, withKey(next, sender.URI, key)); err != nil {
			return nil, err
		}
		return peer, ErrKeyWaits
	}
	now := ps.desk.Stamp()
	if peer.SilentSince == nil && peer.LastNewsAt != nil && now.Sub(*peer.LastNewsAt) < newsEvery {
		return peer, nil
	}
	return peer, t.Peers.Heard(ctx, peer.ID, now)
}

// peerOf is the peer of an actor that we follow, or nil.
func peerOf(ctx context.Context, t store.Tables, actor embraye.IRI) (*embraye.Peer, error) {
	f, err := t.Follows.ByTarget(ctx, actor)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && f.PeerID == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	peer, err := t.Peers.Take(ctx, f.PeerID)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, nil
	}
	return peer, err
}

func withKey(f *embraye.PeerFacts, actor embraye.IRI, key string) *embraye.PeerFacts {
	next := &embraye.PeerFacts{Reference: f.Reference, Measures: f.Measures, Keys: maps.Clone(f.Keys)}
	next.Keys[actor] = key
	return next
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
	if err != nil || peer == nil || peer.Known == nil {
		return err
	}
	old, key := embraye.KeyFingerprint(before.KeyPEM), embraye.KeyFingerprint(after.KeyPEM)
	if key == "" || key == old || peer.Known.Keys[before.URI] != old {
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
