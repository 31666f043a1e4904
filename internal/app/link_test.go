package app_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
)

func setupInput() app.SetupInput {
	return app.SetupInput{Email: "Ana@Asso.example", Name: " Ana ", Password: goodPassword, Language: "en", OrgName: "Les communs", OrgHandle: "communs",
		Summary: "Qui\r\nnous sommes", Contact: "ici", Links: []embraye.ActorLink{{Name: "Site", Href: "https://asso.example/"}, {}}}
}

func wantProblems(t *testing.T, err error, fields ...string) {
	t.Helper()
	var invalid *embraye.InvalidError
	if !errors.As(err, &invalid) {
		t.Errorf("%v is no list of problems", err)
		return
	}
	var got []string
	for _, p := range invalid.Problems {
		got = append(got, p.Field)
	}
	if strings.Join(got, " ") != strings.Join(fields, " ") {
		t.Errorf("problems with %v, want %v", got, fields)
	}
}

// The first page of an instance lists all that is wrong, and changes nothing
// then; once right it does everything at once.
func TestSetup(t *testing.T) {
	onEach(t, func(t *testing.T, w *fedtest.World, in *fedtest.Instance) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		before, err := in.App.SetupLink(ctx, embraye.Operator())
		must(err)
		link, err := in.App.SetupLink(ctx, embraye.Operator())
		must(err)
		if state, err := in.App.SetupState(ctx, tokenOf(before)); err != nil || state != embraye.LinkExpired {
			t.Errorf("the link of before: %s, %v", state, err)
		}
		_, err = in.App.Setup(ctx, tokenOf(link), app.SetupInput{Email: "x", OrgName: strings.Repeat("a", 201), OrgHandle: "instance", Summary: strings.Repeat("a", 501),
			Contact: strings.Repeat("a", 20001), Links: []embraye.ActorLink{{Name: "Site", Href: "javascript:x"}}})
		wantProblems(t, err, "org_name", "org_summary", "links", "org_handle", "contact", "email", "name", "password")
		if people, err := in.App.ListPeople(ctx); err != nil || len(people) != 0 {
			t.Fatalf("%v, %v", people, err)
		}
		person, err := in.App.Setup(ctx, tokenOf(link), setupInput())
		must(err)
		if person.Email != "ana@asso.example" || person.Name != "Ana" || person.Role != embraye.Admin || person.Language != "en" {
			t.Errorf("the first admin is %+v", person)
		}
		org, err := in.App.Profile(ctx)
		must(err)
		if org.Handle != "communs" || org.Name != "Les communs" || org.Summary != "Qui\nnous sommes" || len(org.Links) != 1 || in.App.Organisation() != "communs" {
			t.Errorf("the organisation is %+v", org)
		}
		legal, err := in.App.Legal(ctx)
		must(err)
		if legal["contact"] != "ici" {
			t.Errorf("legal texts: %v", legal)
		}
		_, err = in.App.Setup(ctx, tokenOf(link), setupInput())
		wantProblems(t, err, "token")
		if _, err := in.App.SetupLink(ctx, embraye.Operator()); !errors.Is(err, embraye.ErrConflict) {
			t.Errorf("another link: %v", err)
		}
	})
}

