package people

import (
	"errors"
	"net/http"
	"slices"

	"embraye/internal/app/organisation"
	"embraye/internal/app/people"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// setupForm shows the first page of a new instance, or why its link is of no
// use any more.
func setupForm(v *office.Visit) error {
	state, err := v.Rooms.People.SetupState(v.Context(), v.Param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid {
		return showLink(v, embraye.SetupLink, state)
	}
	return showSetup(v, nil)
}

// A linkPage says why a one-time link is of no use, and how to get another.
type linkPage struct {
	Kind  embraye.LinkKind
	State embraye.LinkState
}

func showLink(v *office.Visit, kind embraye.LinkKind, state embraye.LinkState) error {
	title := map[embraye.LinkKind]string{embraye.SetupLink: "office.setup", embraye.InviteLink: "office.invite", embraye.ResetLink: "office.reset"}[kind]
	status := http.StatusNotFound
	if kind == embraye.ResetLink && v.R.Method == http.MethodPost {
		status = http.StatusBadRequest // W10
	}
	return v.Render(status, "link", title, linkPage{kind, state}, nil, nil)
}

// A setupPage is the first page of a new instance.
type setupPage struct {
	Organisation *embraye.Actor
	Rows         []embraye.ActorLink
	HandleLocked bool
	Measures     []embraye.Actor
}

func readSetup(v *office.Visit) (*setupPage, error) {
	org, err := v.Rooms.Organisation.Profile(v.Context())
	if err != nil {
		return nil, err
	}
	locked, err := v.Rooms.Organisation.HandleLocked(v.Context())
	if err != nil {
		return nil, err
	}
	actors, err := v.Rooms.Organisation.Actors(v.Context())
	if err != nil {
		return nil, err
	}
	page := &setupPage{Organisation: org, HandleLocked: locked, Rows: append(slices.Clone(org.Links), embraye.ActorLink{}, embraye.ActorLink{})}
	for _, a := range actors {
		if a.Kind == embraye.MeasureActor && a.Enabled {
			page.Measures = append(page.Measures, a)
		}
	}
	return page, nil
}

func showSetup(v *office.Visit, problem error) error {
	page, err := readSetup(v)
	if err != nil {
		return err
	}
	if problem != nil {
		return v.Again(problem, "setup", "office.setup", page)
	}
	return v.Show("setup", "office.setup", page)
}

// setup makes the first admin, signs them in, and leads to the first constat. A
// logo that is refused does not hold the rest up: the profile is there for it.
func setup(v *office.Visit) error {
	state, err := v.Rooms.People.SetupState(v.Context(), v.Param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid { // before anything is read of a stranger's files
		return showLink(v, embraye.SetupLink, state)
	}
	if err := v.ParseFiles(); err != nil {
		return err
	}
	person, err := v.Rooms.People.Setup(v.Context(), v.Param("token"), people.SetupInput{
		Email: v.Form("email"), Name: v.Form("name"), Password: v.R.PostFormValue("password"), Language: v.Lang,
		OrgName: v.Form("org_name"), OrgHandle: v.Form("org_handle"), Summary: v.Form("org_summary"),
		Links: v.Links(), Contact: v.Form("contact"),
	})
	if err != nil {
		state, stateErr := v.Rooms.People.SetupState(v.Context(), v.Param("token"))
		if stateErr != nil {
			return stateErr
		}
		if state != embraye.LinkValid { // somebody else was faster
			return showLink(v, embraye.SetupLink, state)
		}
		return showSetup(v, err)
	}
	v.Renamed() // the organisation may have another handle now
	if err := signIn(v, person); err != nil {
		return err
	}
	v.By = embraye.Acting{Person: person}
	refused, err := firstLogo(v)
	if err != nil {
		return err
	}
	if refused {
		return v.Said("/office/constats/new", "office.said.setup_without_logo")
	}
	return v.Said("/office/constats/new", "office.said.setup")
}

// firstLogo takes the logo that came with the first form, if there is one.
func firstLogo(v *office.Visit) (refused bool, err error) {
	logo, problems, err := v.ParseLogo()
	if err != nil || len(problems) > 0 || logo == "" {
		return len(problems) > 0, err
	}
	org, err := v.Rooms.Organisation.Profile(v.Context())
	if err != nil {
		return false, err
	}
	err = v.Rooms.Organisation.SetProfile(v.Context(), v.By, organisation.ProfileInput{Name: org.Name, Summary: org.Summary, Links: org.Links, IconFile: logo})
	return errors.Is(err, embraye.ErrInvalid), withoutInvalid(err)
}

func withoutInvalid(err error) error {
	if errors.Is(err, embraye.ErrInvalid) {
		return nil
	}
	return err
}
