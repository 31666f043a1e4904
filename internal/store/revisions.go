package store

import (
	"context"

	"embraye/internal/embraye"
)

// Revisions are the versions of constats.
type Revisions struct{ table }

// Insert adds a version; two of one number are ErrConflict.
func (t Revisions) Insert(ctx context.Context, r *embraye.Revision) error {
	notNull(&r.Wire)
	if err := insert(ctx, t.table, r); err != nil {
		return wrap(err, "adding revision %d of %s", r.Number, r.UpdateID)
	}
	return Citations(t).ofOurs(ctx, r)
}

// List returns all versions of a constat, the first one first.
func (t Revisions) List(ctx context.Context, updateID string) ([]embraye.Revision, error) {
	all, err := list[embraye.Revision](ctx, t.table, "number", 0, "update_id = ?", updateID)
	return all, wrap(err, "listing the revisions of %s", updateID)
}

// Take returns one version.
func (t Revisions) Take(ctx context.Context, updateID string, number int) (*embraye.Revision, error) {
	r, err := take[embraye.Revision](ctx, t.table, "update_id = ? AND number = ?", updateID, number)
	return r, wrap(err, "taking revision %d of %s", number, updateID)
}

// Erase removes what every version said, the pages that it named, the bytes that were
// served and what hid them in the public log; number, kind, date and hash stay as the proof that
// there was one.
func (t Revisions) Erase(ctx context.Context, updateID string) error {
	err := t.db.WithContext(ctx).Model(new(embraye.Revision)).Where("update_id = ?", updateID).
		Select("*").Omit("ID", "UpdateID", "Number", "Kind", "SHA256", "CreatedAt").
		Updates(&embraye.Revision{Wire: []byte{}, Salt: []byte{}}).Error
	if err != nil {
		return wrap(err, "erasing the revisions of %s", updateID)
	}
	return Citations(t).forget(ctx, []string{updateID})
}
