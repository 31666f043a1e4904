package directory

import (
	"context"
	"errors"
	"time"

	"embraye/internal/store"
)

// How long what strangers can grow is kept.
const (
	keepSeen       = 3 * 24 * time.Hour // far longer than any signature is valid
	keepTombstones = 90 * 24 * time.Hour
	keepUnknown    = 90 * 24 * time.Hour // constats of peers that were not understood
	keepDeliveries = 30 * 24 * time.Hour // finished ones; those of a Create stay, for its Update and Delete
)

// Prune forgets what has served its time.
func (d *Directory) Prune(ctx context.Context) error {
	now := d.desk.Now().UTC()
	return d.desk.Store.InTx(ctx, func(t store.Tables) error {
		return errors.Join(
			t.Seen.Prune(ctx, now.Add(-keepSeen)),
			t.Tombstones.Prune(ctx, now.Add(-keepTombstones)),
			t.UnreadUpdates.Prune(ctx, now.Add(-keepUnknown)),
			t.RemoteActors.PruneFailed(ctx, now.Add(-keepSeen)),
			t.Deliveries.Prune(ctx, now.Add(-keepDeliveries)))
	})
}
