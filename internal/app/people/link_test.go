package people_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/people"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

// The first page of an instance lists all that is wrong, and changes nothing
// then; once right it does everything at once.
func TestSetup(t *testing.T) {
	apptest.OnEach(t, func(t *testing.T, w *fedtest.World, in *fedtest.Instance) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		before, err := in.People.SetupLink(ctx, embraye.Operator())
		must(err)
		link, err := in.People.SetupLink(ctx, embraye.Operator())
		must(err)
		if state, err := in.People.SetupState(ctx, apptest.TokenOf(before)); err != nil || state != embraye.LinkExpired {
			t.Errorf("the link of before: %s, %v", state, err)
		}
		_, err = in.People.Setup(ctx, apptest.TokenOf(link), people.SetupInput{Email: "x", OrgName: strings.Repeat("a", 201), OrgHandle: "instance", Summary: strings.Repeat("a", 501),
			Contact: strings.Repeat("a", 20001), Links: []embraye.ActorLink{{Name: "Site", Href: "javascript:x"}}})
		apptest.WantProblems(t, err, "org_name", "org_summary", "links", "org_handle", "contact", "email", "name", "password")
		if people, err := in.People.List(ctx); err != nil || len(people) != 0 {
			t.Fatalf("%v, %v", people, err)
		}
		person, err := in.People.Setup(ctx, apptest.TokenOf(link), apptest.SetupInput())
		must(err)
		if person.Email != "ana@asso.example" || person.Name != "Ana" || person.Role != embraye.Admin || person.Language != "en" {
			t.Errorf("the first admin is %+v", person)
		}
		org, err := in.Organisation.Profile(ctx)
		must(err)
		if org.Handle != "communs" || org.Name != "Les communs" || org.Summary != "Qui\nnous sommes" || len(org.Links) != 1 || in.App.Organisation() != "communs" {
			t.Errorf("the organisation is %+v", org)
		}
		legal, err := in.Organisation.Legal(ctx)
		must(err)
		if legal["contact"] != "ici@asso.example" {
			t.Errorf("legal texts: %v", legal)
		}
		_, err = in.People.Setup(ctx, apptest.TokenOf(link), apptest.SetupInput())
		apptest.WantProblems(t, err, "token")
		if _, err := in.People.SetupLink(ctx, embraye.Operator()); !errors.Is(err, embraye.ErrConflict) {
			t.Errorf("another link: %v", err)
		}
	})
}

// What has become of a link: each kind at its own door only, and for its own
// time.
func TestStatesOfLinks(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		inviteLink, err := h.People.Invite(ctx, h.Who["admin"], " New@Ours.example ", embraye.Reviewer)
		h.Must(err)
		resetLink, err := h.People.ResetLink(ctx, h.Who["admin"], "editor@ours.example")
		h.Must(err)
		if !strings.HasPrefix(inviteLink, "https://ours.example/invite/") || !strings.HasPrefix(resetLink, "https://ours.example/reset/") {
			t.Errorf("%s, %s", inviteLink, resetLink)
		}
		invite, reset := apptest.TokenOf(inviteLink), apptest.TokenOf(resetLink)
		states := func(when string, wantInvite, wantReset embraye.LinkState) {
			t.Helper()
			gotInvite, _, err := h.People.InviteState(ctx, invite)
			h.Must(err)
			gotReset, err := h.People.ResetState(ctx, reset)
			h.Must(err)
			if gotInvite != wantInvite || gotReset != wantReset {
				t.Errorf("%s: invitation %s, reset %s", when, gotInvite, gotReset)
			}
		}
		states("new", embraye.LinkValid, embraye.LinkValid)
		for name, token := range map[string]string{"invite as reset": invite, "nothing": "", "guess": strings.Repeat("A", 43)} {
			_, err := h.People.ResetPassword(ctx, token, apptest.OtherPassword)
			apptest.WantProblems(t, err, "token")
			if state, err := h.People.SetupState(ctx, token); err != nil || state != embraye.LinkUnknown {
				t.Errorf("%s: %s, %v", name, state, err)
			}
		}
		_, err = h.People.AcceptInvite(ctx, reset, people.NewPerson{Name: "N", Password: apptest.GoodPassword})
		apptest.WantProblems(t, err, "token")
		h.Clock.Advance(time.Hour)
		states("an hour later", embraye.LinkValid, embraye.LinkExpired)
		if open, _, err := h.People.Invites(ctx, h.Who["admin"]); err != nil || len(open) != 1 || open[0].Email != "new@ours.example" {
			t.Errorf("invitations: %+v, %v", open, err)
		}
		_, err = h.People.AcceptInvite(ctx, invite, people.NewPerson{Name: "\u200b", Password: "short"})
		apptest.WantProblems(t, err, "name", "password")
		person, err := h.People.AcceptInvite(ctx, invite, people.NewPerson{Name: "Nora", Password: apptest.GoodPassword, Email: "other@ours.example", Role: embraye.Admin, Language: "en"})
		h.Must(err)
		if person.Email != "new@ours.example" || person.Role != embraye.Reviewer || person.Language != "en" {
			t.Errorf("%+v", person)
		}
		states("used", embraye.LinkUsed, embraye.LinkExpired)
		if open, _, err := h.People.Invites(ctx, h.Who["admin"]); err != nil || len(open) != 0 {
			t.Errorf("invitations: %+v, %v", open, err)
		}
	})
}

// A reset link ends with whatever shuts its person out or lets them choose
// otherwise.
func TestResetLinksThatEnd(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, email := h.Context(), "editor@ours.example"
		for name, change := range map[string]func() error{
			"role":     func() error { return h.People.SetRole(ctx, h.Who["admin"], email, embraye.Reviewer) },
			"password": func() error { return h.People.SetPassword(ctx, h.Who["admin"], email, apptest.OtherPassword) },
			"disabled": func() error { return h.People.Disable(ctx, h.Who["admin"], email) },
		} {
			link, err := h.People.ResetLink(ctx, h.Who["admin"], email)
			h.Must(err)
			h.Must(change())
			if _, err := h.People.ResetPassword(ctx, apptest.TokenOf(link), apptest.GoodPassword); !errors.Is(err, embraye.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
			h.Must(h.People.Enable(ctx, h.Who["admin"], email))
		}
		if _, err := h.People.ResetLink(ctx, h.Who["admin"], "nobody@ours.example"); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("for nobody: %v", err)
		}
	})
}

// An invitation for somebody who is here already is refused, when it is made
// and when it is used.
func TestInvitationsOfThoseWhoAreHere(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		_, err := h.People.Invite(ctx, h.Who["admin"], "EDITOR@ours.example", embraye.Editor)
		apptest.WantProblems(t, err, "email")
		_, err = h.People.Invite(ctx, h.Who["admin"], "x", "owner")
		apptest.WantProblems(t, err, "email", "role")
		link, err := h.People.Invite(ctx, h.Who["admin"], "new@ours.example", embraye.Editor)
		h.Must(err)
		_, err = h.People.Add(ctx, embraye.Operator(), people.NewPerson{Email: "new@ours.example", Name: "N", Role: embraye.Reader})
		h.Must(err)
		_, err = h.People.AcceptInvite(ctx, apptest.TokenOf(link), people.NewPerson{Name: "N", Password: apptest.GoodPassword})
		apptest.WantProblems(t, err, "email")
		apptest.WantProblems(t, h.People.RevokeInvite(ctx, h.Who["admin"], "x"), "email")
	})
}
