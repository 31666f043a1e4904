package store

import (
	"cmp"
	"context"
	"slices"
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

// inOrder is the order in which posts are counted: who took their rows in another
// would wait for the other in a circle.
func inOrder(a, b tally) int { return cmp.Compare(a.Object, b.Object) }

func (t RemoteActors) deleteInteractions(ctx context.Context, uri embraye.IRI) error {
	var removed []tally
	err := t.scan(ctx, &removed, "DELETE FROM interactions WHERE actor = ? RETURNING object, kind, CASE WHEN aside THEN 0 ELSE 1 END AS n", uri)
	if err != nil {
		return err
	}
	slices.SortFunc(removed, inOrder)
	for _, r := range removed {
		likes, boosts := -r.N, 0
		if r.Kind == embraye.Boost {
			likes, boosts = 0, -r.N
		}
		if err := t.count(ctx, r.Object, likes, boosts, 0); err != nil {
			return err
		}
	}
	return nil
}

func (t RemoteActors) deleteReplies(ctx context.Context, uri embraye.IRI) error {
	var shown []tally
	err := t.scan(ctx, &shown, `SELECT object, count(*) AS n FROM replies
		WHERE actor = ? AND state = 'shown' AND public AND object <> '' GROUP BY object`, uri)
	if err != nil {
		return err
	}
	slices.SortFunc(shown, inOrder)
	for _, r := range shown {
		if err := t.count(ctx, r.Object, 0, 0, -r.N); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, "DELETE FROM replies WHERE actor = ?", uri)
	return err
}

// count moves the counters of one of our posts, which is named by its address:
// the ULID at its end is unique among constats, Notes and reviews.
func (t RemoteActors) count(ctx context.Context, object embraye.IRI, likes, boosts, replies int) error {
	t.changed()
	id := string(object[strings.LastIndexByte(string(object), '/')+1:])
	n, err := t.addCounts(ctx, UpdateCounter(id), likes, boosts, replies)
	if err == nil && n == 0 {
		n, err = t.addCounts(ctx, NoteCounter(id), likes, boosts, replies)
	}
	if err == nil && n == 0 {
		_, err = t.addCounts(ctx, ReviewCounter(id), likes, boosts, replies)
	}
	return err
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
