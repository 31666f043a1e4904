package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How long tickets last.
const (
	halfLasts     = 5 * time.Minute
	proofLasts    = 10 * time.Minute
	questionLasts = 5 * time.Minute
)

// markOf changes with the password: what was shown with another one is over.
func markOf(p *embraye.Person) string { return app.HashToken(p.PasswordHash) }

// unchanged is ErrForbidden for somebody who was shut out, or has another password,
// since they were read: hashing takes its time, and what was ended meanwhile stays
// ended.
func unchanged(now, read *embraye.Person) error {
	if now.Disabled || markOf(now) != markOf(read) {
		return fmt.Errorf("people: shut out, or another password meanwhile: %w", embraye.ErrForbidden)
	}
	return nil
}

// give writes a ticket for a person and returns its token.
func (s *Second) give(ctx context.Context, t store.Tables, kind embraye.TicketKind, p *embraye.Person, lasts time.Duration) (token string, err error) {
	if token, err = app.NewToken(s.desk.Random); err != nil {
		return "", fmt.Errorf("people: making a ticket: %w", err)
	}
	return token, s.giveNamed(ctx, t, kind, p, token, nil, lasts)
}

func (s *Second) giveNamed(ctx context.Context, t store.Tables, kind embraye.TicketKind, p *embraye.Person, token string, data []byte, lasts time.Duration) error {
	return t.Tickets.Put(ctx, &embraye.Ticket{TokenHash: app.HashToken(token), Kind: kind, PersonID: p.ID, Mark: markOf(p), Data: data, ExpiresAt: s.desk.Stamp().Add(lasts)})
}

// holderOf is whose ticket it is; ErrForbidden for one that is over, for somebody
// who was shut out since, and after another password was chosen.
func (s *Second) holderOf(ctx context.Context, t store.Tables, kind embraye.TicketKind, token string) (*embraye.Person, *embraye.Ticket, error) {
	over := fmt.Errorf("people: a ticket that is over: %w", embraye.ErrForbidden)
	ticket, err := t.Tickets.Take(ctx, kind, app.HashToken(token), s.desk.Stamp())
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, nil, over
	}
	if err != nil {
		return nil, nil, err
	}
	p, err := t.People.Take(ctx, ticket.PersonID)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && (p.Disabled || markOf(p) != ticket.Mark) {
		return nil, nil, over
	}
	return p, ticket, err
}

// spend uses a ticket up inside the transaction of what it opens.
func (s *Second) spend(ctx context.Context, t store.Tables, token string) error {
	spent, err := t.Tickets.Spend(ctx, app.HashToken(token))
	if err == nil && !spent {
		err = fmt.Errorf("people: a ticket that was used: %w", embraye.ErrForbidden)
	}
	return err
}
