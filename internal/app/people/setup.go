package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// settingSetup remembers when the first admin was made.
const settingSetup = "setup_at"

// SetupInput is what the first admin fills in. Empty fields of the
// organisation keep what the first start wrote.
type SetupInput struct {
	Email, Name, Password string
	Language              string // of the admin's pages
	OrgName, OrgHandle    string
	Summary               string
	Links                 []embraye.ActorLink
	Contact               string // the legal text "contact"
}

// NeedsSetup tells whether there is no active admin: at first, or because an
// earlier version let the last one be shut out.
func (pp *People) NeedsSetup(ctx context.Context) (bool, error) {
	return needsSetup(ctx, pp.desk.Store.Tables())
}

func needsSetup(ctx context.Context, t store.Tables) (bool, error) {
	people, err := t.People.List(ctx)
	return err == nil && !slices.ContainsFunc(people, administers), err
}

// SetupLink makes the link that makes the first admin; earlier ones end.
func (pp *People) SetupLink(ctx context.Context, by embraye.Acting) (url string, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return "", fmt.Errorf("people: setup link: %w", err)
	}
	err = pp.desk.Store.InTx(ctx, func(t store.Tables) error {
		if needed, err := needsSetup(ctx, t); err != nil {
			return err
		} else if !needed {
			return fmt.Errorf("there is an admin already, who can invite others and set passwords: %w", embraye.ErrConflict)
		}
		if err := t.Links.Expire(ctx, embraye.SetupLink, "", pp.desk.Stamp()); err != nil {
			return err
		}
		token, err := pp.links.give(ctx, t, embraye.Link{Kind: embraye.SetupLink, Role: embraye.Admin, CreatedBy: by.Name()}, setupLasts)
		url = pp.links.url("/setup/", token)
		return err
	})
	return url, err
}

// SetupState tells what has become of a setup link. Once there is an admin no
// such link can be used.
func (pp *People) SetupState(ctx context.Context, token string) (embraye.LinkState, error) {
	state, _, err := pp.links.state(ctx, embraye.SetupLink, token)
	if err != nil || state != embraye.LinkValid {
		return state, err
	}
	needed, err := pp.NeedsSetup(ctx)
	if err == nil && !needed {
		state = embraye.LinkUsed
	}
	return state, err
}

// Setup makes the first admin and writes the organisation's profile, once
// (W18).
func (pp *People) Setup(ctx context.Context, token string, in SetupInput) (*embraye.Person, error) {
	link, err := pp.links.check(ctx, embraye.SetupLink, token)
	if err != nil {
		return nil, err
	}
	profile, person, err := pp.checkSetup(ctx, in)
	if err != nil {
		return nil, err
	}
	handle := embraye.Address(in.OrgHandle)
	err = pp.desk.InTx(ctx, func(t store.Tables) error {
		if err := pp.links.use(ctx, t, link); err != nil {
			return err
		}
		// The row is written first: a second setup waits for it, then finds the
		// admin of the first.
		if err := t.Settings.Set(ctx, settingSetup, pp.desk.Stamp().Format(time.RFC3339)); err != nil {
			return err
		}
		if needed, err := needsSetup(ctx, t); err != nil {
			return err
		} else if !needed {
			return errLink
		}
		if err := t.People.Insert(ctx, person); err != nil {
			return err
		}
		by := embraye.Acting{Person: person}
		if handle != "" && handle != pp.desk.Organisation() {
			if err := pp.organisation.RenameIn(ctx, t, by, handle); err != nil {
				return err
			}
		}
		if err := pp.organisation.SetProfileIn(ctx, t, by, profile); err != nil {
			return err
		}
		if contact := embraye.OneLine(in.Contact); contact != "" {
			if err := t.Settings.Set(ctx, organisation.LegalKey("contact"), contact); err != nil {
				return err
			}
		}
		return pp.desk.Record(ctx, t, by, "setup", person.Email, "", false)
	})
	if err != nil {
		return nil, err
	}
	return person, pp.desk.Reload(ctx)
}

// checkSetup lists the mistakes of both halves of the form at once.
func (pp *People) checkSetup(ctx context.Context, in SetupInput) (organisation.ProfileInput, *embraye.Person, error) {
	wrong := &embraye.InvalidError{}
	collect := func(err error) error {
		var invalid *embraye.InvalidError
		if !errors.As(err, &invalid) {
			return err
		}
		wrong.Problems = append(wrong.Problems, invalid.Problems...)
		return nil
	}
	now, err := pp.organisation.Profile(ctx)
	if err != nil {
		return organisation.ProfileInput{}, nil, err
	}
	profile := organisation.ProfileInput{Name: in.OrgName, Summary: in.Summary, Links: in.Links}
	if embraye.Trim(profile.Name) == "" {
		profile.Name = now.Name
	}
	if err := collect(organisation.CheckProfile(&profile)); err != nil {
		return profile, nil, err
	}
	if handle := embraye.Address(in.OrgHandle); handle != "" && handle != pp.desk.Organisation() {
		if err := collect(pp.organisation.CheckHandle("org_handle", handle)); err != nil {
			return profile, nil, err
		}
	}
	if err := collect(app.CheckText("contact", in.Contact, embraye.MaxText)); err != nil {
		return profile, nil, err
	}
	if p := organisation.ContactProblem("contact", in.Contact); p != nil && len(in.Contact) <= embraye.MaxText {
		wrong.Problems = append(wrong.Problems, *p)
	}
	person, err := pp.personWithPassword(ctx, NewPerson{Email: in.Email, Name: in.Name, Role: embraye.Admin, Password: in.Password, Language: in.Language, house: []string{in.OrgName, in.OrgHandle}})
	if err := collect(err); err != nil {
		return profile, nil, err
	}
	if len(wrong.Problems) > 0 {
		return profile, nil, wrong
	}
	return profile, person, nil
}

// personWithPassword is newPerson for whom the password is not optional.
func (pp *People) personWithPassword(ctx context.Context, n NewPerson) (*embraye.Person, error) {
	if n.Password == "" {
		n.Password = " " // too short: so all problems come at once
	}
	return pp.newPerson(ctx, n)
}
