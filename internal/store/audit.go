package store

import (
	"context"

	"embraye/internal/embraye"
)

// Audit is who decided what.
type Audit struct{ table }

// Add writes an entry.
func (t Audit) Add(ctx context.Context, e *embraye.AuditEntry) error {
	return wrap(insert(ctx, t.table, e), "noting %s of %s", e.Action, e.Object)
}

// List returns entries, newest first.
func (t Audit) List(ctx context.Context, limit int) ([]embraye.AuditEntry, error) {
	all, err := list[embraye.AuditEntry](ctx, t.table, "id DESC", limit, "")
	return all, wrap(err, "listing the audit")
}

// Of returns the entries of one action, oldest first.
func (t Audit) Of(ctx context.Context, action string) ([]embraye.AuditEntry, error) {
	all, err := list[embraye.AuditEntry](ctx, t.table, "id", 0, "action = ?", action)
	return all, wrap(err, "listing the audit of %s", action)
}

// Public returns the entries of the public journal, newest first.
func (t Audit) Public(ctx context.Context, limit int) ([]embraye.AuditEntry, error) {
	all, err := list[embraye.AuditEntry](ctx, t.table, "id DESC", limit, "public")
	return all, wrap(err, "listing the journal")
}
