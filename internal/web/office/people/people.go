package people

import (
	"errors"

	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

// A peoplePage lists who is here and who is invited.
type peoplePage struct {
	People  []embraye.Person
	Invites []embraye.Link
	// NotMailed is, by address, that an invitation could not be sent, and what the
	// mail server answered.
	NotMailed map[string]embraye.AuditEntry
	Rules     organisation.Rules
	Second    map[int64]bool // who has a second factor
	Link      string         // made a moment ago, shown once
	LinkFor   string
	Mailed    bool // it also goes by mail
}

func readPeople(v *office.Visit) (*peoplePage, error) {
	page := &peoplePage{}
	var err error
	if page.People, err = v.Rooms.People.List(v.Context()); err != nil {
		return nil, err
	}
	rules, err := v.Rooms.Organisation.Rules(v.Context())
	if err != nil {
		return nil, err
	}
	page.Rules = rules
	if page.Second, err = v.Rooms.People.Second.Holders(v.Context()); err != nil {
		return nil, err
	}
	page.Invites, page.NotMailed, err = v.Rooms.People.Invites(v.Context(), v.By)
	return page, err
}

func showPeople(v *office.Visit) error {
	page, err := readPeople(v)
	if err != nil {
		return err
	}
	return v.Show("people", "office.people", page)
}

// change does what the pressed button says.
func change(v *office.Visit) error {
	email, link := v.Form("email"), ""
	var err error
	switch v.Form("action") {
	case "invite":
		link, err = v.Rooms.People.Invite(v.Context(), v.By, email, embraye.Role(v.Form("role")))
	case "revoke":
		err = v.Rooms.People.RevokeInvite(v.Context(), v.By, email)
	case "role":
		err = v.Rooms.People.SetRole(v.Context(), v.By, email, embraye.Role(v.Form("role")))
	case "disable":
		err = v.Rooms.People.Disable(v.Context(), v.By, email)
	case "enable":
		err = v.Rooms.People.Enable(v.Context(), v.By, email)
	case "reset":
		link, err = v.Rooms.People.ResetLink(v.Context(), v.By, email)
	case "rules":
		err = setRules(v)
	default:
		err = embraye.ErrInvalid
	}
	page, pageErr := readPeople(v)
	if pageErr != nil {
		return pageErr
	}
	if err != nil {
		return v.Again(asProblem(err, "email"), "people", "office.people", page)
	}
	if link != "" { // shown in this answer alone: it is a key
		page.Link, page.LinkFor, page.Mailed = link, email, v.Rooms.App.Mails()
		return v.Show("people", "office.people", page)
	}
	return v.Said("/office/people", "office.said.done")
}

// setRules is one form with every rule: a box that is not ticked is not sent.
func setRules(v *office.Visit) error {
	return v.Rooms.Organisation.SetRules(v.Context(), v.By, organisation.Rules{ReviewRequired: v.Form("review_required") != "", RepliesOpen: v.Form("replies_open") != "", FactorRequired: v.Form("factor_required") != ""})
}

// asProblem makes a conflict a sentence beside the field that causes it.
func asProblem(err error, name string) error {
	if errors.Is(err, embraye.ErrConflict) {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: name, Code: "conflict"}}}
	}
	return err
}
