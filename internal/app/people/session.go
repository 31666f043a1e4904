package people

import (
	"context"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Sessions lists where a person is signed in, the last used first.
func (pp *People) Sessions(ctx context.Context, personID int64) ([]embraye.Session, error) {
	return pp.desk.Store.Tables().Sessions.OfPerson(ctx, personID, pp.desk.Stamp())
}

// SessionHash is how lists name the session with a token.
func SessionHash(token string) string { return app.HashToken(token) }

// EndSession ends one of one's own sessions, by its hash.
func (pp *People) EndSession(ctx context.Context, by embraye.Acting, tokenHash string) error {
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		s, err := t.Sessions.Take(ctx, tokenHash, pp.desk.Stamp())
		if err != nil {
			return err
		}
		if s.PersonID == 0 || s.PersonID != by.PersonID() {
			return fmt.Errorf("people: session of somebody else: %w", embraye.ErrNotFound)
		}
		return t.Sessions.End(ctx, tokenHash, pp.desk.Stamp())
	})
}

// EndSessionsOf ends all sessions of a person: one's own, or by an admin.
func (pp *People) EndSessionsOf(ctx context.Context, by embraye.Acting, personID int64) error {
	if by.PersonID() != personID || personID == 0 {
		if err := by.May(embraye.Admin); err != nil {
			return fmt.Errorf("people: end sessions: %w", err)
		}
	}
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		p, err := t.People.Take(ctx, personID)
		if err != nil {
			return err
		}
		if err := t.Sessions.EndOf(ctx, personID, "", pp.desk.Stamp()); err != nil {
			return err
		}
		return pp.desk.Record(ctx, t, by, "person.sessions_end", p.Email, "", false)
	})
}
