package apptest

import (
	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Session puts a session of somebody into the database, as a browser would.
func (h *House) Session(who, token string) {
	h.T.Helper()
	now := h.Clock.Now()
	row := &embraye.Session{TokenHash: people.SessionHash(token), PersonID: h.Who[who].PersonID(), CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(1e15)}
	h.Must(h.Store.InTx(h.T.Context(), func(t store.Tables) error { return t.Sessions.Put(h.T.Context(), row) }))
}
