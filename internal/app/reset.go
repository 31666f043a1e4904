package app

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// AskReset tells the admins that somebody has lost a password: they make the
// link, or it goes by mail. It says the same whether the address is known or not
// (SECURITY W04); only too many tries from one address are *TooMany. Since anybody
// can ask for anybody, it ends no link.
func (a *App) AskReset(ctx context.Context, email, clientIP string) error {
	email = mailKey(email)
	if err := a.try(ctx, "reset "+accountKey(email), "reset "+addressKey(clientIP)); err != nil {
		return err
	}
	return a.Store.InTx(ctx, func(t store.Tables) error {
		p, err := t.People.ByEmail(ctx, email)
		if errors.Is(err, embraye.ErrNotFound) || err == nil && p.Disabled {
			return a.pretendMail(ctx, t)
		}
		if err != nil {
			return err
		}
		if err := a.askMail(ctx, t, resetMail(p, "")); err != nil {
			return err
		}
		return a.record(ctx, t, embraye.Acting{Person: p}, actionResetAsked, p.Email, "", false)
	})
}

const actionResetAsked = "person.reset_asked"

// ResetLink makes the link with which a person chooses a new password; earlier
// ones end.
func (a *App) ResetLink(ctx context.Context, by embraye.Acting, email string) (url string, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return "", fmt.Errorf("app: reset link: %w", err)
	}
	err = a.Store.InTx(ctx, func(t store.Tables) error {
		p, err := t.People.ByEmail(ctx, mailKey(email))
		if errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("nobody here has the address %s: %w", email, err)
		}
		if err != nil {
			return err
		}
		if err := a.endLinks(ctx, t, embraye.ResetLink, p.Email); err != nil {
			return err
		}
		token, err := a.giveLink(ctx, t, embraye.Link{Kind: embraye.ResetLink, Email: p.Email, Role: p.Role, PersonID: p.ID, CreatedBy: by.Name()}, resetLasts)
		if err != nil {
			return err
		}
		if err := a.askMail(ctx, t, resetMail(p, askedBy(by))); err != nil {
			return err
		}
		url = a.linkURL("/reset/", token)
		return a.record(ctx, t, by, "person.reset_link", p.Email, "", false)
	})
	return url, err
}

// ResetState tells what has become of a reset link.
func (a *App) ResetState(ctx context.Context, token string) (embraye.LinkState, error) {
	state, _, err := a.linkState(ctx, embraye.ResetLink, token)
	return state, err
}

// ResetPassword sets a new password by a link and ends every session of that
// person (SECURITY W06, W10).
func (a *App) ResetPassword(ctx context.Context, token, password string) (*embraye.Person, error) {
	link, err := a.checkLink(ctx, embraye.ResetLink, token)
	if err != nil {
		return nil, err
	}
	hash, err := a.newHash(ctx, password)
	if err != nil {
		return nil, err
	}
	var person *embraye.Person
	err = a.Store.InTx(ctx, func(t store.Tables) error {
		if err := a.useLink(ctx, t, link); err != nil {
			return err
		}
		if person, err = t.People.Take(ctx, link.PersonID); err != nil {
			return err
		}
		if person.Email != link.Email || person.Disabled {
			return errLink
		}
		person.PasswordHash = hash
		if err := t.People.Save(ctx, person); err != nil {
			return err
		}
		if err := a.endAccess(ctx, t, person); err != nil {
			return err
		}
		if err := t.Attempts.Forget(ctx, accountKey(person.Email)); err != nil {
			return err
		}
		return a.record(ctx, t, embraye.Acting{Person: person}, "person.reset", person.Email, "", false)
	})
	if err != nil {
		return nil, err
	}
	return person, nil
}

// newHash checks a new password and hashes it.
func (a *App) newHash(ctx context.Context, password string) (string, error) {
	if p := passwordProblem(password); p != nil {
		return "", &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	return a.passwords.hash(ctx, password)
}

// ChangePassword is one's own change: the session with currentToken stays, all
// others end. The old password may be tried as often as at the sign-in.
func (a *App) ChangePassword(ctx context.Context, by embraye.Acting, old, password, currentToken string) error {
	if by.Person == nil {
		return fmt.Errorf("app: change password: %w", embraye.ErrForbidden)
	}
	hash, err := a.proveAndHash(ctx, by.Person.ID, old, password)
	if err != nil {
		return err
	}
	return a.Store.InTx(ctx, func(t store.Tables) error {
		p, err := t.People.Take(ctx, by.Person.ID)
		if err != nil {
			return err
		}
		p.PasswordHash = hash
		if err := t.People.Save(ctx, p); err != nil {
			return err
		}
		if err := a.endLinks(ctx, t, embraye.ResetLink, p.Email); err != nil {
			return err
		}
		if err := t.Sessions.EndOf(ctx, p.ID, hashToken(currentToken), a.now()); err != nil {
			return err
		}
		return a.record(ctx, t, by, "person.password", p.Email, "", false)
	})
}

// proveAndHash wants the old password before the new one is hashed.
func (a *App) proveAndHash(ctx context.Context, person int64, old, password string) (string, error) {
	p, err := a.Person(ctx, person)
	if err != nil {
		return "", err
	}
	if err := a.try(ctx, accountKey(p.Email), "password "+accountKey(p.Email)); err != nil {
		return "", err
	}
	if err := a.passwords.check(ctx, p.PasswordHash, old); err != nil && !errors.Is(err, errWrongPassword) {
		return "", err
	} else if err != nil {
		return "", &embraye.InvalidError{Problems: []embraye.Problem{{Field: "old_password", Code: "wrong_old_password"}}}
	}
	hash, err := a.newHash(ctx, password)
	if err != nil {
		return "", err
	}
	return hash, a.Store.InTx(ctx, func(t store.Tables) error { return t.Attempts.Forget(ctx, accountKey(p.Email)) })
}
