package web

import (
	"errors"
	"net"
	"net/http"
	"slices"

	"embraye/internal/app/organisation"
	"embraye/internal/app/people"
	"embraye/internal/embraye"
)

// setupForm shows the first page of a new instance, or why its link is of no
// use any more.
func setupForm(v *visit) error {
	state, err := v.rooms.People.SetupState(v.ctx(), v.param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid {
		return v.showLink(embraye.SetupLink, state)
	}
	return v.showSetup(nil)
}

// A linkPage says why a one-time link is of no use, and how to get another.
type linkPage struct {
	Kind  embraye.LinkKind
	State embraye.LinkState
}

func (v *visit) showLink(kind embraye.LinkKind, state embraye.LinkState) error {
	title := map[embraye.LinkKind]string{embraye.SetupLink: "office.setup", embraye.InviteLink: "office.invite", embraye.ResetLink: "office.reset"}[kind]
	status := http.StatusNotFound
	if kind == embraye.ResetLink && v.r.Method == http.MethodPost {
		status = http.StatusBadRequest // SECURITY W10
	}
	return v.render(status, "link", title, linkPage{kind, state}, nil, nil)
}

// A setupPage is the first page of a new instance.
type setupPage struct {
	Organisation *embraye.Actor
	Rows         []embraye.ActorLink
	HandleLocked bool
	Measures     []embraye.Actor
}

func (v *visit) setupPage() (*setupPage, error) {
	org, err := v.rooms.Organisation.Profile(v.ctx())
	if err != nil {
		return nil, err
	}
	locked, err := v.rooms.Organisation.HandleLocked(v.ctx())
	if err != nil {
		return nil, err
	}
	actors, err := v.rooms.Organisation.Actors(v.ctx())
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

func (v *visit) showSetup(problem error) error {
	page, err := v.setupPage()
	if err != nil {
		return err
	}
	if problem != nil {
		return v.again(problem, "setup", "office.setup", page)
	}
	return v.show("setup", "office.setup", page)
}

// setup makes the first admin, signs them in, and leads to the first constat. A
// logo that is refused does not hold the rest up: the profile is there for it.
func setup(v *visit) error {
	state, err := v.rooms.People.SetupState(v.ctx(), v.param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid { // before anything is read of a stranger's files
		return v.showLink(embraye.SetupLink, state)
	}
	if err := v.parseFiles(); err != nil {
		return err
	}
	person, err := v.rooms.People.Setup(v.ctx(), v.param("token"), people.SetupInput{
		Email: v.form("email"), Name: v.form("name"), Password: v.r.PostFormValue("password"), Language: v.lang,
		OrgName: v.form("org_name"), OrgHandle: v.form("org_handle"), Summary: v.form("org_summary"),
		Links: v.links(), Contact: v.form("contact"),
	})
	if err != nil {
		state, stateErr := v.rooms.People.SetupState(v.ctx(), v.param("token"))
		if stateErr != nil {
			return stateErr
		}
		if state != embraye.LinkValid { // somebody else was faster
			return v.showLink(embraye.SetupLink, state)
		}
		return v.showSetup(err)
	}
	v.actors.Clear() // the organisation may have another handle now
	if err := v.signIn(person); err != nil {
		return err
	}
	v.by = embraye.Acting{Person: person}
	refused, err := v.firstLogo()
	if err != nil {
		return err
	}
	if refused {
		return v.said("/office/constats/new", "office.said.setup_without_logo")
	}
	return v.said("/office/constats/new", "office.said.setup")
}

// firstLogo takes the logo that came with the first form, if there is one.
func (v *visit) firstLogo() (refused bool, err error) {
	logo, problems, err := v.parseLogo()
	if err != nil || len(problems) > 0 || logo == "" {
		return len(problems) > 0, err
	}
	org, err := v.rooms.Organisation.Profile(v.ctx())
	if err != nil {
		return false, err
	}
	err = v.rooms.Organisation.SetProfile(v.ctx(), v.by, organisation.ProfileInput{Name: org.Name, Summary: org.Summary, Links: org.Links, IconFile: logo})
	return errors.Is(err, embraye.ErrInvalid), withoutInvalid(err)
}

func withoutInvalid(err error) error {
	if errors.Is(err, embraye.ErrInvalid) {
		return nil
	}
	return err
}

// links reads the lines of the profile: link_name and link_href, by number.
func (v *visit) links() []embraye.ActorLink {
	var list []embraye.ActorLink
	names, hrefs := v.r.PostForm["link_name"], v.r.PostForm["link_href"]
	for i := range min(len(names), len(hrefs)) {
		if names[i] != "" || hrefs[i] != "" {
			list = append(list, embraye.ActorLink{Name: names[i], Href: hrefs[i]})
		}
	}
	return list
}

// signIn begins a new session, so that nobody who knew the old id is in.
func (v *visit) signIn(person *embraye.Person) error {
	if err := v.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), people.SessionPerson, person.ID)
	v.sessions.Put(v.ctx(), people.SessionUserAgent, v.r.UserAgent())
	return nil
}

// A loginPage is the sign-in, and where to go after it.
type loginPage struct {
	Next string
	Kept string // what was typed before, base64
	Lost bool   // it was too long to keep
}

func loginForm(v *visit) error {
	return v.show("login", "office.login", &loginPage{Next: nextPath(v.r.URL.Query().Get("next"))})
}

// login answers the same whether the account exists or not.
func login(v *visit) error {
	next := nextPath(v.r.PostFormValue("next"))
	page := &loginPage{Next: next, Kept: v.r.PostFormValue("kept")}
	person, err := v.rooms.People.SignIn(v.ctx(), v.form("email"), v.r.PostFormValue("password"), v.client())
	var many *embraye.TooMany
	if errors.As(err, &many) {
		v.logRefusedSignIn("too many tries")
	}
	if errors.Is(err, embraye.ErrForbidden) {
		v.logRefusedSignIn("wrong address or password")
		problem := embraye.Problem{Field: "email", Code: "wrong_password"}
		return v.render(http.StatusUnauthorized, "login", "office.login", page, v.r.PostForm, []embraye.Problem{problem})
	}
	if err != nil {
		return v.again(err, "login", "office.login", page)
	}
	if err := v.signIn(person); err != nil {
		return err
	}
	v.keepTyped(next, v.r.PostFormValue("kept"))
	return v.redirect(next)
}

// client is the address of whoever asks, as the guard has settled it.
func (v *visit) client() string {
	host, _, err := net.SplitHostPort(v.r.RemoteAddr)
	if err != nil {
		return v.r.RemoteAddr
	}
	return host
}

func logout(v *visit) error {
	if err := v.sessions.Destroy(v.ctx()); err != nil {
		return err
	}
	return v.redirect("/login")
}

type invitePage struct{ Link *embraye.Link }

func inviteForm(v *visit) error {
	state, link, err := v.rooms.People.InviteState(v.ctx(), v.param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid {
		return v.showLink(embraye.InviteLink, state)
	}
	return v.show("invite", "office.invite", invitePage{link})
}

func acceptInvite(v *visit) error {
	person, err := v.rooms.People.AcceptInvite(v.ctx(), v.param("token"), people.NewPerson{Name: v.form("name"), Password: v.r.PostFormValue("password"), Language: v.lang})
	if err != nil {
		state, link, stateErr := v.rooms.People.InviteState(v.ctx(), v.param("token"))
		if stateErr != nil {
			return stateErr
		}
		if state != embraye.LinkValid {
			return v.showLink(embraye.InviteLink, state)
		}
		return v.again(err, "invite", "office.invite", invitePage{link})
	}
	if err := v.signIn(person); err != nil {
		return err
	}
	return v.said("/office", "office.said.welcome")
}

// A resetAskPage asks for the address, or says what happens now.
type resetAskPage struct{ Asked, Mails bool }

func askResetForm(v *visit) error {
	return v.show("reset_ask", "office.reset", resetAskPage{Mails: v.rooms.App.Mails()})
}

// askReset says the same whether the account exists or not; the link goes by
// mail, or the admin finds the wish on the start page and hands one out.
func askReset(v *visit) error {
	if err := v.rooms.People.AskReset(v.ctx(), v.form("email"), v.client()); err != nil {
		return v.again(err, "reset_ask", "office.reset", resetAskPage{Mails: v.rooms.App.Mails()})
	}
	return v.show("reset_ask", "office.reset", resetAskPage{Asked: true, Mails: v.rooms.App.Mails()})
}

func resetForm(v *visit) error {
	state, err := v.rooms.People.ResetState(v.ctx(), v.param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid {
		return v.showLink(embraye.ResetLink, embraye.LinkUnknown) // whose it was is nobody's business
	}
	return v.show("reset", "office.reset", nil)
}

func reset(v *visit) error {
	state, err := v.rooms.People.ResetState(v.ctx(), v.param("token"))
	if err != nil {
		return err
	}
	if state != embraye.LinkValid {
		return v.showLink(embraye.ResetLink, embraye.LinkUnknown) // whose it was is nobody's business
	}
	person, err := v.rooms.People.ResetPassword(v.ctx(), v.param("token"), v.r.PostFormValue("password"))
	if err != nil {
		if state, stateErr := v.rooms.People.ResetState(v.ctx(), v.param("token")); stateErr != nil {
			return stateErr
		} else if state != embraye.LinkValid { // used a moment ago
			return v.showLink(embraye.ResetLink, embraye.LinkUnknown)
		}
		return v.again(err, "reset", "office.reset", nil)
	}
	if err := v.signIn(person); err != nil {
		return err
	}
	return v.said("/office", "office.said.password")
}
