package people

import (
	"context"
	"errors"
	"reflect"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"

	"github.com/alexedwards/scs/v2"
)

// Keys of what the program keeps in a session, under scs.
const (
	SessionPerson    = "person"     // int64
	SessionUserAgent = "user_agent" // string
)

// sessionStep is how much later a session must end for its row to be written
// again when nothing else in it has changed: a page view costs no write.
const sessionStep = 5 * time.Minute

// SessionStore keeps sessions in the database, for scs: only hashes of their
// tokens, and beside scs's own bytes whose they are, so that they can be listed
// and ended. It is an scs.CtxStore.
type SessionStore struct{ app *app.App }

var _ scs.CtxStore = (*SessionStore)(nil)

// SessionStore is where a session manager keeps sessions.
func (pp *People) SessionStore() *SessionStore { return &SessionStore{app: pp.desk} }

// FindCtx returns the bytes of a session that has not ended.
func (s *SessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	row, err := s.app.Store.Tables().Sessions.Take(ctx, app.HashToken(token), s.app.Now())
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return row.Data, true, nil
}

// CommitCtx writes a session, unless it says what the row says already.
func (s *SessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	deadline, values, err := scs.GobCodec{}.Decode(b)
	if err != nil {
		return err
	}
	now, hash := s.app.Now().UTC(), app.HashToken(token)
	if old, err := s.app.Store.Tables().Sessions.Take(ctx, hash, now); err == nil && expiry.Sub(old.ExpiresAt).Abs() < sessionStep {
		if oldDeadline, oldValues, err := (scs.GobCodec{}).Decode(old.Data); err == nil && oldDeadline.Equal(deadline) && reflect.DeepEqual(oldValues, values) {
			return nil
		}
	} else if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	row := &embraye.Session{TokenHash: hash, Data: b, CreatedAt: now, LastUsedAt: now, ExpiresAt: expiry.UTC()}
	row.PersonID, _ = values[SessionPerson].(int64)
	agent, _ := values[SessionUserAgent].(string)
	row.UserAgent = app.Cut(embraye.Straight(embraye.OneLine(agent)), embraye.MaxName)
	return s.app.Store.InTx(ctx, func(t store.Tables) error { return t.Sessions.Put(ctx, row) })
}

// DeleteCtx ends a session.
func (s *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.app.Store.InTx(ctx, func(t store.Tables) error { return t.Sessions.End(ctx, app.HashToken(token), s.app.Now()) })
}

// Find is FindCtx without a context; scs prefers the other.
func (s *SessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *SessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete is DeleteCtx without a context.
func (s *SessionStore) Delete(token string) error {
	return s.DeleteCtx(context.Background(), token)
}
