package app_test

import (
	"errors"
	"sync"
	"testing"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// What only admins may, whoever asks for it by whatever page.
func TestOnlyAdmins(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, email := h.Context(), "editor@ours.example"
		for name, try := range map[string]func(by embraye.Acting) error{
			"add": func(by embraye.Acting) error {
				_, err := h.App.AddPerson(ctx, by, app.NewPerson{Email: "x@ours.example", Name: "X", Role: embraye.Reader})
				return err
			},
			"role":     func(by embraye.Acting) error { return h.App.SetRole(ctx, by, email, embraye.Admin) },
			"password": func(by embraye.Acting) error { return h.App.SetPassword(ctx, by, email, otherPassword) },
			"disable":  func(by embraye.Acting) error { return h.App.DisablePerson(ctx, by, email) },
			"enable":   func(by embraye.Acting) error { return h.App.EnablePerson(ctx, by, email) },
			"invite": func(by embraye.Acting) error {
				_, err := h.App.Invite(ctx, by, "x@ours.example", embraye.Reader)
				return err
			},
			"invites":    func(by embraye.Acting) error { _, err := h.App.Invites(ctx, by); return err },
			"revoke":     func(by embraye.Acting) error { return h.App.RevokeInvite(ctx, by, "x@ours.example") },
			"reset link": func(by embraye.Acting) error { _, err := h.App.ResetLink(ctx, by, email); return err },
			"setup link": func(by embraye.Acting) error { _, err := h.App.SetupLink(ctx, by); return err },
			"sessions":   func(by embraye.Acting) error { return h.App.EndSessionsOf(ctx, by, h.people["second"].PersonID()) },
			"profile":    func(by embraye.Acting) error { return h.App.SetProfile(ctx, by, app.ProfileInput{Name: "X"}) },
			"handle":     func(by embraye.Acting) error { return h.App.SetOrgHandle(ctx, by, "x") },
			"measure":    func(by embraye.Acting) error { return h.App.EnableMeasure(ctx, by, "m0") },
			"legal":      func(by embraye.Acting) error { return h.App.SetLegal(ctx, by, map[string]string{"contact": "x"}) },
		} {
			for _, who := range []string{"reader", "editor", "reviewer", ""} {
				if err := try(h.people[who]); !errors.Is(err, embraye.ErrForbidden) {
					t.Errorf("%s as %q: %v", name, who, err)
				}
			}
		}
		shut := h.people["admin"]
		person := *shut.Person
		person.Disabled = true
		if err := h.App.SetRole(ctx, embraye.Acting{Person: &person}, email, embraye.Reader); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("an admin who is shut out: %v", err)
		}
	})
}

// The last admin cannot be taken away, neither from inside nor by the operator.
func TestT11TheLastAdminStays(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, admin := h.Context(), h.people["admin"]
		wantProblems(t, h.App.SetRole(ctx, admin, "admin@ours.example", embraye.Reviewer), "role")
		wantProblems(t, h.App.DisablePerson(ctx, admin, "admin@ours.example"), "role")
		h.must(h.App.SetRole(ctx, admin, "second@ours.example", embraye.Admin))
		h.must(h.App.DisablePerson(ctx, admin, "second@ours.example"))
		wantProblems(t, h.App.SetRole(ctx, admin, "admin@ours.example", embraye.Reviewer), "role")
		h.must(h.App.EnablePerson(ctx, admin, "second@ours.example"))
		h.must(h.App.SetRole(ctx, admin, "admin@ours.example", embraye.Reviewer))
		wantProblems(t, h.App.DisablePerson(ctx, embraye.Operator(), "second@ours.example"), "role")
		wantProblems(t, h.App.SetRole(ctx, embraye.Operator(), "second@ours.example", embraye.Editor), "role")
	})
}

// Two admins who take each other's access away at the same moment: one is left.
func TestT11TwoAdminsWhoRemoveEachOther(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		h.must(h.App.SetRole(ctx, embraye.Operator(), "second@ours.example", embraye.Admin))
		pair := [2]string{"admin@ours.example", "second@ours.example"}
		var acting [2]embraye.Acting
		for i, email := range pair {
			by, err := h.App.FindPerson(ctx, email)
			h.must(err)
			acting[i] = by
		}
		for range 5 {
			var errs [2]error
			var both sync.WaitGroup
			for i := range pair {
				both.Go(func() { errs[i] = h.App.DisablePerson(ctx, acting[i], pair[1-i]) })
			}
			both.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("they got %v and %v", errs[0], errs[1])
			}
			for _, email := range pair {
				h.must(h.App.EnablePerson(ctx, embraye.Operator(), email))
			}
		}
	})
}

