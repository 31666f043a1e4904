package people

import (
	"context"
	"errors"

	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/passkey"
	"embraye/internal/store"
)

// Begin gives somebody whose password was right the ticket with which the factor
// is asked for; none where there is no factor.
func (s *Second) Begin(ctx context.Context, p *embraye.Person) (token string, err error) {
	has, err := s.Of(ctx, p.ID)
	if err != nil || !has.On() {
		return "", err
	}
	err = s.desk.Store.InTx(ctx, func(t store.Tables) error {
		token, err = s.give(ctx, t, embraye.HalfTicket, p, halfLasts)
		return err
	})
	return token, err
}

// Waits tells what is asked of whoever holds a ticket; ErrForbidden if it is over.
func (s *Second) Waits(ctx context.Context, token string) (embraye.Factors, error) {
	t := s.desk.Store.Tables()
	p, _, err := s.holderOf(ctx, t, embraye.HalfTicket, token)
	if err != nil {
		return embraye.Factors{}, err
	}
	return t.Factors.Of(ctx, p.ID)
}

// SignIn returns the person whose ticket and factor these are. A wrong factor is
// an *embraye.InvalidError whichever it was, too many tries are *embraye.TooMany.
func (s *Second) SignIn(ctx context.Context, token string, a Answer, clientIP string) (p *embraye.Person, err error) {
	address := directory.AddressKey(clientIP)
	if p, _, err = s.holderOf(ctx, s.desk.Store.Tables(), embraye.HalfTicket, token); err != nil {
		return nil, err
	}
	if err := s.paceAnswer(ctx, p, address); err != nil {
		return nil, err
	}
	err = s.desk.Store.InTx(ctx, func(t store.Tables) error {
		if p, _, err = s.holderOf(ctx, t, embraye.HalfTicket, token); err != nil {
			return err
		}
		has, err := t.Factors.Of(ctx, p.ID)
		if err != nil {
			return err
		}
		if err := s.check(ctx, t, p, has, a); err != nil {
			return err
		}
		return errors.Join(s.spend(ctx, t, token), s.forgive(ctx, t, p, address))
	})
	if errors.Is(err, passkey.ErrCopied) { // whoever has the copy knows the password: the person is told
		err = errors.Join(err, s.desk.Store.InTx(ctx, func(t store.Tables) error { return s.people.post.tell(ctx, t, p, embraye.NoticeKeyCopied) }))
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Proved gives a proof to somebody who has just signed in with all they have.
func (s *Second) Proved(ctx context.Context, p *embraye.Person) (token string, err error) {
	err = s.desk.Store.InTx(ctx, func(t store.Tables) error {
		token, err = s.give(ctx, t, embraye.ProofTicket, p, proofLasts)
		return err
	})
	return token, err
}

// Prove asks somebody who is signed in for the password and a factor, before
// factors are changed.
func (s *Second) Prove(ctx context.Context, by embraye.Acting, password string, a Answer, clientIP string) (token string, err error) {
	p, err := s.people.Take(ctx, by.PersonID())
	if err != nil {
		return "", err
	}
	address := directory.AddressKey(clientIP)
	if err := s.people.provePassword(ctx, p, password); err != nil {
		return "", err
	}
	has, err := s.Of(ctx, p.ID)
	if err != nil {
		return "", err
	}
	if has.On() {
		if err := s.paceAnswer(ctx, p, address); err != nil {
			return "", err
		}
	}
	err = s.desk.Store.InTx(ctx, func(t store.Tables) error {
		now, err := t.People.Take(ctx, p.ID)
		if err != nil {
			return err
		}
		if err := unchanged(now, p); err != nil {
			return err
		}
		if has, err = t.Factors.Of(ctx, p.ID); err != nil {
			return err
		}
		if has.On() {
			if err := errors.Join(s.check(ctx, t, p, has, a), s.forgive(ctx, t, p, address)); err != nil {
				return err
			}
		}
		token, err = s.give(ctx, t, embraye.ProofTicket, p, proofLasts)
		return err
	})
	return token, err
}
