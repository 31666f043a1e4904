package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// Links are one-time links.
type Links struct{ table }

// Insert adds a link.
func (t Links) Insert(ctx context.Context, l *embraye.Link) error {
	return wrap(insert(ctx, t.table, l), "adding a link")
}

// Take returns a link, used or expired ones too.
func (t Links) Take(ctx context.Context, hash string) (*embraye.Link, error) {
	l, err := take[embraye.Link](ctx, t.table, "token_hash = ?", hash)
	return l, wrap(err, "taking a link")
}

// Use marks a link as used, once: of two requests at the same moment one gets
// true.
func (t Links) Use(ctx context.Context, hash string, now time.Time) (bool, error) {
	n, err := t.exec(ctx, "UPDATE links SET used_at = ? WHERE used_at IS NULL AND token_hash = ? AND expires_at > ?", now.UTC(), hash, now.UTC())
	return n == 1, wrap(err, "using a link")
}

// Open lists links of a kind that can still be used, newest first.
func (t Links) Open(ctx context.Context, kind embraye.LinkKind, now time.Time) ([]embraye.Link, error) {
	all, err := list[embraye.Link](ctx, t.table, "created_at DESC", 0, "kind = ? AND used_at IS NULL AND expires_at > ?", kind, now.UTC())
	return all, wrap(err, "listing links")
}

// Expire ends the open links of a kind for an address, or of all ("").
func (t Links) Expire(ctx context.Context, kind embraye.LinkKind, email string, now time.Time) error {
	where, args := "UPDATE links SET expires_at = ? WHERE kind = ? AND used_at IS NULL AND expires_at > ?", []any{now.UTC(), kind, now.UTC()}
	if email != "" {
		where, args = where+" AND email = ?", append(args, email)
	}
	_, err := t.exec(ctx, where, args...)
	return wrap(err, "ending links")
}

// End ends one link, if nobody has used it.
func (t Links) End(ctx context.Context, hash string, now time.Time) error {
	_, err := t.exec(ctx, "UPDATE links SET expires_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?", now.UTC(), hash, now.UTC())
	return wrap(err, "ending a link")
}

// Prune forgets what expired long ago.
func (t Links) Prune(ctx context.Context, before time.Time) error {
	_, err := remove[embraye.Link](ctx, t.table, "expires_at < ?", before.UTC())
	return wrap(err, "forgetting old links")
}
