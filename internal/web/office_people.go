package web

import (
	"errors"
	"strconv"

	"embraye/internal/app/organisation"
	"embraye/internal/app/people"
	"embraye/internal/embraye"
)

// A peoplePage lists who is here and who is invited.
type peoplePage struct {
	People  []embraye.Person
	Invites []embraye.Link
	Rules   organisation.Rules
	Link    string // made a moment ago, shown once
	LinkFor string
	Mailed  bool // it also goes by mail
}

func (v *visit) peoplePage() (*peoplePage, error) {
	page := &peoplePage{}
	var err error
	if page.People, err = v.rooms.People.List(v.ctx()); err != nil {
		return nil, err
	}
	rules, err := v.rooms.Organisation.Rules(v.ctx())
	if err != nil {
		return nil, err
	}
	page.Rules = rules
	page.Invites, err = v.rooms.People.Invites(v.ctx(), v.by)
	return page, err
}

func showPeople(v *visit) error {
	page, err := v.peoplePage()
	if err != nil {
		return err
	}
	return v.show("people", "office.people", page)
}

// changePeople does what the pressed button says.
func changePeople(v *visit) error {
	email, link := v.form("email"), ""
	var err error
	switch v.form("action") {
	case "invite":
		link, err = v.rooms.People.Invite(v.ctx(), v.by, email, embraye.Role(v.form("role")))
	case "revoke":
		err = v.rooms.People.RevokeInvite(v.ctx(), v.by, email)
	case "role":
		err = v.rooms.People.SetRole(v.ctx(), v.by, email, embraye.Role(v.form("role")))
	case "disable":
		err = v.rooms.People.Disable(v.ctx(), v.by, email)
	case "enable":
		err = v.rooms.People.Enable(v.ctx(), v.by, email)
	case "reset":
		link, err = v.rooms.People.ResetLink(v.ctx(), v.by, email)
	case "rules":
		err = v.setRules()
	default:
		err = embraye.ErrInvalid
	}
	page, pageErr := v.peoplePage()
	if pageErr != nil {
		return pageErr
	}
	if err != nil {
		return v.again(asProblem(err, "email"), "people", "office.people", page)
	}
	if link != "" { // shown in this answer alone: it is a key
		page.Link, page.LinkFor, page.Mailed = link, email, v.rooms.App.Mails()
		return v.show("people", "office.people", page)
	}
	return v.said("/office/people", "office.said.done")
}

// setRules is one form with every rule: a box that is not ticked is not sent.
func (v *visit) setRules() error {
	return v.rooms.Organisation.SetRules(v.ctx(), v.by, organisation.Rules{ReviewRequired: v.form("review_required") != "", RepliesOpen: v.form("replies_open") != ""})
}

// asProblem makes a conflict a sentence beside the field that causes it.
func asProblem(err error, name string) error {
	if errors.Is(err, embraye.ErrConflict) {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: name, Code: "conflict"}}}
	}
	return err
}

// An accountPage is one's own password, language and sessions.
type accountPage struct {
	Sessions []embraye.Session
	Current  string
}

func (v *visit) accountPage() (*accountPage, error) {
	sessions, err := v.rooms.People.Sessions(v.ctx(), v.by.PersonID())
	return &accountPage{Sessions: sessions, Current: people.SessionHash(v.sessions.Token(v.ctx()))}, err
}

func account(v *visit) error {
	page, err := v.accountPage()
	if err != nil {
		return err
	}
	return v.show("account", "office.account", page)
}

func changeAccount(v *visit) error {
	var err error
	switch v.form("action") {
	case "password":
		if err = v.rooms.People.ChangePassword(v.ctx(), v.by, v.r.PostFormValue("old_password"), v.r.PostFormValue("password"), v.sessions.Token(v.ctx())); err == nil {
			err = v.sessions.RenewToken(v.ctx())
		}
	case "language":
		if err = v.rooms.People.SetLanguage(v.ctx(), v.by, v.form("language")); err == nil {
			v.keepLanguage(v.w, v.form("language")) // the switch may have said another one before
		}
	case "end":
		err = v.rooms.People.EndSession(v.ctx(), v.by, v.form("session"))
	default:
		err = embraye.ErrInvalid
	}
	if err == nil {
		return v.said("/office/account", "office.said.done")
	}
	page, pageErr := v.accountPage()
	if pageErr != nil {
		return pageErr
	}
	return v.again(err, "account", "office.account", page)
}

// before is the number after which a list goes on.
func (v *visit) before() (int64, error) {
	s := v.r.URL.Query().Get("before")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, embraye.ErrNotFound
	}
	return n, nil
}

// number is a number in the path.
func (v *visit) number(name string) (int64, error) {
	n, err := strconv.ParseInt(v.param(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, embraye.ErrNotFound
	}
	return n, nil
}
