package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"embraye/internal/embraye"

	"gorm.io/gorm"
)

// Interactions are likes and boosts of our posts.
type Interactions struct{ table }

// Add adds the interaction, moves the counter of its object by it, and tells
// whether it is new: one per kind, actor and object counts, and none of an actor
// whom the blocker refuses, nor what was undone before it came; one that is put aside is kept and not counted. What does not stand cannot be counted:
// embraye.ErrNotFound. It is one statement, because every Like asks it.
func (t Interactions) Add(ctx context.Context, i *embraye.Interaction, blocker embraye.IRI, c Counter) (added bool, err error) {
	if i.Aside {
		c = Counter{} // until its domain is limited no more
	}
	args := []any{i.Kind, i.Actor, i.Object, i.ActivityID, i.Emoji, i.Delivery, i.Aside, i.CreatedAt, blocker, i.Actor,
		embraye.Grave(i.Actor, embraye.IRI(i.ActivityID))}
	stands := "1 = 1"
	if c != (Counter{}) {
		stands = fmt.Sprintf("EXISTS (SELECT 1 FROM %s WHERE id = ? AND %s IS NULL)", c.table, c.ended)
		args = append(args, c.id)
	}
	counts := false
	err = t.query(ctx, func(answer *sql.Rows) error { added = true; return answer.Scan(&counts) }, t.adding()+" RETURNING "+stands, args...)
	switch {
	case err != nil || !added:
	case !counts:
		err = gorm.ErrRecordNotFound
	case i.Kind == embraye.Like:
		t.count(c, reactions{likes: 1})
	default:
		t.count(c, reactions{boosts: 1})
	}
	return added && err == nil, wrap(err, "adding the %s of %s by %s", i.Kind, i.Object, i.Actor)
}

// adding inserts one row, unless there is one of that kind, the actor is refused
// by the blocker, or the activity was undone.
func (t Interactions) adding() string {
	date := "text"
	if t.s.postgres {
		date = "timestamptz"
	}
	return fmt.Sprintf(`INSERT INTO interactions (kind, actor, object, activity_id, emoji, delivery, aside, created_at)
		SELECT CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS boolean), CAST(? AS %s)
		WHERE NOT EXISTS (SELECT 1 FROM actor_blocks WHERE blocker = ? AND blocked = ?)
			AND NOT EXISTS (SELECT 1 FROM tombstones WHERE uri = ?) ON CONFLICT DO NOTHING`, date)
}

// Counter is the counters of one of our posts; the zero Counter is nobody's.
type Counter struct{ table, ended, id string }

// UpdateCounter is that of a constat.
func UpdateCounter(id string) Counter { return Counter{"updates", "withdrawn_at", id} }

// ReviewCounter is that of a review of ours.
func ReviewCounter(id string) Counter { return Counter{"reviews", "withdrawn_at", id} }

// NoteCounter is that of another Note of ours.
func NoteCounter(id string) Counter { return Counter{"notes", "deleted_at", id} }

func (c Counter) compare(o Counter) int { return compareAll(c.table, o.table, c.id, o.id) }

// reactions are differences of the three counters of a post.
type reactions struct{ likes, boosts, replies int }

func (s *txState) react(c Counter, r reactions) {
	sum := s.reactions[c]
	s.reactions[c] = reactions{sum.likes + r.likes, sum.boosts + r.boosts, sum.replies + r.replies}
}

// AddCounts moves the counters of a post of ours by the given differences when all
// else in the transaction is done: many react to one post at the same time, and who
// has moved its counters keeps the others waiting. Of what does not stand nothing is
// counted.
func (t Tables) AddCounts(c Counter, likes, boosts, replies int) {
	t.table.count(c, reactions{likes, boosts, replies})
}

func (t table) count(c Counter, r reactions) {
	if c != (Counter{}) {
		t.tx.react(c, r)
	}
}

// countReactions moves the counters of posts. None goes below zero: a number on a
// page that says -1 helps nobody. What is over, by the date in the column ended, is not
// counted any more.
func (t table) countReactions(ctx context.Context) error {
	least := "max"
	if t.s.postgres {
		least = "greatest"
	}
	for _, c := range slices.SortedFunc(maps.Keys(t.tx.reactions), Counter.compare) {
		r := t.tx.reactions[c]
		if r == (reactions{}) {
			continue
		}
		err := t.later(ctx, fmt.Sprintf(`UPDATE %[1]s SET like_count = %[2]s(0, like_count + ?),
			boost_count = %[2]s(0, boost_count + ?), reply_count = %[2]s(0, reply_count + ?) WHERE id = ? AND %[3]s IS NULL`, c.table, least, c.ended),
			r.likes, r.boosts, r.replies, c.id)
		if err != nil {
			return wrap(err, "counting reactions to %s", c.id)
		}
	}
	return nil
}

// RemoveByActivity removes what the actor did with that activity and returns
// it, or nil if there was nothing: Akkoma's Undo names only the activity.
func (t Interactions) RemoveByActivity(ctx context.Context, actor embraye.IRI, activityID string) (*embraye.Interaction, error) {
	i, err := t.removeOne(ctx, "actor = ? AND activity_id = ?", actor, activityID)
	return i, wrap(err, "undoing %s of %s", activityID, actor)
}

// Remove removes an interaction and returns it, or nil if there was none.
func (t Interactions) Remove(ctx context.Context, kind embraye.InteractionKind, actor, object embraye.IRI) (*embraye.Interaction, error) {
	i, err := t.removeOne(ctx, "kind = ? AND actor = ? AND object = ?", kind, actor, object)
	return i, wrap(err, "removing the %s of %s by %s", kind, object, actor)
}

func (t Interactions) removeOne(ctx context.Context, where string, args ...any) (*embraye.Interaction, error) {
	var removed []embraye.Interaction
	err := t.scan(ctx, &removed, "DELETE FROM interactions WHERE id = (SELECT min(id) FROM interactions WHERE "+where+") RETURNING *", args...)
	if err != nil || len(removed) == 0 {
		return nil, err
	}
	return &removed[0], nil
}

// ListOf returns the interactions of one kind with an object in their order,
// after the given ID.
func (t Interactions) ListOf(ctx context.Context, object embraye.IRI, kind embraye.InteractionKind, after int64, limit int) ([]embraye.Interaction, error) {
	all, err := list[embraye.Interaction](ctx, t.table, "id", limit, "object = ? AND kind = ? AND id > ?", object, kind, after)
	return all, wrap(err, "listing the %ss of %s", kind, object)
}

// CountOf tells how many interactions of one kind count for an object.
func (t Interactions) CountOf(ctx context.Context, object embraye.IRI, kind embraye.InteractionKind) (int, error) {
	n, err := count[embraye.Interaction](ctx, t.table, "object = ? AND kind = ? AND NOT aside", object, kind)
	return n, wrap(err, "counting the %ss of %s", kind, object)
}
