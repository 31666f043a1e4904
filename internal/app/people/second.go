package people

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"embraye/internal/app"
	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/passkey"
	"embraye/internal/store"
)

// Second is the use cases of the second factor: what somebody shows besides the
// password. A person without one signs in with the password alone, unless the
// organisation wants one of its admins.
//
// What always holds: each code, key's answer and ticket counts once, whichever
// process is asked; a change is made by somebody who has shown everything a moment
// ago, is mailed to the person, and ends their other sessions.
type Second struct {
	people *People
	desk   *app.App
	party  *passkey.Party // nil where browsers know no passkeys
}

func newSecond(pp *People) *Second {
	return &Second{people: pp, desk: pp.desk, party: passkey.New(pp.desk.Site.Base)}
}

// Of tells what a person has.
func (s *Second) Of(ctx context.Context, person int64) (embraye.Factors, error) {
	return s.desk.Store.Tables().Factors.Of(ctx, person)
}

// Holders are the people who have a second factor.
func (s *Second) Holders(ctx context.Context) (map[int64]bool, error) {
	return s.desk.Store.Tables().Factors.Holders(ctx)
}

// Passkeys reports whether browsers know passkeys at our address.
func (s *Second) Passkeys() bool { return s.party != nil }

// Owes reports whether the organisation wants a second factor of somebody who
// has none: they may do nothing else before.
func (s *Second) Owes(ctx context.Context, p *embraye.Person) (bool, error) {
	return s.owes(ctx, s.desk.Store.Tables(), p)
}

func (s *Second) owes(ctx context.Context, t store.Tables, p *embraye.Person) (bool, error) {
	if p.Role != embraye.Admin {
		return false, nil
	}
	rules, err := organisation.RulesIn(ctx, t)
	if err != nil || !rules.FactorRequired {
		return false, err
	}
	has, err := t.Factors.Of(ctx, p.ID)
	return !has.On(), err
}

// Answer is what somebody shows besides the password: what was typed as a code,
// or what a passkey says.
type Answer struct{ Code, Passkey string }

// errNotTheFactor says no more than that.
func errNotTheFactor(code string) error {
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "code", Code: code}}}
}

// check uses a person's answer up, in the transaction of what it opens.
func (s *Second) check(ctx context.Context, t store.Tables, p *embraye.Person, has embraye.Factors, a Answer) error {
	switch {
	case a.Passkey != "":
		return s.checkPasskey(ctx, t, p, has, a.Passkey)
	case embraye.Trim(a.Code) == "":
		return errNotTheFactor("required")
	case isAppCode(a.Code):
		return s.checkAppCode(ctx, t, p, a.Code)
	}
	return s.checkRecoveryCode(ctx, t, p, a.Code)
}

// paceAnswer bounds how often codes are tried, so that six digits cannot be. Who
// has tried too often knows the password: the person is told.
func (s *Second) paceAnswer(ctx context.Context, p *embraye.Person, address string) error {
	who := "second " + accountKey(p.Email)
	err := s.people.try(ctx, who, "second "+address)
	var many *embraye.TooMany
	if !errors.As(err, &many) {
		return err
	}
	told := s.desk.Pace(ctx, app.PaceMemory, app.Limit{Who: "told " + who, Most: 1})
	if errors.As(told, new(*embraye.TooMany)) {
		return err
	}
	return errors.Join(err, told, s.desk.Store.InTx(ctx, func(t store.Tables) error { return s.people.post.tell(ctx, t, p, embraye.NoticeCodesTried) }))
}

// forgive forgets the tries of who was right in the end.
func (s *Second) forgive(ctx context.Context, t store.Tables, p *embraye.Person, address string) error {
	return errors.Join(t.Attempts.Forget(ctx, "second "+accountKey(p.Email)), t.Attempts.ForgetOne(ctx, "second "+address))
}

// Remove takes every factor away from somebody who cannot come in any more.
func (s *Second) Remove(ctx context.Context, by embraye.Acting, email string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("people: remove a second factor: %w", err)
	}
	return s.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := t.People.Lock(ctx); err != nil {
			return err
		}
		if err := stillMay(ctx, t, by); err != nil {
			return fmt.Errorf("people: remove a second factor: %w", err)
		}
		p, err := t.People.ByEmail(ctx, mailKey(email))
		if errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("nobody here has the address %s: %w", email, err)
		}
		if err != nil {
			return err
		}
		has, err := t.Factors.Of(ctx, p.ID)
		if err != nil {
			return err
		}
		if !has.On() {
			return fmt.Errorf("%s has no second factor: %w", p.Email, embraye.ErrNotFound)
		}
		if err := t.Factors.RemoveAll(ctx, p.ID); err != nil {
			return err
		}
		if err := s.people.endAccess(ctx, t, p); err != nil {
			return err
		}
		if err := s.people.post.tell(ctx, t, p, embraye.NoticeFactorRemoved); err != nil {
			return err
		}
		return s.desk.Record(ctx, t, by, "person.factor_remove", p.Email, "", false)
	})
}

// holder is a person as their keys know them.
func holder(p *embraye.Person, has embraye.Factors) passkey.Holder {
	h := passkey.Holder{Handle: strconv.FormatInt(p.ID, 10), Name: p.Email, Display: p.Name}
	for _, k := range has.Passkeys {
		h.Records = append(h.Records, k.Record)
	}
	return h
}
