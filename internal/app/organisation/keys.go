package organisation

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"
)

// Signer is the key with which a local actor signs now.
func (o *Organisation) Signer(ctx context.Context, handle string) (httpsig.Signer, error) {
	t := o.desk.Store.Tables()
	actor, err := t.Actors.Take(ctx, handle)
	if err != nil {
		return httpsig.Signer{}, err
	}
	key, err := t.Keys.Signer(ctx, actor.KeyID)
	return httpsig.Signer{KeyID: o.desk.Site.KeyID(handle), Key: key}, err
}

// RotateKey gives an actor a new key, both halves of it. The Update that tells so goes first,
// signed by the old key, as do all activities made before it; later ones are
// signed by the new one, and the order per host does the switch. This keeps
// GoToSocial, which never refetches a key that it knows (INTEROP 0.21).
func (o *Organisation) RotateKey(ctx context.Context, by embraye.Acting, handle string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("organisation: rotate key: %w", err)
	}
	keys, err := generateKeys(ctx, 1, nil)
	if err != nil {
		return err
	}
	return o.desk.InTx(ctx, func(t store.Tables) error {
		actor, err := t.Actors.TakeToWrite(ctx, handle)
		if errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("no actor %q here: %w", handle, err)
		}
		if err != nil {
			return err
		}
		row, err := t.Keys.Insert(ctx, actor, keys[0])
		if err != nil {
			return err
		}
		if err := o.desk.SendActor(ctx, t, actor, row); err != nil { // still with the old KeyID
			return err
		}
		actor.KeyID, actor.UpdatedAt = row.ID, o.desk.Stamp()
		if err := t.Actors.Save(ctx, actor); err != nil {
			return err
		}
		t.Changed()
		if err := t.Log.Record(app.KeyLeaf(o.desk, handle, &row)); err != nil {
			return err
		}
		if err := o.desk.ProveAnew(ctx, t, handle); err != nil {
			return err
		}
		return o.desk.Record(ctx, t, by, "key.rotate", string(o.desk.Site.ActorID(handle)), "", false)
	})
}
