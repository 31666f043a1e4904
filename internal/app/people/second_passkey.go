package people

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/passkey"
	"embraye/internal/store"
)

// maxPasskeys is more than anybody carries.
const maxPasskeys = 20

// questionsAtOnce is how often somebody may be asked in a quarter of an hour.
const questionsAtOnce = 30

// errNoPasskeys: browsers know none at this address.
var errNoPasskeys = fmt.Errorf("people: no passkeys at this address: %w", embraye.ErrNotFound)

// Question is what a browser hands to a passkey of whoever holds a ticket.
func (s *Second) Question(ctx context.Context, half string) (options []byte, err error) {
	p, _, err := s.holderOf(ctx, s.desk.Store.Tables(), embraye.HalfTicket, half)
	if err != nil {
		return nil, err
	}
	return s.ask(ctx, p)
}

// OwnQuestion is that of somebody who is signed in and proves who they are.
func (s *Second) OwnQuestion(ctx context.Context, by embraye.Acting) (options []byte, err error) {
	p, err := s.people.Take(ctx, by.PersonID())
	if err != nil {
		return nil, err
	}
	return s.ask(ctx, p)
}

func (s *Second) ask(ctx context.Context, p *embraye.Person) ([]byte, error) {
	has, err := s.Of(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if s.party == nil || len(has.Passkeys) == 0 {
		return nil, errNoPasskeys
	}
	question, err := s.party.Ask(holder(p, has))
	if err != nil {
		return nil, err
	}
	return question.Options, s.keepQuestion(ctx, embraye.QuestionTicket, p, question)
}

// Offer is what a browser hands to an authenticator for a new key.
func (s *Second) Offer(ctx context.Context, c Change) (options []byte, err error) {
	p, err := s.proven(ctx, s.desk.Store.Tables(), c)
	if err != nil {
		return nil, err
	}
	if s.party == nil {
		return nil, errNoPasskeys
	}
	has, err := s.Of(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	question, err := s.party.Offer(holder(p, has))
	if err != nil {
		return nil, err
	}
	return question.Options, s.keepQuestion(ctx, embraye.OfferTicket, p, question)
}

// keepQuestion keeps what the answer is checked with, under its challenge.
func (s *Second) keepQuestion(ctx context.Context, kind embraye.TicketKind, p *embraye.Person, q *passkey.Question) error {
	if err := s.desk.Pace(ctx, tryWindow, app.Limit{Who: "questions " + accountKey(p.Email), Most: questionsAtOnce}); err != nil {
		return err
	}
	return s.desk.Store.InTx(ctx, func(t store.Tables) error {
		return s.giveNamed(ctx, t, kind, p, q.Challenge, q.State, questionLasts)
	})
}

// answered uses the question up that an answer names, if it was this person's.
func (s *Second) answered(ctx context.Context, t store.Tables, kind embraye.TicketKind, p *embraye.Person, answer string) (state []byte, err error) {
	wrong := errNotTheFactor("wrong_passkey")
	challenge, err := passkey.ChallengeOf([]byte(answer))
	if err != nil || s.party == nil {
		return nil, wrong
	}
	asked, ticket, err := s.holderOf(ctx, t, kind, challenge)
	if errors.Is(err, embraye.ErrForbidden) || err == nil && asked.ID != p.ID {
		return nil, wrong
	}
	if err != nil {
		return nil, err
	}
	if err := s.spend(ctx, t, challenge); errors.Is(err, embraye.ErrForbidden) {
		return nil, wrong
	} else if err != nil {
		return nil, err
	}
	return ticket.Data, nil
}

func (s *Second) checkPasskey(ctx context.Context, t store.Tables, p *embraye.Person, has embraye.Factors, answer string) error {
	state, err := s.answered(ctx, t, embraye.QuestionTicket, p, answer)
	if err != nil {
		return err
	}
	key, err := s.party.Check(holder(p, has), state, []byte(answer))
	if errors.Is(err, passkey.ErrCopied) {
		s.desk.Log.Warn("a passkey was refused", "error", err, "person", p.ID)
		return errors.Join(errNotTheFactor("wrong_passkey"), err)
	}
	if errors.Is(err, passkey.ErrWrong) {
		s.desk.Log.Info("a passkey was refused", "error", err)
		return errNotTheFactor("wrong_passkey")
	}
	if err != nil {
		return err
	}
	for i := range has.Passkeys {
		if has.Passkeys[i].ID != key.ID {
			continue
		}
		used, err := t.Factors.UsePasskey(ctx, &has.Passkeys[i], int64(key.Count), key.Record, s.desk.Stamp())
		if err != nil || used {
			return err
		}
	}
	return errNotTheFactor("wrong_passkey") // used or removed a moment ago
}

// AddPasskey takes a new key, and returns the first recovery codes where there
// were none.
func (s *Second) AddPasskey(ctx context.Context, c Change, name, answer string) (codes []string, err error) {
	name = embraye.Straight(embraye.OneLine(name))
	if problem := embraye.TextProblem("passkey_name", name, 60, true); problem != nil {
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{*problem}}
	}
	return s.add(ctx, c, "person.passkey_add", name, func(t store.Tables, p *embraye.Person) error {
		state, err := s.answered(ctx, t, embraye.OfferTicket, p, answer)
		if err != nil {
			return err
		}
		has, err := t.Factors.Of(ctx, p.ID)
		if err != nil {
			return err
		}
		if len(has.Passkeys) >= maxPasskeys {
			return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "passkey_name", Code: "too_many_passkeys"}}}
		}
		key, err := s.party.Take(holder(p, has), state, []byte(answer))
		if errors.Is(err, passkey.ErrWrong) {
			s.desk.Log.Info("a new passkey was refused", "error", err)
			return errNotTheFactor("wrong_passkey")
		}
		if err != nil {
			return err
		}
		err = t.Factors.AddPasskey(ctx, &embraye.Passkey{ID: key.ID, PersonID: p.ID, Name: name, Record: key.Record, SignCount: int64(key.Count), CreatedAt: s.desk.Stamp()})
		if errors.Is(err, embraye.ErrConflict) {
			err = errNotTheFactor("wrong_passkey")
		}
		return err
	})
}

// RemovePasskey takes a key away.
func (s *Second) RemovePasskey(ctx context.Context, c Change, id string) error {
	return s.remove(ctx, c, "person.passkey_remove", "", func(t store.Tables, p *embraye.Person) (bool, error) {
		return t.Factors.RemovePasskey(ctx, p.ID, id)
	})
}
