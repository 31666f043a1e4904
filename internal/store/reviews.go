package store

import (
	"context"

	"embraye/internal/embraye"
)

// Reviews are what our organisation says of constats of others.
type Reviews struct{ table }

// Insert adds a review; a second one that stands of a constat is ErrConflict.
func (t Reviews) Insert(ctx context.Context, r *embraye.Review) error {
	notNull(&r.Wire)
	return wrap(insert(ctx, t.table, r), "adding the review %s", r.ID)
}

// Save writes every column but the counters, which only AddCounts moves.
func (t Reviews) Save(ctx context.Context, r *embraye.Review) error {
	notNull(&r.Wire)
	return wrap(save(ctx, t.table, r, counters...), "saving the review %s", r.ID)
}

// Take returns the review, withdrawn or not.
func (t Reviews) Take(ctx context.Context, id string) (*embraye.Review, error) {
	r, err := take[embraye.Review](ctx, t.table, "id = ?", id)
	return r, wrap(err, "taking the review %s", id)
}

// TakeToWrite is Take before a Save: whoever else would save it waits.
func (t Reviews) TakeToWrite(ctx context.Context, id string) (*embraye.Review, error) {
	r, err := takeToWrite[embraye.Review](ctx, t.table, "id = ?", id)
	return r, wrap(err, "taking the review %s", id)
}

// Standing is the review that stands of a constat.
func (t Reviews) Standing(ctx context.Context, object embraye.IRI) (*embraye.Review, error) {
	r, err := take[embraye.Review](ctx, t.table, "object = ? AND withdrawn_at IS NULL", object)
	return r, wrap(err, "taking our review of %s", object)
}

// Erase removes what the versions of a review said; that they were stays.
func (t ReviewRevisions) Erase(ctx context.Context, id string) error {
	_, err := t.exec(ctx, "UPDATE review_revisions SET change = '', verdict = '', reason = '', evidence = NULL, wire = ?, salt = ? WHERE review_id = ?", []byte{}, []byte{}, id)
	return wrap(err, "erasing the revisions of the review %s", id)
}

// Page lists reviews of ours, newest first, those after an id.
func (t Reviews) Page(ctx context.Context, before string, limit int) ([]embraye.Review, error) {
	where, args := "", []any{}
	if before != "" {
		where, args = "id < ?", []any{before}
	}
	all, err := list[embraye.Review](ctx, t.table, "id DESC", limit, where, args...)
	return all, wrap(err, "listing our reviews")
}

// OldWires lists reviews that stand in a shape before the given one; they are
// by the organisation.
func (t Reviews) OldWires(ctx context.Context, version, limit int) (all []OldWire, err error) {
	err = t.scan(ctx, &all, `SELECT id, (SELECT handle FROM actors WHERE kind = 'organisation') AS author, wire FROM reviews
		WHERE wire_version < ? AND withdrawn_at IS NULL ORDER BY id LIMIT ?`, version, limit)
	return all, wrap(err, "listing reviews in an earlier shape")
}

// Rewire keeps the document of a review in a new shape.
func (t Reviews) Rewire(ctx context.Context, id string, wire []byte, version int) error {
	_, err := t.exec(ctx, "UPDATE reviews SET wire = ?, wire_version = ? WHERE id = ?", wire, version, id)
	return wrap(err, "writing the review %s in a new shape", id)
}

// ReviewRevisions are the versions of our reviews.
type ReviewRevisions struct{ table }

// Insert adds a version; two of one number are ErrConflict.
func (t ReviewRevisions) Insert(ctx context.Context, r *embraye.ReviewRevision) error {
	notNull(&r.Wire)
	return wrap(insert(ctx, t.table, r), "adding revision %d of the review %s", r.Number, r.ReviewID)
}

// List returns all versions of a review, the first one first.
func (t ReviewRevisions) List(ctx context.Context, id string) ([]embraye.ReviewRevision, error) {
	all, err := list[embraye.ReviewRevision](ctx, t.table, "number", 0, "review_id = ?", id)
	return all, wrap(err, "listing the revisions of the review %s", id)
}

// Take returns one version.
func (t ReviewRevisions) Take(ctx context.Context, id string, number int) (*embraye.ReviewRevision, error) {
	r, err := take[embraye.ReviewRevision](ctx, t.table, "review_id = ? AND number = ?", id, number)
	return r, wrap(err, "taking revision %d of the review %s", number, id)
}
