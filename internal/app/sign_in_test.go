package app_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
)

const (
	goodPassword  = "correct horse battery"
	otherPassword = "another good password"
	client        = "203.0.113.1"
)

// withPassword gives somebody of the house a password.
func (h *house) withPassword(name string) string {
	h.T.Helper()
	email := name + "@ours.example"
	h.must(h.App.SetPassword(h.T.Context(), embraye.Operator(), email, goodPassword))
	return email
}

func tooMany(err error) bool {
	var many *embraye.TooMany
	return errors.As(err, &many) && many.RetryAfter > 0 && many.RetryAfter <= 15*time.Minute
}

// W04: a sign-in that fails costs one hash, whoever it is for, and says the same.
func TestW04EverySignInCostsAHash(t *testing.T) {
	eachHouse(t, func(h *house) {
		email := h.withPassword("editor")
		shut := h.withPassword("other")
		h.must(h.App.DisablePerson(h.Context(), embraye.Operator(), shut))
		count := app.CountHashes(h.T, h.App)
		for i, who := range []string{email, shut, "reader@ours.example", "nobody@ours.example", "", "no address"} {
			before := count()
			_, err := h.App.SignIn(h.Context(), who, "wrong password", fmt.Sprintf("203.0.113.%d", i))
			h.wantErr(err, embraye.ErrForbidden)
			if err.Error() != "app: sign-in: "+embraye.ErrForbidden.Error() {
				t.Errorf("%q: %v", who, err)
			}
			if n := count() - before; n != 1 {
				t.Errorf("%q: %d hashes", who, n)
			}
		}
		if _, err := h.App.SignIn(h.Context(), shut, goodPassword, client); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("somebody who is shut out: %v", err)
		}
	})
}

// W16: an endless password is refused before it costs anything; at every door.
func TestW16LongPasswords(t *testing.T) {
	eachHouse(t, func(h *house) {
		email, ctx := h.withPassword("editor"), h.Context()
		reset, err := h.App.ResetLink(ctx, embraye.Operator(), email)
		h.must(err)
		invite, err := h.App.Invite(ctx, embraye.Operator(), "new@ours.example", embraye.Editor)
		h.must(err)
		long := strings.Repeat("a", 1<<20)
		count := app.CountHashes(h.T, h.App)
		for name, try := range map[string]func() error{
			"sign-in": func() error { _, err := h.App.SignIn(ctx, email, long, client); return err },
			"reset":   func() error { _, err := h.App.ResetPassword(ctx, tokenOf(reset), long); return err },
			"invite": func() error {
				_, err := h.App.AcceptInvite(ctx, tokenOf(invite), app.NewPerson{Name: "N", Password: long})
				return err
			},
			"set": func() error { return h.App.SetPassword(ctx, embraye.Operator(), email, long) },
			"add": func() error {
				_, err := h.App.AddPerson(ctx, embraye.Operator(), app.NewPerson{Email: "x@ours.example", Name: "X", Role: embraye.Reader, Password: long})
				return err
			},
		} {
			h.wantErr(try(), embraye.ErrInvalid)
			if n := count(); n != 0 {
				t.Fatalf("%s: %d hashes", name, n)
			}
		}
		if _, err := h.App.SignIn(ctx, email, goodPassword, client); err != nil {
			t.Errorf("the long ones counted as tries: %v", err)
		}
	})
}

func tokenOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// Tries are counted before the password is looked at: twenty at once get no
// more than five in a row.
func TestTriesAtOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		email := h.withPassword("editor")
		var wait sync.WaitGroup
		var lock sync.Mutex
		looked := 0
		for range 12 {
			wait.Go(func() {
				_, err := h.App.SignIn(h.Context(), email, "wrong password", client)
				lock.Lock()
				defer lock.Unlock()
				if errors.Is(err, embraye.ErrForbidden) {
					looked++
				} else if !tooMany(err) {
					t.Errorf("%v", err)
				}
			})
		}
		wait.Wait()
		if looked != 5 {
			t.Errorf("%d passwords were looked at", looked)
		}
	})
}

// What counts as one address, and what a success forgives.
func TestAddressesAndForgiveness(t *testing.T) {
	eachHouse(t, func(h *house) {
		email, ctx := h.withPassword("editor"), h.Context()
		address := func(n int) string { return fmt.Sprintf("2001:db8:1:2::%x", n) } // one customer has a whole /64
		for i := range 4 {
			_, err := h.App.SignIn(ctx, email, "wrong password", address(i))
			h.wantErr(err, embraye.ErrForbidden)
		}
		person, err := h.App.SignIn(ctx, " EDITOR@ours.example ", goodPassword, address(4))
		if err != nil || person.ID != h.people["editor"].PersonID() {
			t.Fatalf("%v, %v", person, err)
		}
		for i := range 16 { // four of them for the account, which is forgiven; the address is not
			who := email
			if i >= 4 {
				who = fmt.Sprint("nobody", i)
			}
			_, err := h.App.SignIn(ctx, who, "wrong password", address(10+i))
			h.wantErr(err, embraye.ErrForbidden)
		}
		if _, err := h.App.SignIn(ctx, "b", "wrong password", "2001:db8:1:2:ffff::1"); !tooMany(err) {
			t.Errorf("the same /64: %v", err)
		}
		if _, err := h.App.SignIn(ctx, "b", "wrong password", "2001:db8:1:3::1"); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("another /64: %v", err)
		}
	})
}

// W04: asking for a reset says the same for everybody; the admins hear of it
// only where there is somebody.
func TestW04AskingForAReset(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		h.must(h.App.DisablePerson(ctx, embraye.Operator(), "other@ours.example"))
		for _, who := range []string{"EDITOR@ours.example", "other@ours.example", "nobody@ours.example", ""} {
			h.must(h.App.AskReset(ctx, who, client))
		}
		start, err := h.App.Start(ctx, h.people["admin"])
		h.must(err)
		if len(start.Reset) != 1 || start.Reset[0].Object != "editor@ours.example" {
			t.Errorf("waiting: %+v", start.Reset)
		}
		for range 4 {
			h.must(h.App.AskReset(ctx, "editor@ours.example", client))
		}
		if err := h.App.AskReset(ctx, "editor@ours.example", client); !tooMany(err) {
			t.Errorf("the sixth wish: %v", err)
		}
		if _, err := h.App.SignIn(ctx, "editor@ours.example", "wrong password", client); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("wishes shut the sign-in: %v", err)
		}
	})
}
