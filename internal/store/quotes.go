package store

import (
	"context"

	"embraye/internal/embraye"
)

// Quotes are permissions to quote that we gave.
type Quotes struct{ table }

// Insert adds a permission; a second one of the same pair is ErrConflict, even
// after the first was revoked.
func (t Quotes) Insert(ctx context.Context, q *embraye.Quote) error {
	return wrap(insert(ctx, t.table, q), "adding the quote %s", q.ID)
}

// Take returns the permission, revoked or not.
func (t Quotes) Take(ctx context.Context, id string) (*embraye.Quote, error) {
	q, err := take[embraye.Quote](ctx, t.table, "id = ?", id)
	return q, wrap(err, "taking the quote %s", id)
}

// ByQuoting returns the permission of a post to quote an object, revoked or
// not.
func (t Quotes) ByQuoting(ctx context.Context, quoting, object embraye.IRI) (*embraye.Quote, error) {
	q, err := take[embraye.Quote](ctx, t.table, "quoting = ? AND object = ?", quoting, object)
	return q, wrap(err, "taking the quote of %s by %s", object, quoting)
}

// Revoke dates the end of a permission; the date of the first time stays.
func (t Quotes) Revoke(ctx context.Context, id string) error {
	err := t.db.WithContext(ctx).Model(new(embraye.Quote)).Where("id = ? AND revoked_at IS NULL", id).
		UpdateColumn("revoked_at", t.s.now()).Error
	return wrap(err, "revoking the quote %s", id)
}

// Forget removes what a document of the actor's was permitted, since it is gone. A
// permission that was taken back stays so.
func (t Quotes) Forget(ctx context.Context, actor, quoting embraye.IRI) error {
	n, err := remove[embraye.Quote](ctx, t.table, "quoting = ? AND actor = ? AND revoked_at IS NULL", quoting, actor)
	if n > 0 {
		t.changed()
	}
	return wrap(err, "removing the permissions of %s", quoting)
}

// ListOf returns the permissions of an object, revoked ones too, in their
// order.
func (t Quotes) ListOf(ctx context.Context, object embraye.IRI) ([]embraye.Quote, error) {
	all, err := list[embraye.Quote](ctx, t.table, "id", 0, "object = ?", object)
	return all, wrap(err, "listing the quotes of %s", object)
}
