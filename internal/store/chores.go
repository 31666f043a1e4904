package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"embraye/internal/embraye"
)

// Chores are what came of each chore last; what waits is read from the queue.
type Chores struct{ table }

// Done notes a turn that came to its end.
func (t Chores) Done(ctx context.Context, c embraye.Chore, at time.Time, took time.Duration) error {
	_, err := t.exec(ctx, `INSERT INTO chores (chore, done_at, took_ms) VALUES (?, ?, ?) ON CONFLICT (chore) DO UPDATE SET
		done_at = excluded.done_at, took_ms = excluded.took_ms, error = '', failed_at = NULL, failing_since = NULL`, c, at.UTC(), took.Milliseconds())
	return wrap(err, "noting that the chore %s is done", c)
}

// Failed notes a turn that did not.
func (t Chores) Failed(ctx context.Context, c embraye.Chore, at time.Time, why string) error {
	_, err := t.exec(ctx, `INSERT INTO chores (chore, error, failed_at, failing_since) VALUES (?, ?, ?, ?) ON CONFLICT (chore) DO UPDATE SET
		error = excluded.error, failed_at = excluded.failed_at, failing_since = COALESCE(chores.failing_since, excluded.failed_at)`,
		c, why, at.UTC(), at.UTC())
	return wrap(err, "noting that the chore %s failed", c)
}

// List tells how every chore stands that was ever done, tried or asked for.
func (t Chores) List(ctx context.Context) ([]embraye.ChoreState, error) {
	states := map[embraye.Chore]*embraye.ChoreState{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		c, ms := embraye.ChoreState{}, int64(0)
		if err := rows.Scan(&c.Chore, &c.DoneAt, &ms, &c.Error, &c.FailedAt, &c.FailingSince); err != nil {
			return err
		}
		c.Took = time.Duration(ms) * time.Millisecond
		states[c.Chore] = &c
		return nil
	}, "SELECT chore, done_at, took_ms, error, failed_at, failing_since FROM chores")
	if err == nil {
		err = t.waiting(ctx, states)
	}
	var list []embraye.ChoreState
	for _, c := range embraye.Chores() {
		if state := states[c]; state != nil {
			list = append(list, *state)
		}
	}
	return list, wrap(err, "reading how the chores stand")
}

// waiting adds what the queue holds. A job that is being done waits no more.
func (t Chores) waiting(ctx context.Context, states map[embraye.Chore]*embraye.ChoreState) error {
	return t.query(ctx, func(rows *sql.Rows) error {
		var (
			c    embraye.Chore
			n    int
			next any
		)
		if err := rows.Scan(&c, &n, &next); err != nil {
			return err
		}
		at, err := moment(next)
		if err != nil {
			return err
		}
		if states[c] == nil {
			states[c] = &embraye.ChoreState{Chore: c}
		}
		states[c].Waiting, states[c].NextAt = n, &at
		return nil
	}, "SELECT kind, count(*), min(scheduled_at) FROM river_job WHERE state IN ('available', 'pending', 'retryable', 'scheduled') GROUP BY kind")
}

// moment reads what the least of a column of times comes back as: SQLite
// forgets there that it was a time.
func moment(v any) (time.Time, error) {
	switch v := v.(type) {
	case time.Time:
		return v.UTC(), nil
	case string:
		for _, layout := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999-07:00", time.RFC3339Nano} {
			if at, err := time.Parse(layout, v); err == nil {
				return at.UTC(), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%v is no time", v)
}
