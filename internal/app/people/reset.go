package people

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// AskReset tells the admins that somebody has lost a password: they make the
// link, or it goes by mail. It says the same whether the address is known or not
// (W04); only too many tries from one address are *TooMany. Since anybody
// can ask for anybody, it ends no link.
func (pp *People) AskReset(ctx context.Context, email, clientIP string) error {
	email = mailKey(email)
	if err := pp.try(ctx, "reset "+accountKey(email), "reset "+directory.AddressKey(clientIP)); err != nil {
		return err
	}
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		p, err := t.People.ByEmail(ctx, email)
		if errors.Is(err, embraye.ErrNotFound) || err == nil && p.Disabled {
			return pp.post.pretend(ctx, t)
		}
		if err != nil {
			return err
		}
		if err := pp.post.ask(ctx, t, resetMail(p, "")); err != nil {
			return err
		}
		return pp.desk.Record(ctx, t, embraye.Acting{Person: p}, app.ActionResetAsked, p.Email, "", false)
	})
}

// try counts a try of an account and of an address.
func (pp *People) try(ctx context.Context, account, address string) error {
	return pp.desk.Pace(ctx, tryWindow, app.Limit{Who: account, Most: triesPerAccount}, app.Limit{Who: address, Most: triesPerAddress})
}

// ResetLink makes the link with which a person chooses a new password; earlier
// ones end.
func (pp *People) ResetLink(ctx context.Context, by embraye.Acting, email string) (url string, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return "", fmt.Errorf("people: reset link: %w", err)
	}
	if err := pp.desk.Pace(ctx, linkWindow, app.LimitOf("reset links of", by, linksPerPerson)...); err != nil {
		return "", err
	}
	err = pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		p, err := t.People.ByEmail(ctx, mailKey(email))
		if errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("nobody here has the address %s: %w", email, err)
		}
		if err != nil {
			return err
		}
		if err := pp.links.end(ctx, t, embraye.ResetLink, p.Email); err != nil {
			return err
		}
		token, err := pp.links.give(ctx, t, embraye.Link{Kind: embraye.ResetLink, Email: p.Email, Role: p.Role, PersonID: p.ID, CreatedBy: by.Name()}, resetLasts)
		if err != nil {
			return err
		}
		if err := pp.post.ask(ctx, t, resetMail(p, askedBy(by))); err != nil {
			return err
		}
		url = pp.links.url("/reset/", token)
		return pp.desk.Record(ctx, t, by, "person.reset_link", p.Email, "", false)
	})
	return url, err
}

// ResetState tells what has become of a reset link.
func (pp *People) ResetState(ctx context.Context, token string) (embraye.LinkState, error) {
	state, _, err := pp.links.state(ctx, embraye.ResetLink, token)
	return state, err
}

// ResetPassword sets a new password by a link and ends every session of that
// person (W06, W10).
func (pp *People) ResetPassword(ctx context.Context, token, password string) (*embraye.Person, error) {
	link, err := pp.links.check(ctx, embraye.ResetLink, token)
	if err != nil {
		return nil, err
	}
	person, err := pp.desk.Store.Tables().People.Take(ctx, link.PersonID)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, errLink
	}
	if err != nil {
		return nil, err
	}
	hash, err := pp.newHash(ctx, password, person.Name, person.Email)
	if err != nil {
		return nil, err
	}
	err = pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := pp.links.use(ctx, t, link); err != nil {
			return err
		}
		if person, err = takeToWrite(ctx, t, link.PersonID); err != nil {
			return err
		}
		if person.Email != link.Email || person.Disabled {
			return errLink
		}
		person.PasswordHash = hash
		if err := t.People.Save(ctx, person); err != nil {
			return err
		}
		if err := pp.endAccess(ctx, t, person); err != nil {
			return err
		}
		if err := t.Attempts.Forget(ctx, accountKey(person.Email)); err != nil {
			return err
		}
		return pp.desk.Record(ctx, t, embraye.Acting{Person: person}, "person.reset", person.Email, "", false)
	})
	if err != nil {
		return nil, err
	}
	return person, nil
}

// newHash checks a new password of somebody with these names, and hashes it.
func (pp *People) newHash(ctx context.Context, password string, names ...string) (string, error) {
	house, err := houseNames(ctx, pp.desk)
	if err != nil {
		return "", err
	}
	if p := passwordProblem(password, append(house, names...)...); p != nil {
		return "", &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	return pp.passwords.hash(ctx, password)
}

// ChangePassword is one's own change: the session with currentToken stays, all
// others end. The old password may be tried as often as at the sign-in.
func (pp *People) ChangePassword(ctx context.Context, by embraye.Acting, old, password, currentToken string) error {
	if by.Person == nil {
		return fmt.Errorf("people: change password: %w", embraye.ErrForbidden)
	}
	proven, hash, err := pp.proveAndHash(ctx, by.Person.ID, old, password)
	if errors.Is(err, embraye.ErrInvalid) && isPassword(ctx, pp, by.Person.ID, password) {
		return nil // the form is sent twice
	}
	if err != nil {
		return err
	}
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		p, err := takeToWrite(ctx, t, proven.ID)
		if err == nil {
			err = unchanged(p, proven)
		}
		if err != nil {
			return err
		}
		p.PasswordHash = hash
		if err := t.People.Save(ctx, p); err != nil {
			return err
		}
		if err := pp.links.end(ctx, t, embraye.ResetLink, p.Email); err != nil {
			return err
		}
		if err := t.Sessions.EndOf(ctx, p.ID, app.HashToken(currentToken), pp.desk.Stamp()); err != nil {
			return err
		}
		return pp.desk.Record(ctx, t, by, "person.password", p.Email, "", false)
	})
}

// isPassword reports whether somebody's password is this one: of a guess it tells
// no more than the refusal of an old one that is guessed, which was counted.
func isPassword(ctx context.Context, pp *People, person int64, password string) bool {
	p, err := pp.Take(ctx, person)
	return err == nil && pp.passwords.check(ctx, p.PasswordHash, password) == nil
}

// proveAndHash wants the old password before the new one is hashed, and says whose
// it was.
func (pp *People) proveAndHash(ctx context.Context, person int64, old, password string) (p *embraye.Person, hash string, err error) {
	if p, err = pp.Take(ctx, person); err != nil {
		return nil, "", err
	}
	if err := pp.provePassword(ctx, p, old); err != nil {
		return nil, "", err
	}
	hash, err = pp.newHash(ctx, password, p.Name, p.Email)
	return p, hash, err
}

// provePassword wants the password of somebody who is signed in; it may be tried
// as often as at the sign-in.
func (pp *People) provePassword(ctx context.Context, p *embraye.Person, password string) error {
	if err := pp.try(ctx, accountKey(p.Email), "password "+accountKey(p.Email)); err != nil {
		return err
	}
	if err := pp.passwords.check(ctx, p.PasswordHash, password); err != nil && !errors.Is(err, errWrongPassword) {
		return err
	} else if err != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "old_password", Code: "wrong_old_password"}}}
	}
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error { return t.Attempts.Forget(ctx, accountKey(p.Email)) })
}
