package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// How often a password may be tried.
const (
	tryWindow       = 15 * time.Minute
	triesPerAccount = 5
	triesPerAddress = 20
)

// SignIn returns the person whose address and password these are. Wrong ones
// are ErrForbidden, whether the account exists or not and in the same time;
// too many tries are *embraye.TooMany.
func (pp *People) SignIn(ctx context.Context, email, password, clientIP string) (*embraye.Person, error) {
	if len(password) > 4*maxPassword || len(passwordForm(password)) > maxPassword { // W16: refused before it costs anything
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
		now, err := t.People.Take(ctx, person.ID)
		if err == nil {
			err = unchanged(now, person)
		}
		if err != nil {
			return fmt.Errorf("people: sign-in: %w", err)
		}
		person = now
		// What failed before is forgiven; the address keeps its failures, or
		// somebody with an account could clear them.
		return errors.Join(t.Attempts.Forget(ctx, account), t.Attempts.ForgetOne(ctx, address))
	})
	if err != nil {
		return nil, err
	}
	return person, nil
}

// accountKey has one length for any text that somebody can type.
func accountKey(email string) string { return "account " + app.HashToken(email) }
