package store

import (
	"context"

	"embraye/internal/embraye"
)

// Replies are replies to ours and mentions of us.
type Replies struct{ table }

// Insert adds a reply and tells whether its URI is new.
func (t Replies) Insert(ctx context.Context, r *embraye.Reply) (added bool, err error) {
	added, err = insertNew(ctx, t.table, r)
	return added, wrap(err, "adding the reply %s", r.URI)
}

// Save writes every column.
func (t Replies) Save(ctx context.Context, r *embraye.Reply) error {
	return wrap(save(ctx, t.table, r), "saving the reply %s", r.URI)
}

// ByURI returns the reply of that address.
func (t Replies) ByURI(ctx context.Context, uri embraye.IRI) (*embraye.Reply, error) {
	r, err := take[embraye.Reply](ctx, t.table, "uri = ?", uri)
	return r, wrap(err, "taking the reply %s", uri)
}

// ByURIToWrite is ByURI before a Save or a Remove: whoever else decides about it waits.
func (t Replies) ByURIToWrite(ctx context.Context, uri embraye.IRI) (*embraye.Reply, error) {
	r, err := takeToWrite[embraye.Reply](ctx, t.table, "uri = ?", uri)
	return r, wrap(err, "taking the reply %s", uri)
}

// Take returns the reply of that number.
func (t Replies) Take(ctx context.Context, id int64) (*embraye.Reply, error) {
	r, err := take[embraye.Reply](ctx, t.table, "id = ?", id)
	return r, wrap(err, "taking the reply %d", id)
}

// Remove forgets a reply.
func (t Replies) Remove(ctx context.Context, uri embraye.IRI) error {
	_, err := remove[embraye.Reply](ctx, t.table, "uri = ?", uri)
	return wrap(err, "removing the reply %s", uri)
}

// ListOf returns the replies below an object in one state, in the order of
// arrival.
func (t Replies) ListOf(ctx context.Context, object embraye.IRI, state embraye.ReplyState) ([]embraye.Reply, error) {
	all, err := list[embraye.Reply](ctx, t.table, "id", 0, "object = ? AND state = ?", object, state)
	return all, wrap(err, "listing the replies to %s", object)
}

// Pending returns what waits for a decision, oldest first.
func (t Replies) Pending(ctx context.Context, limit int) ([]embraye.Reply, error) {
	all, err := list[embraye.Reply](ctx, t.table, "id", limit, "state = 'pending'")
	return all, wrap(err, "listing the replies that wait")
}
