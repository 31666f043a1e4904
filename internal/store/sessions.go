package store

import (
	"context"
	"time"

	"embraye/internal/embraye"

	"gorm.io/gorm/clause"
)

// Sessions are signed-in browsers.
type Sessions struct{ table }

// Put writes a session; the date of its beginning stays.
func (t Sessions) Put(ctx context.Context, s *embraye.Session) error {
	notNull(&s.Data)
	err := t.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "token_hash"}},
		DoUpdates: clause.AssignmentColumns([]string{"person_id", "data", "user_agent", "last_used_at", "expires_at"}),
	}).Create(s).Error
	return wrap(err, "keeping a session")
}

// Take returns the session, unless it has expired.
func (t Sessions) Take(ctx context.Context, hash string, now time.Time) (*embraye.Session, error) {
	s, err := take[embraye.Session](ctx, t.table, "token_hash = ? AND expires_at > ?", hash, now.UTC())
	return s, wrap(err, "taking a session")
}

// OfPerson lists a person's sessions, the last used first.
func (t Sessions) OfPerson(ctx context.Context, person int64, now time.Time) ([]embraye.Session, error) {
	all, err := list[embraye.Session](ctx, t.table, "last_used_at DESC", 0, "person_id = ? AND expires_at > ?", person, now.UTC())
	return all, wrap(err, "listing the sessions of %d", person)
}

// Remove ends a session.
func (t Sessions) Remove(ctx context.Context, hash string) error {
	_, err := remove[embraye.Session](ctx, t.table, "token_hash = ?", hash)
	return wrap(err, "ending a session")
}

// RemoveOf ends a person's sessions, all but one if a hash is given.
func (t Sessions) RemoveOf(ctx context.Context, person int64, except string) error {
	_, err := remove[embraye.Session](ctx, t.table, "person_id = ? AND token_hash <> ?", person, except)
	return wrap(err, "ending the sessions of %d", person)
}

// Prune forgets expired sessions.
func (t Sessions) Prune(ctx context.Context, now time.Time) error {
	_, err := remove[embraye.Session](ctx, t.table, "expires_at <= ?", now.UTC())
	return wrap(err, "forgetting expired sessions")
}

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

// Prune forgets what expired long ago.
func (t Links) Prune(ctx context.Context, before time.Time) error {
	_, err := remove[embraye.Link](ctx, t.table, "expires_at < ?", before.UTC())
	return wrap(err, "forgetting old links")
}

// Attempts are failed sign-ins.
type Attempts struct{ table }

// Add notes one by an account or an address.
func (t Attempts) Add(ctx context.Context, who string, at time.Time) error {
	_, err := t.exec(ctx, "INSERT INTO attempts (who, at) VALUES (?, ?)", who, at.Unix())
	return wrap(err, "noting a failed sign-in")
}

// Since counts them.
func (t Attempts) Since(ctx context.Context, who string, since time.Time) (n int, err error) {
	err = t.scan(ctx, &n, "SELECT count(*) FROM attempts WHERE who = ? AND at > ?", who, since.Unix())
	return n, wrap(err, "counting failed sign-ins")
}

// Forget clears an account or an address.
func (t Attempts) Forget(ctx context.Context, who string) error {
	_, err := t.exec(ctx, "DELETE FROM attempts WHERE who = ?", who)
	return wrap(err, "forgetting failed sign-ins")
}

// Prune forgets old ones.
func (t Attempts) Prune(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, "DELETE FROM attempts WHERE at < ?", before.Unix())
	return wrap(err, "forgetting old sign-ins")
}

// EvidenceFiles are uploaded files.
type EvidenceFiles struct{ table }

// Add keeps a file; the same content is the same file, the first name stays.
func (t EvidenceFiles) Add(ctx context.Context, f *embraye.EvidenceFile) error {
	_, err := insertNew(ctx, t.table, f)
	return wrap(err, "keeping the file %s", f.Name)
}

// Take returns a file's row.
func (t EvidenceFiles) Take(ctx context.Context, name string) (*embraye.EvidenceFile, error) {
	f, err := take[embraye.EvidenceFile](ctx, t.table, "name = ?", name)
	return f, wrap(err, "taking the file %s", name)
}

// Publish makes a file visible to everybody.
func (t EvidenceFiles) Publish(ctx context.Context, name string) error {
	_, err := t.exec(ctx, "UPDATE evidence_files SET public = true WHERE name = ?", name)
	return wrap(err, "publishing the file %s", name)
}
