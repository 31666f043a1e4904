package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// Reports are the Flags that we received.
type Reports struct{ table }

// Add adds a report and tells whether it is new: one of a digest is open at a
// time.
func (t Reports) Add(ctx context.Context, r *embraye.Report) (added bool, err error) {
	added, err = insertNew(ctx, t.table, r)
	return added, wrap(err, "adding a report of %s", r.Host)
}

// List returns reports in one state, newest first.
func (t Reports) List(ctx context.Context, state string, limit int) ([]embraye.Report, error) {
	all, err := list[embraye.Report](ctx, t.table, "id DESC", limit, "state = ?", state)
	return all, wrap(err, "listing the %s reports", state)
}

// CountSince tells how many reports a host sent since then.
func (t Reports) CountSince(ctx context.Context, host string, since time.Time) (int, error) {
	n, err := count[embraye.Report](ctx, t.table, "host = ? AND created_at >= ?", host, since.UTC())
	return n, wrap(err, "counting the reports of %s", host)
}

// Save writes every column.
func (t Reports) Save(ctx context.Context, r *embraye.Report) error {
	return wrap(save(ctx, t.table, r), "saving the report %d", r.ID)
}
