package people

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/store"
)

// NewPerson is somebody to add; an empty password means that a link sets it.
type NewPerson struct {
	Email, Name string
	Role        embraye.Role
	Password    string
	Language    string // of their pages; empty: the instance's

	house []string // what the house will be called
}

// Add adds somebody to the organisation.
func (pp *People) Add(ctx context.Context, by embraye.Acting, n NewPerson) (*embraye.Person, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("people: add person: %w", err)
	}
	p, err := pp.newPerson(ctx, n)
	if err != nil {
		return nil, err
	}
	return p, pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		err := t.People.Insert(ctx, p)
		if errors.Is(err, embraye.ErrConflict) {
			return fmt.Errorf("%s is already here: %w", p.Email, err)
		}
		if err != nil {
			return err
		}
		return pp.desk.Record(ctx, t, by, "person.add", p.Email, string(p.Role), false)
	})
}

// newPerson lists everything that is wrong before a password is hashed.
func (pp *People) newPerson(ctx context.Context, n NewPerson) (*embraye.Person, error) {
	wrong := &embraye.InvalidError{}
	email, problem := cleanEmail(n.Email)
	if problem != nil {
		wrong.Problems = append(wrong.Problems, *problem)
	}
	name := embraye.OneLine(n.Name)
	if problem := embraye.TextProblem("name", name, embraye.MaxName, true); problem != nil {
		wrong.Problems = append(wrong.Problems, *problem)
	}
	if problem := roleProblem(n.Role); problem != nil {
		wrong.Problems = append(wrong.Problems, *problem)
	}
	if n.Password != "" {
		house, err := houseNames(ctx, pp.desk)
		if err != nil {
			return nil, err
		}
		if problem := passwordProblem(n.Password, append(append(house, n.house...), n.Name, n.Email)...); problem != nil {
			wrong.Problems = append(wrong.Problems, *problem)
		}
	}
	if len(wrong.Problems) > 0 {
		return nil, wrong
	}
	p := &embraye.Person{Email: email, Name: name, Role: n.Role, Language: cmp.Or(n.Language, pp.desk.Language), CreatedAt: pp.desk.Stamp()}
	if n.Password == "" {
		return p, nil
	}
	var err error
	p.PasswordHash, err = pp.passwords.hash(ctx, n.Password)
	return p, err
}

// cleanEmail is an address as it is stored: bare, in lower case, ASCII, so that
// two spellings are never two people.
func cleanEmail(email string) (string, *embraye.Problem) {
	address, ok := embraye.ParseEmail(email)
	if !ok {
		return "", &embraye.Problem{Field: "email", Code: "is_not_an_address", Value: app.Cut(email, 254)}
	}
	return strings.ToLower(address), nil
}

// mailKey is an address as cleanEmail stores it, whatever was typed around it.
func mailKey(email string) string { return strings.ToLower(embraye.Address(email)) }

func roleProblem(role embraye.Role) *embraye.Problem {
	if slices.Contains(embraye.Roles(), role) {
		return nil
	}
	var roles []string
	for _, r := range embraye.Roles() {
		roles = append(roles, string(r))
	}
	return &embraye.Problem{Field: "role", Code: "unknown", Value: app.Cut(string(role), embraye.MaxName), Allowed: roles}
}

// passwordProblem is what is wrong with a new password; names are those of the
// house and of the person, which are no secret.
func passwordProblem(password string, names ...string) *embraye.Problem {
	switch {
	case len([]rune(passwordForm(password))) < minPassword:
		return &embraye.Problem{Field: "password", Code: "too_short_at_least_10_characters"}
	case len(passwordForm(password)) > maxPassword:
		return &embraye.Problem{Field: "password", Code: "too_long", Max: maxPassword}
	case knownBad(password, names...):
		return &embraye.Problem{Field: "password", Code: "known_password"}
	}
	return nil
}

// List lists everyone, disabled ones too.
func (pp *People) List(ctx context.Context) ([]embraye.Person, error) {
	return pp.desk.Store.Tables().People.List(ctx)
}

// change applies one change to the person with an e-mail address. Whoever
// is signed in as that person has to sign in again (W05, W06).
func (pp *People) change(ctx context.Context, by embraye.Acting, email, action string, change func(*embraye.Person) error) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("people: %s: %w", action, err)
	}
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := t.People.Lock(ctx); err != nil {
			return err
		}
		if err := stillMay(ctx, t, by); err != nil {
			return fmt.Errorf("people: %s: %w", action, err)
		}
		p, err := t.People.ByEmail(ctx, mailKey(email))
		if errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("nobody here has the address %s: %w", email, err)
		}
		if err != nil {
			return err
		}
		before := *p
		if err := change(p); err != nil {
			return err
		}
		if err := t.People.Save(ctx, p); err != nil {
			return err
		}
		if err := keepAdmin(ctx, t, before); err != nil {
			return err
		}
		if err := pp.endAccess(ctx, t, p); err != nil {
			return err
		}
		return pp.desk.Record(ctx, t, by, action, p.Email, string(p.Role), false)
	})
}

