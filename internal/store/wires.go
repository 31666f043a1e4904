package store

import (
	"context"
)

// An OldWire is a document of ours in the shape of an earlier version.
type OldWire struct {
	ID     string
	Author string // handle
	Wire   []byte
}

// OldWires lists constats that stand in a shape before the given one.
func (t Updates) OldWires(ctx context.Context, version, limit int) (all []OldWire, err error) {
	err = t.scan(ctx, &all, `SELECT id, actor AS author, wire FROM updates
		WHERE wire_version < ? AND withdrawn_at IS NULL ORDER BY id LIMIT ?`, version, limit)
	return all, wrap(err, "listing constats in an earlier shape")
}

// Rewire keeps the document of a constat in a new shape; what was said, its
// revisions and their bytes stay.
func (t Updates) Rewire(ctx context.Context, id string, wire []byte, version int) error {
	_, err := t.exec(ctx, "UPDATE updates SET wire = ?, wire_version = ? WHERE id = ?", wire, version, id)
	return wrap(err, "writing the constat %s in a new shape", id)
}

// OldWires lists Notes that stand in a shape before the given one.
func (t Notes) OldWires(ctx context.Context, version, limit int) (all []OldWire, err error) {
	err = t.scan(ctx, &all, `SELECT id, actor AS author, wire FROM notes
		WHERE wire_version < ? AND deleted_at IS NULL ORDER BY id LIMIT ?`, version, limit)
	return all, wrap(err, "listing notes in an earlier shape")
}

// Rewire keeps the document of a Note in a new shape.
func (t Notes) Rewire(ctx context.Context, id string, wire []byte, version int) error {
	_, err := t.exec(ctx, "UPDATE notes SET wire = ?, wire_version = ? WHERE id = ?", wire, version, id)
	return wrap(err, "writing the note %s in a new shape", id)
}

// Outdate makes OldWires list the constats of an author that stand.
func (t Updates) Outdate(ctx context.Context, author string) error {
	_, err := t.exec(ctx, "UPDATE updates SET wire_version = 0 WHERE actor = ? AND withdrawn_at IS NULL", author)
	return wrap(err, "marking the constats of %s as old", author)
}

// Outdate makes OldWires list the Notes of an author that stand.
func (t Notes) Outdate(ctx context.Context, author string) error {
	_, err := t.exec(ctx, "UPDATE notes SET wire_version = 0 WHERE actor = ? AND deleted_at IS NULL", author)
	return wrap(err, "marking the notes of %s as old", author)
}

// Outdate makes OldWires list the reviews that stand, if their author is the
// organisation, who writes them all.
func (t Reviews) Outdate(ctx context.Context, author string) error {
	_, err := t.exec(ctx, `UPDATE reviews SET wire_version = 0 WHERE withdrawn_at IS NULL
		AND EXISTS (SELECT 1 FROM actors WHERE handle = ? AND kind = 'organisation')`, author)
	return wrap(err, "marking the reviews of %s as old", author)
}
