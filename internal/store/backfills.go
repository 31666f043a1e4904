package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// Backfills are how far the outboxes of peers' measures were read.
type Backfills struct{ table }

// Begin puts one at its beginning, whether there was one or not.
func (t Backfills) Begin(ctx context.Context, b *embraye.Backfill) error {
	return wrap(t.upsert(ctx, b, "actor"), "beginning to read the past of %s", b.Actor)
}

// Save writes every column.
func (t Backfills) Save(ctx context.Context, b *embraye.Backfill) error {
	return wrap(save(ctx, t.table, b), "noting how far the past of %s was read", b.Actor)
}

// OfPeer lists those of a peer.
func (t Backfills) OfPeer(ctx context.Context, peerID int64) ([]embraye.Backfill, error) {
	all, err := list[embraye.Backfill](ctx, t.table, "started_at, actor", 0, "peer_id = ?", peerID)
	return all, wrap(err, "listing what is read of the peer %d", peerID)
}

// OfPeers lists those of several peers.
func (t Backfills) OfPeers(ctx context.Context, peers []int64) ([]embraye.Backfill, error) {
	all, err := list[embraye.Backfill](ctx, t.table, "started_at, actor", 0, "peer_id IN ?", peers)
	return all, wrap(err, "listing what is read of %d peers", len(peers))
}

// Due lists the peers of whom something is still to be read, the longest
// waiting first.
func (t Backfills) Due(ctx context.Context, now time.Time) (peers []int64, err error) {
	err = t.scan(ctx, &peers, "SELECT peer_id FROM backfills WHERE next_at <= ? GROUP BY peer_id ORDER BY min(next_at), peer_id", now.UTC())
	return peers, wrap(err, "listing the peers whose past is to be read")
}

// Remove forgets those of a peer.
func (t Backfills) Remove(ctx context.Context, peerID int64) error {
	_, err := remove[embraye.Backfill](ctx, t.table, "peer_id = ?", peerID)
	return wrap(err, "forgetting what is read of the peer %d", peerID)
}
