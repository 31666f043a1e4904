package store

import (
	"context"
	"time"
)

// Attempts are tries that are limited: sign-ins, by account and by address.
type Attempts struct{ table }

// Add notes one. On PostgreSQL others who try at the same moment wait until
// this transaction ends, so that nobody counts too few.
func (t Attempts) Add(ctx context.Context, who string, at time.Time) error {
	if t.s.postgres {
		if _, err := t.exec(ctx, "SELECT pg_advisory_xact_lock(hashtext(?))", who); err != nil {
			return wrap(err, "waiting for another try")
		}
	}
	_, err := t.exec(ctx, "INSERT INTO attempts (who, at) VALUES (?, ?)", who, at.Unix())
	return wrap(err, "noting a try")
}

// Newest returns when the nth newest try since then was, if there were so many.
func (t Attempts) Newest(ctx context.Context, who string, n int, since time.Time) (at time.Time, ok bool, err error) {
	var seconds []int64
	err = t.scan(ctx, &seconds, "SELECT at FROM attempts WHERE who = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?", who, since.Unix(), n-1)
	if err != nil || len(seconds) == 0 {
		return time.Time{}, false, wrap(err, "counting tries")
	}
	return time.Unix(seconds[0], 0).UTC(), true, nil
}

// Forget clears an account or an address.
func (t Attempts) Forget(ctx context.Context, who string) error {
	_, err := t.exec(ctx, "DELETE FROM attempts WHERE who = ?", who)
	return wrap(err, "forgetting tries")
}

// ForgetOne takes the newest back.
func (t Attempts) ForgetOne(ctx context.Context, who string) error {
	_, err := t.exec(ctx, "DELETE FROM attempts WHERE id = (SELECT max(id) FROM attempts WHERE who = ?)", who)
	return wrap(err, "forgetting a try")
}

// Prune forgets old ones.
func (t Attempts) Prune(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, "DELETE FROM attempts WHERE at < ?", before.Unix())
	return wrap(err, "forgetting old tries")
}
