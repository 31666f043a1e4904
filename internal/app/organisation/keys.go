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

// RotateKey gives an actor a new key. The Update that tells so goes first,
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
		actor, err := t.Actors.Take(ctx, handle)
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
		if err := o.sendActor(ctx, t, actor, row.PublicPEM); err != nil { // still with the old KeyID
			return err
		}
		actor.KeyID, actor.UpdatedAt = row.ID, o.desk.Stamp()
		if err := t.Actors.Save(ctx, actor); err != nil {
			return err
		}
		t.Changed()
		return o.desk.Record(ctx, t, by, "key.rotate", string(o.desk.Site.ActorID(handle)), "", false)
	})
}

// sendActor tells followers, and whom the organisation follows, what an actor
// looks like now.
func (o *Organisation) sendActor(ctx context.Context, t store.Tables, actor *embraye.Actor, publicPEM string) error {
	org, err := t.Actors.Take(ctx, o.desk.Organisation())
	if err != nil {
		return err
	}
	doc, err := o.desk.Wire().Actor(*actor, publicPEM, *org)
	if err != nil {
		return err
	}
	id, err := o.desk.NewID()
	if err != nil {
		return err
	}
	body, err := o.desk.Wire().UpdateOf(id, actor.Handle, doc, o.desk.Stamp())
	if err != nil {
		return err
	}
	to := store.Targets{FollowersOf: []string{actor.Handle}}
	if actor.Kind == embraye.OrganisationActor {
		follows, err := t.Follows.List(ctx)
		if err != nil {
			return err
		}
		for _, f := range follows {
			to.Inboxes = append(to.Inboxes, f.Inbox)
		}
	}
	_, err = o.desk.SendToMany(ctx, t, app.Outgoing{ID: id, Actor: actor.Handle, Kind: "Update", Object: o.desk.Site.ActorID(actor.Handle), Body: body, To: to})
	return err
}
