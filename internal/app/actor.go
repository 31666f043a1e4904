package app

import (
	"context"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// TellOfActor sends an actor's document, as it is now, if anybody knows it.
func (a *App) TellOfActor(ctx context.Context, t store.Tables, actor *embraye.Actor) error {
	known, err := t.Followers.Count(ctx, actor.Handle)
	if err == nil && known == 0 && actor.Kind == embraye.OrganisationActor {
		var follows []embraye.Follow
		follows, err = t.Follows.List(ctx)
		known = len(follows)
	}
	if err != nil || known == 0 {
		return err
	}
	key, err := t.Keys.Take(ctx, actor.KeyID)
	if err != nil {
		return err
	}
	return a.SendActor(ctx, t, actor, *key)
}

// ActorDocument is an actor's document; that of the organisation says which log
// it keeps, and how it signs those of others.
func ActorDocument(ctx context.Context, a *App, t store.Tables, actor embraye.Actor, key embraye.ActorKey, org embraye.Actor) (doc []byte, err error) {
	if actor.Kind == embraye.OrganisationActor {
		if actor.Log, err = OwnLog(ctx, a, t); err == nil {
			actor.Witness, err = OwnWitness(ctx, a, t)
		}
	}
	if err != nil {
		return nil, err
	}
	return a.Wire().Actor(actor, key, org)
}

// SendActor tells followers, and whom the organisation follows, what an actor
// looks like now; key is the one that it shows.
func (a *App) SendActor(ctx context.Context, t store.Tables, actor *embraye.Actor, key embraye.ActorKey) error {
	org, err := t.Actors.Take(ctx, a.Organisation())
	if err != nil {
		return err
	}
	doc, err := ActorDocument(ctx, a, t, *actor, key, *org)
	if err != nil {
		return err
	}
	id, err := a.NewID()
	if err != nil {
		return err
	}
	body, err := a.Wire().UpdateOf(id, actor.Handle, doc, a.Stamp())
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
	_, err = a.SendToMany(ctx, t, Outgoing{ID: id, Actor: actor.Handle, Kind: "Update", Object: a.Site.ActorID(actor.Handle), Body: body, To: to})
	return err
}