// Where an earlier version let the last admin be shut out, the link that makes
// one works again; it ends once there is an active one.
func TestT11ALinkWhereNoAdminIsLeft(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		h.must(h.App.SetPassword(ctx, embraye.Operator(), "admin@ours.example", goodPassword))
		_, err := h.App.SetupLink(ctx, embraye.Operator())
		h.wantErr(err, embraye.ErrConflict)
		h.must(h.Store.InTx(ctx, func(t store.Tables) error {
			p, err := t.People.ByEmail(ctx, "admin@ours.example")
			if err != nil {
				return err
			}
			p.Disabled = true
			return t.People.Save(ctx, p)
		}))
		link, err := h.App.SetupLink(ctx, embraye.Operator())
		h.must(err)
		h.must(h.App.EnablePerson(ctx, embraye.Operator(), "admin@ours.example"))
		if state, err := h.App.SetupState(ctx, tokenOf(link)); err != nil || state != embraye.LinkUsed {
			t.Errorf("with an admin again: %v, %v", state, err)
		}
	})
}

// Two spellings of an address are one person; what is wrong comes all at once.
func TestPeopleAndTheirAddresses(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		_, err := h.App.AddPerson(ctx, embraye.Operator(), app.NewPerson{Email: " EDITOR@OURS.example", Name: "N", Role: embraye.Reader})
		h.wantErr(err, embraye.ErrConflict)
		_, err = h.App.AddPerson(ctx, embraye.Operator(), app.NewPerson{Email: "x", Name: " ", Role: "owner", Password: "short"})
		wantProblems(t, err, "email", "name", "role", "password")
		for _, bad := range []string{"", "a", "a@", "@b", "a@b\nc@d", "Ana <a@b.example>", "é@b.example", "a@b.example, c@d.example", "a b@c.example"} {
			_, err := h.App.AddPerson(ctx, embraye.Operator(), app.NewPerson{Email: bad, Name: "N", Role: embraye.Reader})
			wantProblems(t, err, "email")
		}
		by, err := h.App.FindPerson(ctx, " Editor@ours.example ")
		if err != nil || by.PersonID() != h.people["editor"].PersonID() {
			t.Errorf("%v, %v", by, err)
		}
		h.must(h.App.DisablePerson(ctx, embraye.Operator(), "editor@ours.example"))
		if _, err := h.App.FindPerson(ctx, "editor@ours.example"); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("--as somebody who is shut out: %v", err)
		}
		if _, err := h.App.Person(ctx, h.people["editor"].PersonID()); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("a session of somebody who is shut out: %v", err)
		}
	})
}

func TestLanguageOfPages(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.must(h.App.SetLanguage(h.Context(), h.people["reader"], "en"))
		p, err := h.App.Person(h.Context(), h.people["reader"].PersonID())
		if err != nil || p.Language != "en" {
			t.Errorf("%+v, %v", p, err)
		}
		wantProblems(t, h.App.SetLanguage(h.Context(), h.people["reader"], "xx"), "language")
		h.wantErr(h.App.SetLanguage(h.Context(), embraye.Operator(), "en"), embraye.ErrForbidden)
	})
}

// session puts a session of somebody into the database, as a browser would.
func (h *house) session(who, token string) {
	h.T.Helper()
	now := h.Clock.Now()
	row := &embraye.Session{TokenHash: app.SessionHash(token), PersonID: h.people[who].PersonID(), CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(1e15)}
	h.must(h.Store.InTx(h.T.Context(), func(t store.Tables) error { return t.Sessions.Put(h.T.Context(), row) }))
}

// Sessions end one by one, and only one's own; all of them by an admin.
func TestEndingSessions(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		for _, token := range []string{"one", "two", "three"} {
			h.session("editor", token)
		}
		h.session("other", "theirs")
		h.wantErr(h.App.EndSession(ctx, h.people["editor"], app.SessionHash("theirs")), embraye.ErrNotFound)
		h.wantErr(h.App.EndSession(ctx, embraye.Operator(), app.SessionHash("theirs")), embraye.ErrNotFound)
		h.wantErr(h.App.EndSession(ctx, h.people["editor"], app.SessionHash("none")), embraye.ErrNotFound)
		h.must(h.App.EndSession(ctx, h.people["editor"], app.SessionHash("one")))
		count := func(who string) int {
			t.Helper()
			list, err := h.App.Sessions(ctx, h.people[who].PersonID())
			h.must(err)
			return len(list)
		}
		if n := count("editor"); n != 2 {
			t.Errorf("%d sessions are left", n)
		}
		h.session("editor", "one") // a request that began before the end
		if n := count("editor"); n != 2 {
			t.Error("an ended session came back")
		}
		h.must(h.App.EndSessionsOf(ctx, h.people["admin"], h.people["editor"].PersonID()))
		if n, m := count("editor"), count("other"); n != 0 || m != 1 {
			t.Errorf("%d and %d sessions are left", n, m)
		}
	})
}
