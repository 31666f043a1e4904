package app

import (
	"context"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Outgoing is something that we say, with its bytes fixed for good.
type Outgoing struct {
	ID       string // ULID, already inside the body
	Actor    string // local handle
	KeyID    int64  // the actor's key, if the caller has read it; else it is looked up
	Kind     string // Create, Update, …
	Object   embraye.IRI
	Body     []byte // without its proof
	To       store.Targets
	Audience embraye.Audience
	Public   bool // served at /activities/{id}
	Outbox   bool // listed in the actor's outbox
}

// send writes an activity and its deliveries. It is the only place from which
// anything leaves: the rows are the promise, the delivery engine keeps it.
func (a *App) send(ctx context.Context, t store.Tables, o Outgoing) (inboxes int, err error) {
	if o.KeyID == 0 {
		actor, err := t.Actors.Take(ctx, o.Actor)
		if err != nil {
			return 0, err
		}
		if actor.MovedTo != "" && (o.Kind == "Create" || o.Kind == "Announce") {
			return 0, OneProblem("actor", "has_moved", actor.MovedTo) // what is new is said there
		}
		o.KeyID = actor.KeyID
	}
	if proves[o.Kind] {
		if o.Body, err = a.ProveAs(ctx, t, o.Actor, o.KeyID, o.Body, a.Stamp()); err != nil {
			return 0, err
		}
	}
	activity := &embraye.Activity{ID: o.ID, Actor: o.Actor, Type: o.Kind, Object: string(o.Object), Audience: o.Audience,
		Public: o.Public, InOutbox: o.Outbox, Body: o.Body, KeyID: o.KeyID, CreatedAt: a.Stamp()}
	if err := t.Activities.Insert(ctx, activity); err != nil {
		return 0, fmt.Errorf("app: %s by %s: %w", o.Kind, o.Actor, err)
	}
	n, err := t.Deliveries.FanOut(ctx, activity, o.To)
	if err != nil {
		return 0, fmt.Errorf("app: deliveries of %s by %s: %w", o.Kind, o.Actor, err)
	}
	return n, nil
}

// SendToMany is send for what goes to shared inboxes and stands in public.
func (a *App) SendToMany(ctx context.Context, t store.Tables, o Outgoing) (int, error) {
	o.Audience, o.Public = embraye.ToMany, true
	return a.send(ctx, t, o)
}

// SendToOne is send for what concerns one actor: it goes to the personal inbox
// and is nobody else's business (INTEROP 0.16).
func (a *App) SendToOne(ctx context.Context, t store.Tables, o Outgoing, inbox embraye.IRI) error {
	o.Audience, o.To = embraye.ToOne, store.Targets{Inboxes: []embraye.IRI{inbox}}
	_, err := a.send(ctx, t, o)
	return err
}

// SendDelete says that an object is gone; what was said about it answers 410
// from now on.
func (a *App) SendDelete(ctx context.Context, t store.Tables, actor string, object embraye.IRI, published, at time.Time, to store.Targets) error {
	said, err := t.Activities.OfObject(ctx, object)
	if err != nil {
		return err
	}
	var gone []string
	for _, s := range said {
		if s.UndoneAt == nil && (s.Type == "Create" || s.Type == "Update" || s.Type == "Announce") {
			gone = append(gone, s.ID)
		}
	}
	if err := t.Activities.MarkUndone(ctx, gone...); err != nil {
		return err
	}
	id, err := a.NewID()
	if err != nil {
		return err
	}
	body, err := a.Wire().Delete(id, actor, object, at)
	if err != nil {
		return err
	}
	_, err = a.SendToMany(ctx, t, Outgoing{ID: id, Actor: actor, Kind: "Delete", Object: object, Body: body, To: to})
	return err
}
