package constats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How long uploads are kept that nobody came back for.
const (
	keepUploads = 24 * time.Hour      // unfinished ones
	keepFiles   = 30 * 24 * time.Hour // that no draft and no constat names
)

// Prune removes uploads that were never finished or that nothing names.
func (cs *Constats) Prune(ctx context.Context) error {
	if cs.desk.Files == nil {
		return nil
	}
	now := cs.desk.Now().UTC()
	if _, err := cs.desk.Files.Sweep(now.Add(-keepUploads)); err != nil {
		return err
	}
	return cs.pruneFiles(ctx, now.Add(-keepFiles))
}

// pruneFiles removes files that were uploaded long ago and that nothing names.
// The row goes first: without it nobody can name the file any more.
func (cs *Constats) pruneFiles(ctx context.Context, before time.Time) error {
	names, err := cs.desk.Store.Tables().EvidenceFiles.Unused(ctx, before)
	if err != nil {
		return err
	}
	for _, name := range names {
		var gone bool
		err := cs.desk.Store.InTx(ctx, func(t store.Tables) (err error) {
			gone, err = t.EvidenceFiles.RemoveUnused(ctx, name, before)
			return err
		})
		if err != nil {
			return err
		}
		if !gone {
			continue // somebody has named it meanwhile
		}
		if err := cs.desk.Files.Remove(ctx, name); err != nil && !errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("constats: forgetting the file %s: %w", name, err)
		}
	}
	return nil
}
