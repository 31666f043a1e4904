package store

import (
	"context"
	"database/sql"
	"time"

	"embraye/internal/embraye"
)

// Letters is what subscribers are still to be told.
type Letters struct{ table }

// A Spread is one constat on its way to those who follow it.
type Spread struct {
	embraye.Letter          // but for whom
	Measure        string   // of the constat
	Places         []string // it and those around it
	After          int64    // the subscribers up to this one have it
	AtOnce, Weekly time.Time
}

// Spread writes letters to the next subscribers, at most most of them, and
// returns the last of those that it has seen to; 0: there are no more. What
// somebody is to be told already is told once, as it is by then.
func (t Letters) Spread(ctx context.Context, s Spread, most int) (last int64, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&last) },
		"SELECT COALESCE(max(id), 0) FROM (SELECT id FROM subscribers WHERE id > ? AND confirmed_at IS NOT NULL ORDER BY id LIMIT ?) AS batch", s.After, most)
	if err != nil || last == 0 {
		return 0, wrap(err, "looking for subscribers")
	}
	moment := "?"
	if t.s.postgres {
		moment = "CAST(? AS TIMESTAMPTZ)"
	}
	_, err = t.exec(ctx, `INSERT INTO letters (subscriber_id, update_id, kind, asked_at)
		SELECT DISTINCT subscriber_id, CAST(? AS TEXT), CAST(? AS TEXT), `+moment+` FROM subscriptions
		WHERE subscriber_id > ? AND subscriber_id <= ? AND confirmed_at IS NOT NULL AND measure IN ('', ?) AND (territory = '' OR `+t.inJSON("territory")+`)
		ON CONFLICT (subscriber_id, update_id) DO UPDATE SET kind = excluded.kind WHERE letters.kind <> 'published'`,
		s.UpdateID, s.Kind, s.AskedAt.UTC(), s.After, last, s.Measure, asJSON(s.Places))
	if err != nil {
		return 0, wrap(err, "writing letters about %s", s.UpdateID)
	}
	for often, at := range map[embraye.Often]time.Time{embraye.AtOnce: s.AtOnce, embraye.Weekly: s.Weekly} {
		_, err := t.exec(ctx, `UPDATE subscribers SET due_at = ? WHERE id > ? AND id <= ? AND often = ? AND due_at IS NULL
			AND EXISTS (SELECT 1 FROM letters WHERE subscriber_id = subscribers.id AND update_id = ?)`, at.UTC(), s.After, last, often, s.UpdateID)
		if err != nil {
			return 0, wrap(err, "letters about %s are due", s.UpdateID)
		}
	}
	return last, nil
}

// Empty takes out all that a subscriber is to be told, the oldest first.
func (t Letters) Empty(ctx context.Context, subscriber int64) ([]embraye.Letter, error) {
	all, err := list[embraye.Letter](ctx, t.table, "asked_at, update_id", 0, "subscriber_id = ?", subscriber)
	if err == nil {
		_, err = remove[embraye.Letter](ctx, t.table, "subscriber_id = ?", subscriber)
	}
	return all, wrap(err, "taking the letters of subscriber %d", subscriber)
}

// PutBack undoes Empty, for whoever is still there.
func (t Letters) PutBack(ctx context.Context, letters []embraye.Letter) error {
	for _, l := range letters {
		moment := "?"
		if t.s.postgres {
			moment = "CAST(? AS TIMESTAMPTZ)"
		}
		_, err := t.exec(ctx, `INSERT INTO letters (subscriber_id, update_id, kind, asked_at) SELECT id, CAST(? AS TEXT), CAST(? AS TEXT), `+moment+` FROM subscribers WHERE id = ?
			ON CONFLICT DO NOTHING`, l.UpdateID, l.Kind, l.AskedAt.UTC(), l.SubscriberID)
		if err != nil {
			return wrap(err, "putting back a letter of subscriber %d", l.SubscriberID)
		}
	}
	return nil
}

// Due says when what a subscriber is to be told is due, if there is anything.
func (t Letters) Due(ctx context.Context, subscriber int64, at time.Time) error {
	_, err := t.exec(ctx, "UPDATE subscribers SET due_at = ? WHERE id = ? AND EXISTS (SELECT 1 FROM letters WHERE subscriber_id = subscribers.id)", at.UTC(), subscriber)
	return wrap(err, "letters of subscriber %d are due", subscriber)
}

// Prune forgets what could not be told for long.
func (t Letters) Prune(ctx context.Context, before time.Time) error {
	_, err := remove[embraye.Letter](ctx, t.table, "asked_at < ?", before.UTC())
	return wrap(err, "forgetting old letters")
}
