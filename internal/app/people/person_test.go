package people_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"embraye/internal/app/organisation"
	"embraye/internal/app/people"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// What only admins may, whoever asks for it by whatever page.
func TestOnlyAdmins(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, email := h.Context(), "editor@ours.example"
		for name, try := range map[string]func(by embraye.Acting) error{
			"add": func(by embraye.Acting) error {
				_, err := h.People.Add(ctx, by, people.NewPerson{Email: "x@ours.example", Name: "X", Role: embraye.Reader})
				return err
			},
			"role":     func(by embraye.Acting) error { return h.People.SetRole(ctx, by, email, embraye.Admin) },
			"password": func(by embraye.Acting) error { return h.People.SetPassword(ctx, by, email, apptest.OtherPassword) },
			"disable":  func(by embraye.Acting) error { return h.People.Disable(ctx, by, email) },
			"enable":   func(by embraye.Acting) error { return h.People.Enable(ctx, by, email) },
			"invite": func(by embraye.Acting) error {
				_, err := h.People.Invite(ctx, by, "x@ours.example", embraye.Reader)
				return err
			},
			"invites":    func(by embraye.Acting) error { _, _, err := h.People.Invites(ctx, by); return err },
			"revoke":     func(by embraye.Acting) error { return h.People.RevokeInvite(ctx, by, "x@ours.example") },
			"reset link": func(by embraye.Acting) error { _, err := h.People.ResetLink(ctx, by, email); return err },
			"setup link": func(by embraye.Acting) error { _, err := h.People.SetupLink(ctx, by); return err },
			"sessions":   func(by embraye.Acting) error { return h.People.EndSessionsOf(ctx, by, h.Who["second"].PersonID()) },
			"profile": func(by embraye.Acting) error {
				return h.Organisation.SetProfile(ctx, by, organisation.ProfileInput{Name: "X"})
			},
			"handle":  func(by embraye.Acting) error { return h.Organisation.SetHandle(ctx, by, "x") },
			"measure": func(by embraye.Acting) error { return h.Organisation.EnableMeasure(ctx, by, "m0") },
			"legal": func(by embraye.Acting) error {
				return h.Organisation.SetLegal(ctx, by, map[string]string{"contact": "x@ours.example"})
			},
		} {
			for _, who := range []string{"reader", "editor", "reviewer", ""} {
				if err := try(h.Who[who]); !errors.Is(err, embraye.ErrForbidden) {
					t.Errorf("%s as %q: %v", name, who, err)
				}
			}
		}
		shut := h.Who["admin"]
		person := *shut.Person
		person.Disabled = true
		if err := h.People.SetRole(ctx, embraye.Acting{Person: &person}, email, embraye.Reader); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("an admin who is shut out: %v", err)
		}
	})
}

// The last admin cannot be taken away, neither from inside nor by the operator.
func TestT11TheLastAdminStays(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, admin := h.Context(), h.Who["admin"]
		apptest.WantProblems(t, h.People.SetRole(ctx, admin, "admin@ours.example", embraye.Reviewer), "role")
		apptest.WantProblems(t, h.People.Disable(ctx, admin, "admin@ours.example"), "role")
		h.Must(h.People.SetRole(ctx, admin, "second@ours.example", embraye.Admin))
		h.Must(h.People.Disable(ctx, admin, "second@ours.example"))
		apptest.WantProblems(t, h.People.SetRole(ctx, admin, "admin@ours.example", embraye.Reviewer), "role")
		h.Must(h.People.Enable(ctx, admin, "second@ours.example"))
		h.Must(h.People.SetRole(ctx, admin, "admin@ours.example", embraye.Reviewer))
		apptest.WantProblems(t, h.People.Disable(ctx, embraye.Operator(), "second@ours.example"), "role")
		apptest.WantProblems(t, h.People.SetRole(ctx, embraye.Operator(), "second@ours.example", embraye.Editor), "role")
	})
}

// Two admins who take each other's access away at the same moment: one is left.
func TestT11TwoAdminsWhoRemoveEachOther(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		h.Must(h.People.SetRole(ctx, embraye.Operator(), "second@ours.example", embraye.Admin))
		pair := [2]string{"admin@ours.example", "second@ours.example"}
		var acting [2]embraye.Acting
		for i, email := range pair {
			by, err := h.People.Find(ctx, email)
			h.Must(err)
			acting[i] = by
		}
		for range 5 {
			var errs [2]error
			var both sync.WaitGroup
			for i := range pair {
				both.Go(func() { errs[i] = h.People.Disable(ctx, acting[i], pair[1-i]) })
			}
			both.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("they got %v and %v", errs[0], errs[1])
			}
			for _, email := range pair {
				h.Must(h.People.Enable(ctx, embraye.Operator(), email))
			}
		}
	})
}

// Where an earlier version let the last admin be shut out, the link that makes
// one works again; it ends once there is an active one.
func TestT11ALinkWhereNoAdminIsLeft(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		h.Must(h.People.SetPassword(ctx, embraye.Operator(), "admin@ours.example", apptest.GoodPassword))
		_, err := h.People.SetupLink(ctx, embraye.Operator())
		h.WantErr(err, embraye.ErrConflict)
		h.Must(h.Store.InTx(ctx, func(t store.Tables) error {
			p, err := t.People.ByEmail(ctx, "admin@ours.example")
			if err != nil {
				return err
			}
			p.Disabled = true
			return t.People.Save(ctx, p)
		}))
		link, err := h.People.SetupLink(ctx, embraye.Operator())
		h.Must(err)
		h.Must(h.People.Enable(ctx, embraye.Operator(), "admin@ours.example"))
		if state, err := h.People.SetupState(ctx, apptest.TokenOf(link)); err != nil || state != embraye.LinkUsed {
			t.Errorf("with an admin again: %v, %v", state, err)
		}
	})
}

