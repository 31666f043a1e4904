package people

import (
	"context"
	"errors"
	"time"

	"embraye/internal/app"
	"embraye/internal/store"
)

// keepMails is how long mails are kept that no process sends any more.
const keepMails = 7 * 24 * time.Hour

// Prune forgets sessions, tickets, links, letters and tries that are over.
func (pp *People) Prune(ctx context.Context) error {
	now := pp.desk.Now().UTC()
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		return errors.Join(
			t.Sessions.Prune(ctx, now),
			t.Tickets.Prune(ctx, now),
			t.Links.Prune(ctx, now.Add(-keepLinks)),
			t.Mails.Prune(ctx, now.Add(-keepMails)),
			t.Attempts.Prune(ctx, now.Add(-app.PaceMemory)))
	})
}
