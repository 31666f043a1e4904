package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// EvidenceFiles are uploaded files.
type EvidenceFiles struct{ table }

// Add keeps a file; the same content is the same file, the first name stays.
func (t EvidenceFiles) Add(ctx context.Context, f *embraye.EvidenceFile) error {
	_, err := insertNew(ctx, t.table, f)
	return wrap(err, "keeping the file %s", f.Name)
}

// Take returns a file's row.
func (t EvidenceFiles) Take(ctx context.Context, name string) (*embraye.EvidenceFile, error) {
	f, err := take[embraye.EvidenceFile](ctx, t.table, "name = ?", name)
	return f, wrap(err, "taking the file %s", name)
}

// List returns files whose name comes after one, in the order of names.
func (t EvidenceFiles) List(ctx context.Context, after string, limit int) ([]embraye.EvidenceFile, error) {
	all, err := list[embraye.EvidenceFile](ctx, t.table, "name", limit, "name > ?", after)
	return all, wrap(err, "listing files")
}

// Named returns the files of some names, those that there are.
func (t EvidenceFiles) Named(ctx context.Context, names []string) ([]embraye.EvidenceFile, error) {
	all, err := list[embraye.EvidenceFile](ctx, t.table, "name", 0, "name IN ?", names)
	return all, wrap(err, "taking %d files", len(names))
}

// SetDamaged writes whether the bytes of a file still are what its name says.
func (t EvidenceFiles) SetDamaged(ctx context.Context, name string, damaged bool) error {
	_, err := t.exec(ctx, "UPDATE evidence_files SET damaged = ? WHERE name = ?", damaged, name)
	return wrap(err, "marking the file %s", name)
}

// Publish makes a file visible to everybody.
func (t EvidenceFiles) Publish(ctx context.Context, name string) error {
	_, err := t.exec(ctx, "UPDATE evidence_files SET public = true WHERE name = ?", name)
	return wrap(err, "publishing the file %s", name)
}

// Unpublish hides a file from the public unless a version of a constat that
// stands, or a profile, uses it.
func (t EvidenceFiles) Unpublish(ctx context.Context, name string) error {
	_, err := t.exec(ctx, `UPDATE evidence_files SET public = false WHERE name = ?
		AND NOT EXISTS (SELECT 1 FROM actors WHERE icon_file = evidence_files.name)
		AND NOT EXISTS (SELECT 1 FROM revisions JOIN updates ON updates.id = revisions.update_id
			WHERE updates.withdrawn_at IS NULL AND revisions.evidence LIKE '%/' || evidence_files.name || '%')`, name)
	return wrap(err, "hiding the file %s", name)
}

// unused: older than a time, and neither a profile, nor a draft, nor any
// version of a constat names it, withdrawn ones included.
const unused = ` created_at < ? AND NOT public
	AND NOT EXISTS (SELECT 1 FROM actors WHERE icon_file = evidence_files.name)
	AND NOT EXISTS (SELECT 1 FROM drafts WHERE drafts.state <> 'published' AND drafts.evidence LIKE '%/' || evidence_files.name || '%')
	AND NOT EXISTS (SELECT 1 FROM revisions WHERE revisions.evidence LIKE '%/' || evidence_files.name || '%')`

// Unused lists files that nothing names and that were uploaded before a time.
func (t EvidenceFiles) Unused(ctx context.Context, before time.Time) ([]string, error) {
	var names []string
	err := t.scan(ctx, &names, "SELECT name FROM evidence_files WHERE"+unused+" ORDER BY name", before.UTC())
	return names, wrap(err, "listing files that nothing names")
}

// RemoveUnused forgets a file, if it is still one of Unused.
func (t EvidenceFiles) RemoveUnused(ctx context.Context, name string, before time.Time) (bool, error) {
	n, err := t.exec(ctx, "DELETE FROM evidence_files WHERE name = ? AND"+unused, name, before.UTC())
	return n == 1, wrap(err, "removing the file %s", name)
}
