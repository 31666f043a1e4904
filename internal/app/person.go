package app

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// NewPerson is somebody to add; an empty password means that a link sets it.
type NewPerson struct {
	Email, Name string
	Role        embraye.Role
	Password    string
}

// AddPerson adds somebody to the organisation.
func (a *App) AddPerson(ctx context.Context, by embraye.Acting, n NewPerson) (*embraye.Person, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("app: add person: %w", err)
	}
	p, err := a.newPerson(n)
	if err != nil {
		return nil, err
	}
	return p, a.Store.InTx(ctx, func(t store.Tables) error {
		err := t.People.Insert(ctx, p)
		if errors.Is(err, embraye.ErrConflict) {
			return fmt.Errorf("%s is already here: %w", p.Email, err)
		}
		if err != nil {
			return err
		}
		return a.record(ctx, t, by, "person.add", p.Email, string(p.Role), false)
	})
}

func (a *App) newPerson(n NewPerson) (*embraye.Person, error) {
	e := &embraye.InvalidError{}
	add := func(field, code, value string, allowed ...string) {
		e.Problems = append(e.Problems, embraye.Problem{Field: field, Code: code, Value: value, Allowed: allowed})
	}
	address, err := mail.ParseAddress(strings.TrimSpace(n.Email))
	if err != nil || address.Name != "" || len(n.Email) > 254 {
		add("email", "is_not_an_address", n.Email)
	}
	name := embraye.OneLine(n.Name)
	if name == "" || len([]rune(name)) > embraye.MaxName {
		add("name", "required", "")
	}
	if !slices.Contains(embraye.Roles(), n.Role) {
		roles := make([]string, 0, 4)
		for _, r := range embraye.Roles() {
			roles = append(roles, string(r))
		}
		add("role", "unknown", string(n.Role), roles...)
	}
	hash := ""
	if n.Password != "" {
		if err := passwordProblem(n.Password); err != nil {
			e.Problems = append(e.Problems, *err)
		} else if hash, err2 := hashPassword(n.Password); err2 != nil {
			return nil, err2
		} else {
			return a.personOr(e, address, name, n.Role, hash)
		}
	}
	return a.personOr(e, address, name, n.Role, hash)
}

func (a *App) personOr(e *embraye.InvalidError, address *mail.Address, name string, role embraye.Role, hash string) (*embraye.Person, error) {
	if len(e.Problems) > 0 {
		return nil, e
	}
	return &embraye.Person{Email: strings.ToLower(address.Address), Name: name, Role: role, PasswordHash: hash,
		Language: a.Language, CreatedAt: a.now()}, nil
}

func passwordProblem(password string) *embraye.Problem {
	switch {
	case len([]rune(password)) < minPassword:
		return &embraye.Problem{Field: "password", Code: "too_short_at_least_10_characters"}
	case len(password) > maxPassword:
		return &embraye.Problem{Field: "password", Code: "too_long", Max: maxPassword}
	}
	return nil
}

// ListPeople lists everyone, disabled ones too.
func (a *App) ListPeople(ctx context.Context) ([]embraye.Person, error) {
	return a.Store.Tables().People.List(ctx)
}

// changePerson applies one change to the person with an e-mail address.
func (a *App) changePerson(ctx context.Context, by embraye.Acting, email, action string, change func(*embraye.Person) error) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("app: %s: %w", action, err)
	}
	return a.Store.InTx(ctx, func(t store.Tables) error {
		p, err := t.People.ByEmail(ctx, strings.ToLower(strings.TrimSpace(email)))
		if errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("nobody here has the address %s: %w", email, err)
		}
		if err != nil {
			return err
		}
		if err := change(p); err != nil {
			return err
		}
		if err := t.People.Save(ctx, p); err != nil {
			return err
		}
		return a.record(ctx, t, by, action, p.Email, "", false)
	})
}

// SetRole gives a person another role.
func (a *App) SetRole(ctx context.Context, by embraye.Acting, email string, role embraye.Role) error {
	if !slices.Contains(embraye.Roles(), role) {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "role", Code: "unknown", Value: string(role),
			Allowed: []string{"reader", "editor", "reviewer", "admin"}}}}
	}
	return a.changePerson(ctx, by, email, "person.role", func(p *embraye.Person) error {
		p.Role = role
		return nil
	})
}

// SetPassword gives a person a new password.
func (a *App) SetPassword(ctx context.Context, by embraye.Acting, email, password string) error {
	if p := passwordProblem(password); p != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*p}}
	}
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	return a.changePerson(ctx, by, email, "person.password", func(p *embraye.Person) error {
		p.PasswordHash = hash
		return nil
	})
}

// DisablePerson shuts a person out; their name stays on what they did.
func (a *App) DisablePerson(ctx context.Context, by embraye.Acting, email string) error {
	return a.changePerson(ctx, by, email, "person.disable", func(p *embraye.Person) error {
		p.Disabled = true
		return nil
	})
}

// FindPerson is the acting for --as EMAIL.
func (a *App) FindPerson(ctx context.Context, email string) (embraye.Acting, error) {
	p, err := a.Store.Tables().People.ByEmail(ctx, strings.ToLower(strings.TrimSpace(email)))
	if errors.Is(err, embraye.ErrNotFound) {
		return embraye.Acting{}, fmt.Errorf("nobody here has the address %s: %w", email, err)
	}
	if err != nil {
		return embraye.Acting{}, err
	}
	if p.Disabled {
		return embraye.Acting{}, fmt.Errorf("%s is disabled: %w", email, embraye.ErrForbidden)
	}
	return embraye.Acting{Person: p}, nil
}