// What has become of a link: each kind at its own door only, and for its own
// time.
func TestStatesOfLinks(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		inviteLink, err := h.App.Invite(ctx, h.people["admin"], " New@Ours.example ", embraye.Reviewer)
		h.must(err)
		resetLink, err := h.App.ResetLink(ctx, h.people["admin"], "editor@ours.example")
		h.must(err)
		if !strings.HasPrefix(inviteLink, "https://ours.example/invite/") || !strings.HasPrefix(resetLink, "https://ours.example/reset/") {
			t.Errorf("%s, %s", inviteLink, resetLink)
		}
		invite, reset := tokenOf(inviteLink), tokenOf(resetLink)
		states := func(when string, wantInvite, wantReset embraye.LinkState) {
			t.Helper()
			gotInvite, _, err := h.App.InviteState(ctx, invite)
			h.must(err)
			gotReset, err := h.App.ResetState(ctx, reset)
			h.must(err)
			if gotInvite != wantInvite || gotReset != wantReset {
				t.Errorf("%s: invitation %s, reset %s", when, gotInvite, gotReset)
			}
		}
		states("new", embraye.LinkValid, embraye.LinkValid)
		for name, token := range map[string]string{"invite as reset": invite, "nothing": "", "guess": strings.Repeat("A", 43)} {
			_, err := h.App.ResetPassword(ctx, token, otherPassword)
			wantProblems(t, err, "token")
			if state, err := h.App.SetupState(ctx, token); err != nil || state != embraye.LinkUnknown {
				t.Errorf("%s: %s, %v", name, state, err)
			}
		}
		_, err = h.App.AcceptInvite(ctx, reset, app.NewPerson{Name: "N", Password: goodPassword})
		wantProblems(t, err, "token")
		h.Clock.Advance(time.Hour)
		states("an hour later", embraye.LinkValid, embraye.LinkExpired)
		if open, err := h.App.Invites(ctx, h.people["admin"]); err != nil || len(open) != 1 || open[0].Email != "new@ours.example" {
			t.Errorf("invitations: %+v, %v", open, err)
		}
		_, err = h.App.AcceptInvite(ctx, invite, app.NewPerson{Name: "\u200b", Password: "short"})
		wantProblems(t, err, "name", "password")
		person, err := h.App.AcceptInvite(ctx, invite, app.NewPerson{Name: "Nora", Password: goodPassword, Email: "other@ours.example", Role: embraye.Admin, Language: "en"})
		h.must(err)
		if person.Email != "new@ours.example" || person.Role != embraye.Reviewer || person.Language != "en" {
			t.Errorf("%+v", person)
		}
		states("used", embraye.LinkUsed, embraye.LinkExpired)
		if open, err := h.App.Invites(ctx, h.people["admin"]); err != nil || len(open) != 0 {
			t.Errorf("invitations: %+v, %v", open, err)
		}
	})
}

// A reset link ends with whatever shuts its person out or lets them choose
// otherwise.
func TestResetLinksThatEnd(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, email := h.Context(), "editor@ours.example"
		for name, change := range map[string]func() error{
			"role":     func() error { return h.App.SetRole(ctx, h.people["admin"], email, embraye.Reviewer) },
			"password": func() error { return h.App.SetPassword(ctx, h.people["admin"], email, otherPassword) },
			"disabled": func() error { return h.App.DisablePerson(ctx, h.people["admin"], email) },
		} {
			link, err := h.App.ResetLink(ctx, h.people["admin"], email)
			h.must(err)
			h.must(change())
			if _, err := h.App.ResetPassword(ctx, tokenOf(link), goodPassword); !errors.Is(err, embraye.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
			h.must(h.App.EnablePerson(ctx, h.people["admin"], email))
		}
		if _, err := h.App.ResetLink(ctx, h.people["admin"], "nobody@ours.example"); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("for nobody: %v", err)
		}
	})
}

// An invitation for somebody who is here already is refused, when it is made
// and when it is used.
func TestInvitationsOfThoseWhoAreHere(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		_, err := h.App.Invite(ctx, h.people["admin"], "EDITOR@ours.example", embraye.Editor)
		wantProblems(t, err, "email")
		_, err = h.App.Invite(ctx, h.people["admin"], "x", "owner")
		wantProblems(t, err, "email", "role")
		link, err := h.App.Invite(ctx, h.people["admin"], "new@ours.example", embraye.Editor)
		h.must(err)
		_, err = h.App.AddPerson(ctx, embraye.Operator(), app.NewPerson{Email: "new@ours.example", Name: "N", Role: embraye.Reader})
		h.must(err)
		_, err = h.App.AcceptInvite(ctx, tokenOf(link), app.NewPerson{Name: "N", Password: goodPassword})
		wantProblems(t, err, "email")
		wantProblems(t, h.App.RevokeInvite(ctx, h.people["admin"], "x"), "email")
	})
}
