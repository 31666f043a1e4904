package app

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Sessions lists where a person is signed in, the last used first.
func (a *App) Sessions(ctx context.Context, personID int64) ([]embraye.Session, error) {
	return a.Store.Tables().Sessions.OfPerson(ctx, personID, a.now())
}

// SessionHash is how lists name the session with a token.
func SessionHash(token string) string { return hashToken(token) }

// EndSession ends one of one's own sessions, by its hash.
func (a *App) EndSession(ctx context.Context, by embraye.Acting, tokenHash string) error {
	return a.Store.InTx(ctx, func(t store.Tables) error {
		s, err := t.Sessions.Take(ctx, tokenHash, a.now())
		if err != nil {
			return err
		}
		if s.PersonID == 0 || s.PersonID != by.PersonID() {
			return fmt.Errorf("app: session of somebody else: %w", embraye.ErrNotFound)
		}
		return t.Sessions.End(ctx, tokenHash, a.now())
	})
}

// EndSessionsOf ends all sessions of a person: one's own, or by an admin.
func (a *App) EndSessionsOf(ctx context.Context, by embraye.Acting, personID int64) error {
	if by.PersonID() != personID || personID == 0 {
		if err := by.May(embraye.Admin); err != nil {
			return fmt.Errorf("app: end sessions: %w", err)
		}
	}
	return a.Store.InTx(ctx, func(t store.Tables) error {
		p, err := t.People.Take(ctx, personID)
		if err != nil {
			return err
		}
		if err := t.Sessions.EndOf(ctx, personID, "", a.now()); err != nil {
			return err
		}
		return a.record(ctx, t, by, "person.sessions_end", p.Email, "", false)
	})
}
