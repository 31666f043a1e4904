package store

import (
	"context"

	"embraye/internal/embraye"
)

// Activities is everything that we said.
type Activities struct{ table }

// Insert adds an activity. That its id is taken may be the error of the next
// statement.
func (t Activities) Insert(ctx context.Context, a *embraye.Activity) error {
	notNull(&a.Body)
	return wrap(insertLater(ctx, t.table, a), "adding the activity %s", a.ID)
}

// Take returns the activity, undone or not.
func (t Activities) Take(ctx context.Context, id string) (*embraye.Activity, error) {
	a, err := take[embraye.Activity](ctx, t.table, "id = ?", id)
	return a, wrap(err, "taking the activity %s", id)
}

// Outbox lists an actor's Creates and Announces that stand, newest first, those
// before the given id if there is one.
func (t Activities) Outbox(ctx context.Context, actor, before string, limit int) ([]embraye.Activity, error) {
	where, args := "actor = ? AND in_outbox AND undone_at IS NULL", []any{actor}
	if before != "" {
		where, args = where+" AND id < ?", append(args, before)
	}
	all, err := list[embraye.Activity](ctx, t.table, "id DESC", limit, where, args...)
	return all, wrap(err, "listing the outbox of %s", actor)
}

// OutboxCount tells how many activities Outbox has.
func (t Activities) OutboxCount(ctx context.Context, actor string) (int, error) {
	n, err := count[embraye.Activity](ctx, t.table, "actor = ? AND in_outbox AND undone_at IS NULL", actor)
	return n, wrap(err, "counting the outbox of %s", actor)
}

// MarkUndone makes activities answer 410; a date that is set stays.
func (t Activities) MarkUndone(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	err := t.lockActivities(ctx, ids)
	if err == nil {
		err = t.db.WithContext(ctx).Model(new(embraye.Activity)).Where("id IN ? AND undone_at IS NULL", ids).
			UpdateColumn("undone_at", t.s.now()).Error
	}
	return wrap(err, "marking %d activities undone", len(ids))
}

// OfObject lists what we said about an object, oldest first.
func (t Activities) OfObject(ctx context.Context, object embraye.IRI) ([]embraye.Activity, error) {
	all, err := list[embraye.Activity](ctx, t.table, "id", 0, "object = ?", object)
	return all, wrap(err, "listing the activities about %s", object)
}

// ByTypeObject returns the actor's newest activity of that type about an object
// that was not undone.
func (t Activities) ByTypeObject(ctx context.Context, actor, typ string, object embraye.IRI) (*embraye.Activity, error) {
	a, err := takeFirst[embraye.Activity](ctx, t.table, "id DESC",
		"object = ? AND type = ? AND actor = ? AND undone_at IS NULL", object, typ, actor)
	return a, wrap(err, "taking the %s of %s by %s", typ, object, actor)
}

// Waiting reports whether an activity of that type about that object is still
// on its way to somebody.
func (t Activities) Waiting(ctx context.Context, actor, typ string, object embraye.IRI) (bool, error) {
	found, err := t.finds(ctx, `activities JOIN deliveries ON deliveries.activity_id = activities.id AND deliveries.state = 0
		WHERE activities.object = ? AND activities.actor = ? AND activities.type = ?`, object, actor, typ)
	return found, wrap(err, "looking for a waiting %s of %s", typ, actor)
}
