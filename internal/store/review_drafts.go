package store

import (
	"context"

	"embraye/internal/embraye"
)

// ReviewDrafts are reviews being written.
type ReviewDrafts struct{ table }

// Insert adds a draft; a second one of a constat is ErrConflict.
func (t ReviewDrafts) Insert(ctx context.Context, d *embraye.ReviewDraft) error {
	return wrap(insert(ctx, t.table, d), "adding a draft about %s", d.Object)
}

// Of returns the draft about a constat.
func (t ReviewDrafts) Of(ctx context.Context, object embraye.IRI) (*embraye.ReviewDraft, error) {
	d, err := take[embraye.ReviewDraft](ctx, t.table, "object = ?", object)
	return d, wrap(err, "taking the draft about %s", object)
}

// List lists the drafts, the last touched first.
func (t ReviewDrafts) List(ctx context.Context, limit int) ([]embraye.ReviewDraft, error) {
	all, err := list[embraye.ReviewDraft](ctx, t.table, "updated_at DESC, id DESC", limit, "")
	return all, wrap(err, "listing the drafts of reviews")
}

// Save writes a draft whose version is the one after the stored one; false: it
// was saved by somebody else meanwhile.
func (t ReviewDrafts) Save(ctx context.Context, d *embraye.ReviewDraft) (saved bool, err error) {
	result := t.db.WithContext(ctx).Model(d).Where("version = ?", d.Version-1).Select("*").Updates(d)
	return result.RowsAffected > 0, wrap(result.Error, "saving the draft about %s", d.Object)
}

// Remove forgets the draft about a constat.
func (t ReviewDrafts) Remove(ctx context.Context, object embraye.IRI) error {
	_, err := remove[embraye.ReviewDraft](ctx, t.table, "object = ?", object)
	return wrap(err, "removing the draft about %s", object)
}
