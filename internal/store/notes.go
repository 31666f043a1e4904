package store

import (
	"context"

	"embraye/internal/embraye"
)

// Notes are our posts that are not constats.
type Notes struct{ table }

// Insert adds a Note; a second pinned one of an actor is ErrConflict.
func (t Notes) Insert(ctx context.Context, n *embraye.Note) error {
	notNull(&n.Wire)
	return wrap(insert(ctx, t.table, n), "adding the note %s", n.ID)
}

// Save writes every column but the counters, which only AddCounts moves.
func (t Notes) Save(ctx context.Context, n *embraye.Note) error {
	notNull(&n.Wire)
	return wrap(save(ctx, t.table, n, counters...), "saving the note %s", n.ID)
}

// Take returns the Note, deleted or not.
func (t Notes) Take(ctx context.Context, id string) (*embraye.Note, error) {
	n, err := take[embraye.Note](ctx, t.table, "id = ?", id)
	return n, wrap(err, "taking the note %s", id)
}

// OfUpdate lists the Notes that belong to a constat, oldest first.
func (t Notes) OfUpdate(ctx context.Context, updateID string) ([]embraye.Note, error) {
	all, err := list[embraye.Note](ctx, t.table, "id", 0, "update_id = ?", updateID)
	return all, wrap(err, "listing the notes of %s", updateID)
}

// Pinned returns the actor's pinned Note.
func (t Notes) Pinned(ctx context.Context, actor string) (*embraye.Note, error) {
	n, err := take[embraye.Note](ctx, t.table, isPinned, actor)
	return n, wrap(err, "taking the pinned note of %s", actor)
}

// PinnedToWrite is Pinned before a Save: whoever else would save it waits.
func (t Notes) PinnedToWrite(ctx context.Context, actor string) (*embraye.Note, error) {
	n, err := takeToWrite[embraye.Note](ctx, t.table, isPinned, actor)
	return n, wrap(err, "taking the pinned note of %s", actor)
}

const isPinned = "actor = ? AND kind = 'pinned' AND deleted_at IS NULL"

// Author is the handle of who wrote a Note that stands.
func (t Notes) Author(ctx context.Context, id string) (string, error) {
	handle, err := t.author(ctx, "SELECT actor FROM notes WHERE id = ? AND deleted_at IS NULL", id)
	return handle, wrap(err, "looking for the author of the note %s", id)
}
