package people

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Change is who changes their factors, what they have shown before, and the
// session that stays.
type Change struct {
	By             embraye.Acting
	Proof, Session string
}

// proven is the person of a change, ErrForbidden without a proof of their own.
func (s *Second) proven(ctx context.Context, t store.Tables, c Change) (*embraye.Person, error) {
	p, _, err := s.holderOf(ctx, t, embraye.ProofTicket, c.Proof)
	if err == nil && p.ID != c.By.PersonID() {
		err = fmt.Errorf("people: the proof of somebody else: %w", embraye.ErrForbidden)
	}
	return p, err
}

// Proven reports whether a proof still counts.
func (s *Second) Proven(ctx context.Context, c Change) (bool, error) {
	_, err := s.proven(ctx, s.desk.Store.Tables(), c)
	if errors.Is(err, embraye.ErrForbidden) {
		return false, nil
	}
	return err == nil, err
}

// change is one change with all that follows from it.
func (s *Second) change(ctx context.Context, c Change, action, detail string, notice embraye.LinkKind, f func(store.Tables, *embraye.Person) error) error {
	return s.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := t.People.Lock(ctx); err != nil { // of two at once, the second sees what the first has left
			return err
		}
		p, err := s.proven(ctx, t, c)
		if err != nil {
			return err
		}
		if err := f(t, p); err != nil {
			return err
		}
		if err := t.Sessions.EndOf(ctx, p.ID, app.HashToken(c.Session), s.desk.Stamp()); err != nil {
			return err
		}
		if err := s.people.post.tell(ctx, t, p, notice); err != nil {
			return err
		}
		return s.desk.RecordDetail(ctx, t, c.By, action, p.Email, "", detail, false)
	})
}

// add adds a factor, and with the first one the recovery codes.
func (s *Second) add(ctx context.Context, c Change, action, detail string, f func(store.Tables, *embraye.Person) error) (codes []string, err error) {
	err = s.change(ctx, c, action, detail, embraye.NoticeFactorAdded, func(t store.Tables, p *embraye.Person) error {
		codes = nil
		if err := f(t, p); err != nil {
			return err
		}
		has, err := t.Factors.Of(ctx, p.ID)
		if err == nil && has.Codes == 0 {
			codes, err = s.newCodes(ctx, t, p.ID)
		}
		return err
	})
	return codes, err
}

// remove takes a factor away, and with the last one the recovery codes; the last
// one of an admin who needs one stays until there is another.
func (s *Second) remove(ctx context.Context, c Change, action, detail string, f func(store.Tables, *embraye.Person) (bool, error)) error {
	return s.change(ctx, c, action, detail, embraye.NoticeFactorRemoved, func(t store.Tables, p *embraye.Person) error {
		removed, err := f(t, p)
		if err == nil && !removed {
			err = fmt.Errorf("people: no such factor: %w", embraye.ErrNotFound)
		}
		if err != nil {
			return err
		}
		has, err := t.Factors.Of(ctx, p.ID)
		if err != nil || has.On() {
			return err
		}
		owes, err := s.owes(ctx, t, p)
		if err == nil && owes {
			err = app.OneProblem("factor", "last_factor", "")
		}
		if err != nil {
			return err
		}
		return t.Factors.RemoveAll(ctx, p.ID)
	})
}

// NewCodes replaces the recovery codes of somebody who has a factor.
func (s *Second) NewCodes(ctx context.Context, c Change) (codes []string, err error) {
	err = s.change(ctx, c, "person.codes_new", "", embraye.NoticeCodesNew, func(t store.Tables, p *embraye.Person) error {
		has, err := t.Factors.Of(ctx, p.ID)
		if err == nil && !has.On() {
			err = fmt.Errorf("people: recovery codes without a factor: %w", embraye.ErrConflict)
		}
		if err != nil {
			return err
		}
		codes, err = s.newCodes(ctx, t, p.ID)
		return err
	})
	return codes, err
}
