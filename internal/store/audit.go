package store

import (
	"context"
	"database/sql"

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

// Last is the last entry of any of the actions about each of the objects, of
// those after an id.
func (t Audit) Last(ctx context.Context, after int64, actions, objects []string) (map[string]int64, error) {
	last := map[string]int64{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var object string
		var id int64
		if err := rows.Scan(&object, &id); err != nil {
			return err
		}
		last[object] = id
		return nil
	}, "SELECT object, max(id) FROM audit_entries WHERE "+t.amongFew("action")+" AND id > ? AND "+t.inJSON("object")+" GROUP BY object", asJSON(actions), after, asJSON(objects))
	return last, wrap(err, "listing the last audits of %d objects", len(objects))
}

// Public returns the entries of the public journal, newest first.
func (t Audit) Public(ctx context.Context, limit int) ([]embraye.AuditEntry, error) {
	all, err := list[embraye.AuditEntry](ctx, t.table, "id DESC", limit, "public")
	return all, wrap(err, "listing the journal")
}
