package app

import (
	"context"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/proof"
	"embraye/internal/store"
)

// Prove adds the author's proof to a document of ours: the last thing that
// happens to it, for its bytes are fixed from then on. Whatever may be found
// elsewhere than here goes through it (FEP-8b32).
func (a *App) Prove(ctx context.Context, t store.Tables, author string, doc []byte) ([]byte, error) {
	actor, err := t.Actors.Take(ctx, author)
	if err != nil {
		return nil, err
	}
	return a.ProveAs(ctx, t, author, actor.KeyID, doc, a.Stamp())
}

// ProveAs is Prove by a key that is at hand, at a time that the same document
// always has.
func (a *App) ProveAs(ctx context.Context, t store.Tables, author string, keyID int64, doc []byte, at time.Time) ([]byte, error) {
	key, err := t.Keys.Ed25519(ctx, keyID)
	if err != nil {
		return nil, fmt.Errorf("app: what @%s says cannot be proved: %w", author, err)
	}
	return proof.Add(doc, key, a.Site.Ed25519KeyID(author), at)
}

// ProveServed proves a Note as it is served, with live counts: another document
// than the one that is delivered. The same counts always give the same bytes.
func ProveServed(ctx context.Context, a *App, author *embraye.Actor, doc []byte, published time.Time, updated *time.Time) ([]byte, error) {
	at := published
	if updated != nil {
		at = *updated
	}
	return a.ProveAs(ctx, a.Store.Tables(), author.Handle, author.KeyID, doc, at)
}

// proves are the activities that carry a proof: those that others pass on.
var proves = map[string]bool{"Create": true, "Update": true, "Delete": true, "Announce": true}

// completeKeys gives the actors of an earlier version the second half of their
// keys, and tells who knows them, once. Whoever starts at the same time finds it
// done.
func completeKeys(ctx context.Context, a *App) error {
	if n, err := a.Store.Tables().Keys.Incomplete(ctx); err != nil || n == 0 {
		return err
	}
	return a.InTx(ctx, func(t store.Tables) error {
		actors, err := t.Actors.List(ctx)
		if err != nil {
			return err
		}
		for i := range actors {
			made, err := t.Keys.Complete(ctx, &actors[i])
			if err == nil && made {
				t.Changed()
				err = a.TellOfActor(ctx, t, &actors[i])
			}
			if err != nil {
				return fmt.Errorf("app: the second key of @%s: %w", actors[i].Handle, err)
			}
		}
		return nil
	})
}
