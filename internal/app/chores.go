package app

import (
	"context"
	"fmt"
	"strconv"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Jobs is the queue of what the program does by itself.
type Jobs interface {
	// Enqueue asks for a job in the transaction of its cause.
	Enqueue(context.Context, store.Tables, embraye.Job) error
}

// Later asks for a job: it is done if this transaction is committed.
func (a *App) Later(ctx context.Context, t store.Tables, j embraye.Job) error {
	if a.Jobs == nil {
		return nil
	}
	return a.Jobs.Enqueue(ctx, t, j)
}

// AskLink lets a link be mailed, in the transaction of what it is for; not where
// there is no mail server: then whoever asks for it has it in hand.
func AskLink(ctx context.Context, desk *App, t store.Tables, m embraye.Mail) error {
	if !desk.Mails() {
		return nil
	}
	return askMail(ctx, desk, t, m)
}

func askMail(ctx context.Context, desk *App, t store.Tables, m embraye.Mail) error {
	if m.Language == "" {
		m.Language = desk.Language
	}
	m.CreatedAt, m.NextAt = desk.Stamp(), desk.Stamp()
	if err := t.Mails.Put(ctx, &m); err != nil {
		return err
	}
	return desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreMail, Subject: strconv.FormatInt(m.ID, 10)})
}

// Tell asks for a notice to somebody of the house. It waits for a process that has
// a mail server, which the one of a command need not know.
func Tell(ctx context.Context, desk *App, t store.Tables, p *embraye.Person, notice embraye.LinkKind) error {
	return askMail(ctx, desk, t, embraye.Mail{Kind: notice, Email: p.Email, PersonID: p.ID, Role: p.Role, Language: p.Language})
}

// FailedPlans lists what could not be published at its hour: one's own drafts, and
// for a reviewer (or the operator, who is nobody) all, for it is to them that others turn.
func FailedPlans(ctx context.Context, t store.Tables, p *embraye.Person, limit int) ([]embraye.Draft, error) {
	owner := int64(0)
	if p != nil && !p.Role.Includes(embraye.Reviewer) {
		owner = p.ID
	}
	return t.Drafts.Failed(ctx, owner, limit)
}

// Chores tells how what the program does by itself stands.
func (a *App) Chores(ctx context.Context, by embraye.Acting) ([]embraye.ChoreState, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("app: chores: %w", err)
	}
	return a.Store.Tables().Chores.List(ctx)
}
