package store

import (
	"context"
	"database/sql"

	"embraye/internal/embraye"
)

// Interactions are likes and boosts of our posts.
type Interactions struct{ table }

// Add adds the interaction and tells whether it is new: one per kind, actor and
// object counts.
func (t Interactions) Add(ctx context.Context, i *embraye.Interaction) (added bool, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		added = true
		return rows.Scan(&i.ID)
	}, `INSERT INTO interactions (kind, actor, object, activity_id, emoji, delivery, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		i.Kind, i.Actor, i.Object, i.ActivityID, i.Emoji, i.Delivery, i.CreatedAt)
	return added && err == nil, wrap(err, "adding the %s of %s by %s", i.Kind, i.Object, i.Actor)
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

// CountOf tells how many interactions of one kind an object has.
func (t Interactions) CountOf(ctx context.Context, object embraye.IRI, kind embraye.InteractionKind) (int, error) {
	n, err := count[embraye.Interaction](ctx, t.table, "object = ? AND kind = ?", object, kind)
	return n, wrap(err, "counting the %ss of %s", kind, object)
}
