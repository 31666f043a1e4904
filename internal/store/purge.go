package store

import (
	"context"

	"embraye/internal/embraye"
)

// Purge removes a constat of the demonstration and whatever came of it, as if
// it had never been; nothing else may be purged, for what was really published
// is withdrawn and remembered. Objects are the addresses of the constat and of
// the Notes under it. What tells others that they are gone stays while
// somebody is to be told.
func (t Tables) Purge(ctx context.Context, updateID string, objects []embraye.IRI) error {
	in, list := t.table.inJSON, asJSON(objects)
	forgotten := in("object") + " AND NOT (type IN ('Delete', 'Undo') AND total > 0)"
	statements := []struct {
		query string
		args  []any
	}{
		{"DELETE FROM deliveries WHERE activity_id IN (SELECT id FROM activities WHERE " + forgotten + ")", []any{list}},
		{"DELETE FROM activities WHERE " + forgotten, []any{list}},
		{"DELETE FROM interactions WHERE " + in("object"), []any{list}},
		{"DELETE FROM quotes WHERE " + in("object"), []any{list}},
		{"DELETE FROM replies WHERE " + in("object") + " OR " + in("in_reply_to"), []any{list, list}},
		{"DELETE FROM audit_entries WHERE " + in("object"), []any{list}},
		{"DELETE FROM evidence_citations WHERE constat = ?", []any{updateID}},
		{"DELETE FROM notes WHERE update_id = ?", []any{updateID}},
		{"DELETE FROM revisions WHERE update_id = ?", []any{updateID}},
		{"DELETE FROM updates WHERE id = ?", []any{updateID}},
	}
	for _, s := range statements {
		if _, err := t.table.exec(ctx, s.query, s.args...); err != nil {
			return wrap(err, "purging the constat %s", updateID)
		}
	}
	return nil
}
