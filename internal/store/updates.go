package store

import (
	"context"

	"embraye/internal/embraye"
)

// Updates are our published constats.
type Updates struct{ table }

// Insert adds a constat, and where its scope stands follows.
func (t Updates) Insert(ctx context.Context, u *embraye.Update) error {
	notNull(&u.Wire)
	if err := insertLater(ctx, t.table, u); err != nil {
		return wrap(err, "adding the constat %s", u.ID)
	}
	return Standings(t).keepFirst(ctx, spokenBy(u))
}

// Save writes every column but the counters, which only AddCounts moves. Where
// scopes stand follows.
func (t Updates) Save(ctx context.Context, u *embraye.Update) error {
	notNull(&u.Wire)
	if err := save(ctx, t.table, u, counters...); err != nil {
		return wrap(err, "saving the constat %s", u.ID)
	}
	return Standings(t).keep(ctx, spokenBy(u))
}

// Take returns the constat, withdrawn or not.
func (t Updates) Take(ctx context.Context, id string) (*embraye.Update, error) {
	u, err := take[embraye.Update](ctx, t.table, "id = ?", id)
	return u, wrap(err, "taking the constat %s", id)
}

// TakeToWrite is Take before a Save: whoever else would save it waits.
func (t Updates) TakeToWrite(ctx context.Context, id string) (*embraye.Update, error) {
	u, err := takeToWrite[embraye.Update](ctx, t.table, "id = ?", id)
	return u, wrap(err, "taking the constat %s", id)
}

// ByMeasure lists what stands of a measure, newest first.
func (t Updates) ByMeasure(ctx context.Context, measure string, limit int) ([]embraye.Update, error) {
	all, err := list[embraye.Update](ctx, t.table, "id DESC", limit, "measure = ? AND withdrawn_at IS NULL", measure)
	return all, wrap(err, "listing the constats of %s", measure)
}

// Latest lists what stands, newest first.
func (t Updates) Latest(ctx context.Context, limit int) ([]embraye.Update, error) {
	all, err := list[embraye.Update](ctx, t.table, "id DESC", limit, "withdrawn_at IS NULL")
	return all, wrap(err, "listing constats")
}

// Count tells how many constats stand.
func (t Updates) Count(ctx context.Context) (int, error) { return Speakers(t).ours(ctx, "") }

// Author is the handle of who wrote a constat that stands.
func (t Updates) Author(ctx context.Context, id string) (string, error) {
	handle, err := t.author(ctx, "SELECT actor FROM updates WHERE id = ? AND withdrawn_at IS NULL", id)
	return handle, wrap(err, "looking for the author of the constat %s", id)
}