// stillMay looks at whoever acts once more: a colleague may have taken the role
// away a moment ago.
func stillMay(ctx context.Context, t store.Tables, by embraye.Acting) error {
	if by.Person == nil {
		return nil
	}
	now, err := t.People.Take(ctx, by.Person.ID)
	if err != nil {
		return err
	}
	return embraye.Acting{Person: now}.May(embraye.Admin)
}

// administers reports whether somebody has an admin's access, whether or not a
// password is set yet.
func administers(p embraye.Person) bool { return p.Role == embraye.Admin && !p.Disabled }

// canAdminister is administers for whoever can sign in.
func canAdminister(p embraye.Person) bool { return administers(p) && p.PasswordHash != "" }

// keepAdmin refuses to take the last admin away, whoever asks: then nobody could
// come in any more. An admin who has never set a password does not stand in for
// one who has.
func keepAdmin(ctx context.Context, t store.Tables, before embraye.Person) error {
	needed := canAdminister
	switch {
	case !administers(before):
		return nil
	case !canAdminister(before):
		needed = administers
	}
	people, err := t.People.List(ctx)
	if err != nil || slices.ContainsFunc(people, needed) {
		return err
	}
	return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "role", Code: "last_admin", Value: before.Email}}}
}

// endAccess ends the sessions of a person, what would become one, and the open
// links to a new password.
func (pp *People) endAccess(ctx context.Context, t store.Tables, p *embraye.Person) error {
	return errors.Join(t.Sessions.EndOf(ctx, p.ID, "", pp.desk.Stamp()), t.Tickets.EndOf(ctx, p.ID), pp.links.end(ctx, t, embraye.ResetLink, p.Email))
}

// SetRole gives a person another role.
func (pp *People) SetRole(ctx context.Context, by embraye.Acting, email string, role embraye.Role) error {
	if problem := roleProblem(role); problem != nil {
		return &embraye.InvalidError{Problems: []embraye.Problem{*problem}}
	}
	return pp.change(ctx, by, email, "person.role", func(p *embraye.Person) error {
		p.Role = role
		return nil
	})
}

// SetPassword gives a person a new password.
func (pp *People) SetPassword(ctx context.Context, by embraye.Acting, email, password string) error {
	name := ""
	if p, err := pp.desk.Store.Tables().People.ByEmail(ctx, mailKey(email)); err == nil {
		name = p.Name
	} else if !errors.Is(err, embraye.ErrNotFound) { // change says that nobody has the address
		return err
	}
	hash, err := pp.newHash(ctx, password, email, name)
	if err != nil {
		return err
	}
	return pp.change(ctx, by, email, "person.password", func(p *embraye.Person) error {
		p.PasswordHash = hash
		return nil
	})
}

// Disable shuts a person out; their name stays on what they did.
func (pp *People) Disable(ctx context.Context, by embraye.Acting, email string) error {
	return pp.change(ctx, by, email, "person.disable", func(p *embraye.Person) error {
		p.Disabled = true
		return nil
	})
}

// Enable lets a person in again.
func (pp *People) Enable(ctx context.Context, by embraye.Acting, email string) error {
	return pp.change(ctx, by, email, "person.enable", func(p *embraye.Person) error {
		p.Disabled = false
		return nil
	})
}

// SetLanguage chooses the language of one's own pages.
func (pp *People) SetLanguage(ctx context.Context, by embraye.Acting, language string) error {
	if err := by.May(embraye.Reader); err != nil || by.Person == nil {
		return fmt.Errorf("people: language: %w", embraye.ErrForbidden)
	}
	if !slices.Contains(locale.Languages(), language) {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "language", Code: "unknown", Value: app.Cut(language, 20), Allowed: locale.Languages()}}}
	}
	return pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		p, err := takeToWrite(ctx, t, by.Person.ID)
		if err != nil {
			return err
		}
		p.Language = language
		return t.People.Save(ctx, p)
	})
}

// takeToWrite is somebody whom nobody else changes until the transaction ends:
// what is saved is the whole of them.
func takeToWrite(ctx context.Context, t store.Tables, id int64) (*embraye.Person, error) {
	if err := t.People.Lock(ctx); err != nil {
		return nil, err
	}
	return t.People.Take(ctx, id)
}

// Take is whom a session belongs to, ErrForbidden if shut out since.
func (pp *People) Take(ctx context.Context, id int64) (*embraye.Person, error) {
	p, err := pp.desk.Store.Tables().People.Take(ctx, id)
	if err == nil && p.Disabled {
		err = fmt.Errorf("people: %s is disabled: %w", p.Email, embraye.ErrForbidden)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Find is the acting for --as EMAIL.
func (pp *People) Find(ctx context.Context, email string) (embraye.Acting, error) {
	p, err := pp.desk.Store.Tables().People.ByEmail(ctx, mailKey(email))
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
