package app

import (
	"context"
	"slices"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// BoostOwn makes the organisation boost what was just said in its name, in
// the same transaction (INTEROP 0.3).
func (a *App) BoostOwn(ctx context.Context, t store.Tables, object embraye.IRI, author string, at time.Time) (int, error) {
	id, err := a.NewID()
	if err != nil {
		return 0, err
	}
	body, err := a.Wire().Announce(id, a.Organisation(), object, a.Site.ActorID(author), at)
	if err != nil {
		return 0, err
	}
	return a.SendToMany(ctx, t, Outgoing{ID: id, Actor: a.Organisation(), Kind: "Announce", Object: object, Body: body,
		Outbox: true, To: store.Targets{FollowersOf: []string{a.Organisation()}}})
}

// UndoBoosts takes back every boost of ours of an object, or those of some of
// our actors. The Undo goes where
// the Announce went (INTEROP 0.16), and to nobody else: a server that does not
// know the boost would fetch it, the object and their authors to find out.
func (a *App) UndoBoosts(ctx context.Context, t store.Tables, object embraye.IRI, actors ...string) error {
	said, err := t.Activities.OfObject(ctx, object)
	if err != nil {
		return err
	}
	for _, s := range said {
		if s.Type != "Announce" || s.UndoneAt != nil || len(actors) > 0 && !slices.Contains(actors, s.Actor) {
			continue
		}
		id, err := a.NewID()
		if err != nil {
			return err
		}
		body, err := a.Wire().Undo(id, s.Actor, s.Body, a.Stamp())
		if err != nil {
			return err
		}
		targets := store.Targets{Activity: s.ID}
		if _, err := a.SendToMany(ctx, t, Outgoing{ID: id, Actor: s.Actor, Kind: "Undo", Object: object, Body: body, To: targets}); err != nil {
			return err
		}
		if err := t.Activities.MarkUndone(ctx, s.ID); err != nil {
			return err
		}
	}
	return nil
}
