package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// PeerUpdates are constats of peers as received.
type PeerUpdates struct{ table }

// Upsert writes the constat under its URI and sets its ID; a row that exists
// keeps its own.
func (t PeerUpdates) Upsert(ctx context.Context, u *embraye.PeerUpdate) error {
	notNull(&u.Wire)
	row := *u
	row.ID = 0
	err := t.upsert(ctx, &row, "uri")
	if err == nil {
		u.ID = row.ID
	}
	return wrap(err, "keeping the peer's constat %s", u.URI)
}

// ByURI returns the constat, withdrawn or not.
func (t PeerUpdates) ByURI(ctx context.Context, iri embraye.IRI) (*embraye.PeerUpdate, error) {
	u, err := take[embraye.PeerUpdate](ctx, t.table, "uri = ?", iri)
	return u, wrap(err, "taking the peer's constat %s", iri)
}

// Withdraw dates the withdrawal and tells whether the constat stood until now.
func (t PeerUpdates) Withdraw(ctx context.Context, uri embraye.IRI, at time.Time) (bool, error) {
	n, err := t.withdraw(ctx, at.UTC(), "uri = ?", uri)
	return n > 0, wrap(err, "withdrawing the peer's constat %s", uri)
}

// List returns what stands, newest first.
func (t PeerUpdates) List(ctx context.Context, limit int) ([]embraye.PeerUpdate, error) {
	all, err := list[embraye.PeerUpdate](ctx, t.table, "published_at DESC, id DESC", limit, "withdrawn_at IS NULL")
	return all, wrap(err, "listing the constats of peers")
}

// ByMeasure returns what stands about a reference measure, newest first.
func (t PeerUpdates) ByMeasure(ctx context.Context, iri string, limit int) ([]embraye.PeerUpdate, error) {
	all, err := list[embraye.PeerUpdate](ctx, t.table, "published_at DESC, id DESC", limit,
		"measure_iri = ? AND withdrawn_at IS NULL", iri)
	return all, wrap(err, "listing the constats of peers about %s", iri)
}
