package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How long what strangers can grow is kept, and what nobody came back for.
const (
	keepSeen       = 3 * 24 * time.Hour // far longer than any signature is valid
	keepTombstones = 90 * 24 * time.Hour
	keepUnread     = 90 * 24 * time.Hour // constats of peers that were not understood
	keepDeliveries = 30 * 24 * time.Hour // finished ones; those of a Create stay, for its Update and Delete
	keepMails      = 7 * 24 * time.Hour  // that no process sends any more
	keepUploads    = 24 * time.Hour      // unfinished ones
	keepFiles      = 30 * 24 * time.Hour // that no draft and no constat names
)

// Prune forgets what has served its time.
func (a *App) Prune(ctx context.Context) error {
	now := a.Now().UTC()
	err := a.Store.InTx(ctx, func(t store.Tables) error {
		return errors.Join(
			t.Seen.Prune(ctx, now.Add(-keepSeen)),
			t.Tombstones.Prune(ctx, now.Add(-keepTombstones)),
			t.UnreadUpdates.Prune(ctx, now.Add(-keepUnread)),
			t.RemoteActors.PruneFailed(ctx, now.Add(-keepSeen)),
			t.Deliveries.Prune(ctx, now.Add(-keepDeliveries)),
			t.Sessions.Prune(ctx, now),
			t.Links.Prune(ctx, now.Add(-keepLinks)),
			t.Mails.Prune(ctx, now.Add(-keepMails)),
			t.Attempts.Prune(ctx, now.Add(-tryWindow)))
	})
	if err != nil || a.Files == nil {
		return err
	}
	if _, err := a.Files.Sweep(now.Add(-keepUploads)); err != nil {
		return err
	}
	return a.pruneFiles(ctx, now.Add(-keepFiles))
}

// pruneFiles removes files that were uploaded long ago and that nothing names.
// The row goes first: without it nobody can name the file any more.
func (a *App) pruneFiles(ctx context.Context, before time.Time) error {
	names, err := a.Store.Tables().EvidenceFiles.Unused(ctx, before)
	if err != nil {
		return err
	}
	for _, name := range names {
		var gone bool
		err := a.Store.InTx(ctx, func(t store.Tables) (err error) {
			gone, err = t.EvidenceFiles.RemoveUnused(ctx, name, before)
			return err
		})
		if err != nil {
			return err
		}
		if !gone {
			continue // somebody has named it meanwhile
		}
		if err := a.Files.Remove(name); err != nil && !errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("app: forgetting the file %s: %w", name, err)
		}
	}
	return nil
}
