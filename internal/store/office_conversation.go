package store

import (
	"context"

	"embraye/internal/embraye"
)

// What the conversation of the office reads beside its lists, and how it
// decides.

// Among returns those of the actors that are remembered.
func (t RemoteActors) Among(ctx context.Context, uris []embraye.IRI) (map[embraye.IRI]embraye.RemoteActor, error) {
	found := make(map[embraye.IRI]embraye.RemoteActor, len(uris))
	if len(uris) == 0 {
		return found, nil
	}
	all, err := list[embraye.RemoteActor](ctx, t.table, "id", 0, t.inJSON("uri"), asJSON(uris))
	for _, a := range all {
		found[a.URI] = a
	}
	return found, wrap(err, "taking %d remote actors", len(uris))
}

// Among returns those of the constats that exist, withdrawn or not.
func (t Updates) Among(ctx context.Context, ids []string) (map[string]embraye.Update, error) {
	found := make(map[string]embraye.Update, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	all, err := list[embraye.Update](ctx, t.table, "id", 0, t.inJSON("id"), asJSON(ids))
	for _, u := range all {
		found[u.ID] = u
	}
	return found, wrap(err, "taking %d constats", len(ids))
}

// Answers lists our answers to any of those posts that stand, oldest first.
func (t Notes) Answers(ctx context.Context, to []embraye.IRI) ([]embraye.Note, error) {
	if len(to) == 0 {
		return nil, nil
	}
	all, err := list[embraye.Note](ctx, t.table, "id", 0, "kind = 'answer' AND deleted_at IS NULL AND "+t.inJSON("in_reply_to"), asJSON(to))
	return all, wrap(err, "listing the answers to %d posts", len(to))
}

// Decide moves a reply from the state that it was read in; changed is false if
// somebody else decided first.
func (t Replies) Decide(ctx context.Context, r *embraye.Reply, to embraye.ReplyState, reason string) (changed bool, err error) {
	n, err := t.exec(ctx, "UPDATE replies SET state = ?, reason = ?, aside = '' WHERE id = ? AND state = ? AND public = ?", to, reason, r.ID, r.State, r.Public)
	if err == nil && n > 0 {
		r.State, r.Reason = to, reason
	}
	return n > 0, wrap(err, "deciding about the reply %d", r.ID)
}

// Lock makes every other transaction that wants the same reply wait for the
// end of this one.
func (t Replies) Lock(ctx context.Context, id int64) error {
	_, err := t.exec(ctx, "UPDATE replies SET state = state WHERE id = ?", id)
	return wrap(err, "taking the reply %d alone", id)
}

// LockOf is Lock for everything by one author.
func (t Replies) LockOf(ctx context.Context, actor embraye.IRI) error {
	_, err := t.exec(ctx, "UPDATE replies SET state = state WHERE actor = ?", actor)
	return wrap(err, "taking the replies of %s alone", actor)
}

// ByAddress returns the reply with that id or that page.
func (t Replies) ByAddress(ctx context.Context, address string) (*embraye.Reply, error) {
	r, err := takeFirst[embraye.Reply](ctx, t.table, "id", "uri = ? OR url = ?", address, address)
	return r, wrap(err, "taking the reply at %s", address)
}

// Of lists what one actor follows here.
func (t Followers) Of(ctx context.Context, follower embraye.IRI) ([]embraye.Follower, error) {
	all, err := list[embraye.Follower](ctx, t.table, "id", 0, "follower = ?", follower)
	return all, wrap(err, "listing what %s follows", follower)
}
