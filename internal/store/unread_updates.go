package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// UnreadUpdates are constats of peers that were not understood.
type UnreadUpdates struct{ table }

// Put keeps the newest version of one.
func (t UnreadUpdates) Put(ctx context.Context, u *embraye.UnreadUpdate) error {
	notNull(&u.Wire)
	return wrap(t.upsert(ctx, u, "uri"), "keeping %s, which was not understood", u.URI)
}

// Forget drops one that its author has deleted, or said again in terms that we
// know.
func (t UnreadUpdates) Forget(ctx context.Context, actor, uri embraye.IRI) error {
	_, err := remove[embraye.UnreadUpdate](ctx, t.table, "uri = ? AND actor = ?", uri, actor)
	return wrap(err, "forgetting %s, which was not understood", uri)
}

// ForgetAllOf drops those of some actors.
func (t UnreadUpdates) ForgetAllOf(ctx context.Context, actors []embraye.IRI) error {
	_, err := remove[embraye.UnreadUpdate](ctx, t.table, t.inJSON("actor"), asJSON(actors))
	return wrap(err, "forgetting what was not understood of %d actors", len(actors))
}

// Exists reports whether one waits under this address.
func (t UnreadUpdates) Exists(ctx context.Context, actor, uri embraye.IRI) (bool, error) {
	found, err := t.finds(ctx, "unread_updates WHERE uri = ? AND actor = ?", uri, actor)
	return found, wrap(err, "looking for %s", uri)
}

// Latest lists them, newest first.
func (t UnreadUpdates) Latest(ctx context.Context, limit int) ([]embraye.UnreadUpdate, error) {
	all, err := list[embraye.UnreadUpdate](ctx, t.table, "received_at DESC, uri", limit, "")
	return all, wrap(err, "listing what was not understood")
}

// Prune forgets those that came before a moment.
func (t UnreadUpdates) Prune(ctx context.Context, before time.Time) error {
	_, err := remove[embraye.UnreadUpdate](ctx, t.table, "received_at < ?", before.UTC())
	return wrap(err, "forgetting what was not understood")
}
