package app

import (
	"context"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Unfollow sends Undo with the whole Follow inside, to the personal inbox, and
// forgets the Follow.
func (a *App) Unfollow(ctx context.Context, t store.Tables, f embraye.Follow) error {
	said, err := t.Activities.Take(ctx, f.ActivityID)
	if err != nil {
		return err
	}
	id, err := a.NewID()
	if err != nil {
		return err
	}
	body, err := a.Wire().Undo(id, a.Organisation(), said.Body, a.Stamp())
	if err != nil {
		return err
	}
	if err := a.SendToOne(ctx, t, Outgoing{ID: id, Actor: a.Organisation(), Kind: "Undo", Object: f.Target, Body: body}, f.Inbox); err != nil {
		return err
	}
	return t.Follows.Remove(ctx, f.ID)
}
