package store

import (
	"context"
	"fmt"
	"time"

	"embraye/internal/embraye"
)

// Tombstones are remote ids that were deleted.
type Tombstones struct{ table }

// Hold keeps whoever else makes, changes or ends what has the id waiting until this
// transaction has ended, after one that does so has: what is taken at once ends as if
// the one had come after the other, and nothing that was deleted stays. It comes
// first and goes with the statement that follows. SQLite has one writer.
func (t Tombstones) Hold(ctx context.Context, uri embraye.IRI) error {
	if !t.s.postgres {
		return nil
	}
	return wrap(t.later(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", uri), "waiting for %s", uri)
}

// Add remembers a deletion; the date of the first time stays.
func (t Tombstones) Add(ctx context.Context, uri embraye.IRI) error {
	_, err := insertNew(ctx, t.table, &embraye.Tombstone{URI: uri, DeletedAt: t.s.now()})
	return wrap(err, "remembering the deletion of %s", uri)
}

// Exists tells whether the id was deleted.
func (t Tombstones) Exists(ctx context.Context, uri embraye.IRI) (bool, error) {
	found, err := t.finds(ctx, "tombstones WHERE uri = ?", uri)
	return found, wrap(err, "looking for a deletion of %s", uri)
}

// Prune forgets deletions from before a date: strangers make these rows.
func (t Tombstones) Prune(ctx context.Context, before time.Time) error {
	_, err := remove[embraye.Tombstone](ctx, t.table, "deleted_at < ?", before)
	return wrap(err, "pruning deletions")
}

// Seen are digests of what was received.
type Seen struct{ table }

// Mark remembers a digest of what came from a host and tells whether it is new.
// What comes from a blocked domain is not remembered: embraye.ErrForbidden. It is
// one question, because every message asks it. Of two transactions that mark the
// same digest, PostgreSQL lets the second wait for the first.
func (t Seen) Mark(ctx context.Context, digest []byte, host string) (fresh bool, err error) {
	n, err := t.exec(ctx, `INSERT INTO seen_activities (digest, seen_at)
		SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM domain_blocks WHERE `+suspended+" AND "+t.amongFew("domain")+`) ON CONFLICT DO NOTHING`,
		digest, t.s.now().Unix(), asJSON(domainsOf(host)))
	if err != nil || n == 1 {
		return n == 1, wrap(err, "marking an activity as seen")
	}
	blocked, err := DomainBlocks(t).Blocked(ctx, host)
	if err == nil && blocked {
		err = fmt.Errorf("its server is blocked: %w", embraye.ErrForbidden)
	}
	return false, wrap(err, "marking an activity of %s as seen", host)
}

// Prune forgets what was seen before a date.
func (t Seen) Prune(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, "DELETE FROM seen_activities WHERE seen_at < ?", before.Unix())
	return wrap(err, "pruning what was seen before %s", before.UTC().Format(time.DateOnly))
}
