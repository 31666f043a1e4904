package app

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// outgoing is something that we say, with its bytes fixed for good.
type outgoing struct {
	id       string // ULID, already inside the body
	actor    string // local handle
	kind     string // Create, Update, …
	object   embraye.IRI
	body     []byte
	to       store.Targets
	audience embraye.Audience
	public   bool // served at /activities/{id}
	outbox   bool // listed in the actor's outbox
}

// send writes an activity and its deliveries. It is the only place from which
// anything leaves: the rows are the promise, the delivery engine keeps it.
func (a *App) send(ctx context.Context, t store.Tables, o outgoing) (inboxes int, err error) {
	actor, err := t.Actors.Take(ctx, o.actor)
	if err != nil {
		return 0, err
	}
	activity := &embraye.Activity{ID: o.id, Actor: o.actor, Type: o.kind, Object: string(o.object), Audience: o.audience,
		Public: o.public, InOutbox: o.outbox, Body: o.body, KeyID: actor.KeyID, CreatedAt: a.now()}
	if err := t.Activities.Insert(ctx, activity); err != nil {
		return 0, fmt.Errorf("app: %s by %s: %w", o.kind, o.actor, err)
	}
	n, err := t.Deliveries.FanOut(ctx, activity, o.to)
	if err != nil {
		return 0, fmt.Errorf("app: deliveries of %s by %s: %w", o.kind, o.actor, err)
	}
	return n, nil
}

// sendToMany is send for what goes to shared inboxes and stands in public.
func (a *App) sendToMany(ctx context.Context, t store.Tables, o outgoing) (int, error) {
	o.audience, o.public = embraye.ToMany, true
	return a.send(ctx, t, o)
}

// sendToOne is send for what concerns one actor: it goes to the personal inbox
// and is nobody else's business (INTEROP 0.16).
func (a *App) sendToOne(ctx context.Context, t store.Tables, o outgoing, inbox embraye.IRI) error {
	o.audience, o.to = embraye.ToOne, store.Targets{Inboxes: []embraye.IRI{inbox}}
	_, err := a.send(ctx, t, o)
	return err
}
