package store

import (
	"context"
	"time"

	"embraye/internal/embraye"
)

// Tickets are what people have shown a moment ago.
type Tickets struct{ table }

// Put gives one out.
func (t Tickets) Put(ctx context.Context, k *embraye.Ticket) error {
	notNull(&k.Data)
	return wrap(insert(ctx, t.table, k), "giving out a ticket")
}

// Take looks at one that still counts.
func (t Tickets) Take(ctx context.Context, kind embraye.TicketKind, hash string, now time.Time) (*embraye.Ticket, error) {
	k, err := take[embraye.Ticket](ctx, t.table, "token_hash = ? AND kind = ? AND expires_at > ?", hash, kind, now.UTC())
	return k, wrap(err, "looking at a ticket")
}

// Spend ends one, once: of two requests at the same moment one gets true.
func (t Tickets) Spend(ctx context.Context, hash string) (bool, error) {
	n, err := remove[embraye.Ticket](ctx, t.table, "token_hash = ?", hash)
	return n == 1, wrap(err, "spending a ticket")
}

// EndOf ends those of a person.
func (t Tickets) EndOf(ctx context.Context, person int64) error {
	_, err := remove[embraye.Ticket](ctx, t.table, "person_id = ?", person)
	return wrap(err, "ending the tickets of %d", person)
}

// Prune forgets those that are over.
func (t Tickets) Prune(ctx context.Context, now time.Time) error {
	_, err := remove[embraye.Ticket](ctx, t.table, "expires_at <= ?", now.UTC())
	return wrap(err, "forgetting tickets")
}
