package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How often a password may be tried: these limits stand in the database, so
// that replicas and restarts share them, and they are never switched off.
const (
	tryWindow       = 15 * time.Minute
	triesPerAccount = 5
	triesPerAddress = 20
)

// SignIn returns the person whose address and password these are. Wrong ones
// are ErrForbidden, whether the account exists or not and in the same time;
// too many tries are *embraye.TooMany.
func (pp *People) SignIn(ctx context.Context, email, password, clientIP string) (*embraye.Person, error) {
	if len(password) > 4*maxPassword || len(passwordForm(password)) > maxPassword { // SECURITY W16: refused before it costs anything
		return nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "password", Code: "too_long", Max: maxPassword}}}
	}
	email = mailKey(email)
	account, address := accountKey(email), directory.AddressKey(clientIP)
	if err := pp.try(ctx, account, address); err != nil {
		return nil, err
	}
	person, err := pp.desk.Store.Tables().People.ByEmail(ctx, email)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	hash := ""
	if err == nil && !person.Disabled {
		hash = person.PasswordHash
	}
	if err := pp.passwords.check(ctx, hash, password); errors.Is(err, errWrongPassword) {
		return nil, fmt.Errorf("people: sign-in: %w", embraye.ErrForbidden)
	} else if err != nil {
		return nil, err
	}
	err = pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		// What failed before is forgiven; the address keeps its failures, or
		// somebody with an account could clear them.
		return errors.Join(t.Attempts.Forget(ctx, account), t.Attempts.ForgetOne(ctx, address))
	})
	return person, err
}

// try counts a try before its password is looked at: whoever sends many at once
// gets no more than whoever waits for each answer.
func (pp *People) try(ctx context.Context, account, address string) error {
	limits := []struct {
		who string
		max int
	}{{account, triesPerAccount}, {address, triesPerAddress}}
	now := pp.desk.Stamp()
	var wait time.Duration
	err := pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		wait = 0
		for _, l := range limits {
			if err := t.Attempts.Add(ctx, l.who, now); err != nil {
				return err
			}
			// One more than allowed, with the one that was just added.
			at, full, err := t.Attempts.Newest(ctx, l.who, l.max+1, now.Add(-tryWindow))
			if err != nil {
				return err
			}
			if full {
				wait = max(wait, at.Add(tryWindow).Sub(now), time.Second)
			}
		}
		if wait > 0 {
			return errTooMany // nothing is counted: waiting helps
		}
		return nil
	})
	if errors.Is(err, errTooMany) {
		return &embraye.TooMany{RetryAfter: wait}
	}
	return err
}

// errTooMany rolls the try back.
var errTooMany = errors.New("too many tries")

// accountKey has one length for any text that somebody can type.
func accountKey(email string) string { return "account " + hashToken(email) }
