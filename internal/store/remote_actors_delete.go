package store

import (
	"context"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// DeleteAllOf removes everything that the actor gave us: follower rows, likes
// and boosts, replies, permissions to quote; its constats are withdrawn.
// Counters of our posts follow. The actor's own row stays for MarkGone.
func (t RemoteActors) DeleteAllOf(ctx context.Context, uri embraye.IRI) error {
	steps := []func(context.Context, embraye.IRI) error{
		t.deleteInteractions, t.deleteReplies, t.deleteRest,
	}
	for _, step := range steps {
		if err := step(ctx, uri); err != nil {
			return wrap(err, "removing everything of %s", uri)
		}
	}
	return nil
}

type tally struct {
	Object embraye.IRI
	Kind   embraye.InteractionKind
	N      int
}

func (t RemoteActors) deleteInteractions(ctx context.Context, uri embraye.IRI) error {
	var removed []tally
	err := t.scan(ctx, &removed, "DELETE FROM interactions WHERE actor = ? RETURNING object, kind, CASE WHEN aside THEN 0 ELSE -1 END AS n", uri)
	if err != nil {
		return err
	}
	t.recount(removed)
	return nil
}

func (t RemoteActors) deleteReplies(ctx context.Context, uri embraye.IRI) error {
	var shown []tally
	err := t.scan(ctx, &shown, `SELECT object, -count(*) AS n FROM replies
		WHERE actor = ? AND state = 'shown' AND public AND object <> '' GROUP BY object`, uri)
	if err != nil {
		return err
	}
	t.recount(shown)
	_, err = t.exec(ctx, "DELETE FROM replies WHERE actor = ?", uri)
	return err
}

// recount moves the counters of our posts, which are named by their addresses: the
// ULID at the end is unique among constats, Notes and reviews. A tally without a kind
// is of replies.
func (t table) recount(changes []tally) {
	for _, change := range changes {
		t.changed()
		var r reactions
		switch change.Kind {
		case embraye.Like:
			r.likes = change.N
		case embraye.Boost:
			r.boosts = change.N
		default:
			r.replies = change.N
		}
		id := string(change.Object[strings.LastIndexByte(string(change.Object), '/')+1:])
		for _, c := range []Counter{UpdateCounter(id), NoteCounter(id), ReviewCounter(id)} {
			t.count(c, r)
		}
	}
}

func (t RemoteActors) deleteRest(ctx context.Context, uri embraye.IRI) error {
	for _, statement := range []string{
		"DELETE FROM followers WHERE follower = ?",
		"DELETE FROM aside_followers WHERE follower = ?",
		"DELETE FROM quotes WHERE actor = ?",
		"DELETE FROM features WHERE object = ?",
		"DELETE FROM unread_updates WHERE actor = ?",
		"DELETE FROM peer_reviews WHERE actor = ?",
		"DELETE FROM review_responses WHERE actor = ?",
	} {
		n, err := t.exec(ctx, statement, uri)
		if err != nil {
			return err
		}
		if n > 0 {
			t.changed()
		}
	}
	return t.withdrawPeerUpdates(ctx, "actor = ?", uri)
}

func (t table) withdrawPeerUpdates(ctx context.Context, where string, args ...any) error {
	n, err := t.withdraw(ctx, t.s.now(), where, args...)
	if n > 0 {
		t.changed()
	}
	return err
}

func (t table) withdraw(ctx context.Context, at time.Time, where string, args ...any) (int, error) {
	return t.silence(ctx, "UPDATE peer_updates SET withdrawn_at = ? WHERE withdrawn_at IS NULL AND "+where+" RETURNING uri, organisation", append([]any{at}, args...)...)
}