// Two spellings of an address are one person; what is wrong comes all at once.
func TestPeopleAndTheirAddresses(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		_, err := h.People.Add(ctx, embraye.Operator(), people.NewPerson{Email: " EDITOR@OURS.example", Name: "N", Role: embraye.Reader})
		h.WantErr(err, embraye.ErrConflict)
		_, err = h.People.Add(ctx, embraye.Operator(), people.NewPerson{Email: "x", Name: " ", Role: "owner", Password: "short"})
		apptest.WantProblems(t, err, "email", "name", "role", "password")
		for _, bad := range []string{"", "a", "a@", "@b", "a@b\nc@d", "Ana <a@b.example>", "é@b.example", "a@b.example, c@d.example", "a b@c.example"} {
			_, err := h.People.Add(ctx, embraye.Operator(), people.NewPerson{Email: bad, Name: "N", Role: embraye.Reader})
			apptest.WantProblems(t, err, "email")
		}
		by, err := h.People.Find(ctx, " Editor@ours.example ")
		if err != nil || by.PersonID() != h.Who["editor"].PersonID() {
			t.Errorf("%v, %v", by, err)
		}
		h.Must(h.People.Disable(ctx, embraye.Operator(), "editor@ours.example"))
		if _, err := h.People.Find(ctx, "editor@ours.example"); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("--as somebody who is shut out: %v", err)
		}
		if _, err := h.People.Take(ctx, h.Who["editor"].PersonID()); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("a session of somebody who is shut out: %v", err)
		}
	})
}

func TestLanguageOfPages(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		h.Must(h.People.SetLanguage(h.Context(), h.Who["reader"], "en"))
		p, err := h.People.Take(h.Context(), h.Who["reader"].PersonID())
		if err != nil || p.Language != "en" {
			t.Errorf("%+v, %v", p, err)
		}
		apptest.WantProblems(t, h.People.SetLanguage(h.Context(), h.Who["reader"], "xx"), "language")
		h.WantErr(h.People.SetLanguage(h.Context(), embraye.Operator(), "en"), embraye.ErrForbidden)
	})
}

// Sessions end one by one, and only one's own; all of them by an admin.
func TestEndingSessions(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		for _, token := range []string{"one", "two", "three"} {
			h.Session("editor", token)
		}
		h.Session("other", "theirs")
		h.WantErr(h.People.EndSession(ctx, h.Who["editor"], people.SessionHash("theirs")), embraye.ErrNotFound)
		h.WantErr(h.People.EndSession(ctx, embraye.Operator(), people.SessionHash("theirs")), embraye.ErrNotFound)
		h.WantErr(h.People.EndSession(ctx, h.Who["editor"], people.SessionHash("none")), embraye.ErrNotFound)
		h.Must(h.People.EndSession(ctx, h.Who["editor"], people.SessionHash("one")))
		count := func(who string) int {
			t.Helper()
			list, err := h.People.Sessions(ctx, h.Who[who].PersonID())
			h.Must(err)
			return len(list)
		}
		if n := count("editor"); n != 2 {
			t.Errorf("%d sessions are left", n)
		}
		h.Session("editor", "one") // a request that began before the end
		if n := count("editor"); n != 2 {
			t.Error("an ended session came back")
		}
		h.Must(h.People.EndSessionsOf(ctx, h.Who["admin"], h.Who["editor"].PersonID()))
		if n, m := count("editor"), count("other"); n != 0 || m != 1 {
			t.Errorf("%d and %d sessions are left", n, m)
		}
	})
}

// What a command does to somebody, beside the server, is not undone by what they
// do to their own account.
func TestOwnChangesUndoNothingOfAnotherProcess(t *testing.T) {
	apptest.OneHouse(t, storetest.Postgres, func(h *apptest.House) {
		h.WithPassword("editor")
		editor := h.Who["editor"]
		var token string
		for name, own := range map[string]func(context.Context) error{
			"language": func(ctx context.Context) error { return h.People.SetLanguage(ctx, editor, "en") },
			"password": func(ctx context.Context) error {
				return h.People.ChangePassword(ctx, editor, apptest.GoodPassword, apptest.OtherPassword, "")
			},
			"link": func(ctx context.Context) error {
				_, err := h.People.ResetPassword(ctx, token, apptest.OtherPassword)
				return err
			},
		} {
			h.Must(h.People.Enable(h.Context(), h.Who["admin"], editor.Person.Email))
			h.Must(h.People.SetPassword(h.Context(), h.Who["admin"], editor.Person.Email, apptest.GoodPassword))
			link, err := h.People.ResetLink(h.Context(), h.Who["admin"], editor.Person.Email)
			h.Must(err)
			token = apptest.TokenOf(link)
			err = h.Meanwhile(own, "UPDATE people SET disabled = true, role = 'reader' WHERE id = $1", editor.Person.ID)
			now, bad := h.Store.Tables().People.Take(h.Context(), editor.Person.ID)
			if h.Must(bad); !now.Disabled || now.Role != embraye.Reader {
				t.Errorf("%s: disabled %t, %s (%v)", name, now.Disabled, now.Role, err)
			}
		}
	})
}
