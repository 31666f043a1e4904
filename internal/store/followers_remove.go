package store

import (
	"context"
	"slices"

	"embraye/internal/embraye"
)

// isSilent is the condition that a host fails since before a time and has
// neither answered nor spoken since; it takes the time three times.
const isSilent = "hosts.failing_since > 0 AND hosts.failing_since <= ? AND hosts.seen_at <= ? AND hosts.answered_at <= ?"

// SilentHosts lists the servers of followers that are silent since a time (Unix
// milliseconds), by name, those after one.
func (t Followers) SilentHosts(ctx context.Context, since int64, after string, limit int) (hosts []string, err error) {
	err = t.scan(ctx, &hosts, "SELECT host FROM hosts WHERE "+isSilent+` AND host > ?
		AND (SELECT 1 FROM followers WHERE followers.host = hosts.host LIMIT 1) IS NOT NULL ORDER BY host LIMIT ?`, since, since, since, after, limit)
	return hosts, wrap(err, "listing the servers that are silent")
}

// FirstAt returns the first of those who follow from a host and are reached there.
func (t Followers) FirstAt(ctx context.Context, host string) (*embraye.Follower, error) {
	f, err := takeFirst[embraye.Follower](ctx, t.table, "id", "host = ? AND delivery_host = host", host)
	return f, wrap(err, "taking a follower from %s", host)
}

// RemoveSilent ends what all who are reached at a host follow, if it is silent
// since a time, and tells how many they were.
func (t Followers) RemoveSilent(ctx context.Context, host string, since int64) (int, error) {
	var removed []string
	err := t.scan(ctx, &removed, `DELETE FROM followers WHERE host = ? AND delivery_host = host
		AND EXISTS (SELECT 1 FROM hosts WHERE hosts.host = ? AND `+isSilent+") RETURNING follower", host, host, since, since, since)
	if err != nil {
		return 0, wrap(err, "removing the followers from %s", host)
	}
	slices.Sort(removed)
	n := len(slices.Compact(removed))
	return n, t.countRemoved(ctx, embraye.FollowerSilent, n)
}

// RemoveGone ends everything that somebody follows who is gone.
func (t Followers) RemoveGone(ctx context.Context, follower embraye.IRI) error {
	n, err := remove[embraye.Follower](ctx, t.table, "follower = ?", follower)
	if err != nil {
		return wrap(err, "removing the follower %s", follower)
	}
	return t.countRemoved(ctx, embraye.FollowerGone, int(min(n, 1)))
}

func (t Followers) countRemoved(ctx context.Context, why embraye.RemovalReason, n int) error {
	if n == 0 {
		return nil
	}
	t.changed()
	_, err := t.exec(ctx, `INSERT INTO removed_followers (reason, followers, since) VALUES (?, ?, ?)
		ON CONFLICT (reason) DO UPDATE SET followers = removed_followers.followers + excluded.followers`, why, n, t.s.now().UTC())
	return wrap(err, "counting followers that are removed")
}

// Removed tells how many followers were removed, and since when that is counted.
func (t Followers) Removed(ctx context.Context) (all []embraye.RemovedFollowers, err error) {
	err = t.scan(ctx, &all, "SELECT reason, followers, since FROM removed_followers ORDER BY reason")
	return all, wrap(err, "reading how many followers were removed")
}
