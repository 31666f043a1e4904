package store

import (
	"context"
	"time"

	"embraye/internal/embraye"

	"gorm.io/gorm/clause"
)

// keepEnded is how long an ended session is remembered: longer than any
// request that began before its end can last.
const keepEnded = 24 * time.Hour

// Sessions are signed-in browsers. An ended one stays a while without its data,
// so that a request that began before the end cannot bring it back.
type Sessions struct{ table }

// Put writes a session; the date of its beginning stays, and what has ended
// stays ended.
func (t Sessions) Put(ctx context.Context, s *embraye.Session) error {
	notNull(&s.Data)
	err := t.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "token_hash"}},
		DoUpdates: clause.AssignmentColumns([]string{"person_id", "data", "user_agent", "last_used_at", "expires_at"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Gt{Column: clause.Column{Table: "sessions", Name: "expires_at"}, Value: s.LastUsedAt.UTC()}}},
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

// End ends a session.
func (t Sessions) End(ctx context.Context, hash string, now time.Time) error {
	return wrap(t.end(ctx, now, "token_hash = ?", hash), "ending a session")
}

// EndOf ends a person's sessions, all but one if a hash is given.
func (t Sessions) EndOf(ctx context.Context, person int64, except string, now time.Time) error {
	return wrap(t.end(ctx, now, "person_id = ? AND token_hash <> ?", person, except), "ending the sessions of %d", person)
}

func (t Sessions) end(ctx context.Context, now time.Time, where string, args ...any) error {
	return t.db.WithContext(ctx).Model(new(embraye.Session)).Where("expires_at > ?", now.UTC()).Where(where, args...).
		Updates(map[string]any{"expires_at": now.UTC(), "data": []byte{}}).Error
}

// Prune forgets sessions that ended a while ago.
func (t Sessions) Prune(ctx context.Context, now time.Time) error {
	_, err := remove[embraye.Session](ctx, t.table, "expires_at <= ?", now.Add(-keepEnded).UTC())
	return wrap(err, "forgetting expired sessions")
}
