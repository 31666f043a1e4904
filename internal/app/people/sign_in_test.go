package people_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/app/people"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

func tooMany(err error) bool {
	var many *embraye.TooMany
	return errors.As(err, &many) && many.RetryAfter > 0 && many.RetryAfter <= 15*time.Minute
}

// W04: a sign-in that fails costs one hash, whoever it is for, and says the same.
func TestW04EverySignInCostsAHash(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		email := h.WithPassword("editor")
		shut := h.WithPassword("other")
		h.Must(h.People.Disable(h.Context(), embraye.Operator(), shut))
		count := people.CountHashes(h.T, h.People)
		for i, who := range []string{email, shut, "reader@ours.example", "nobody@ours.example", "", "no address"} {
			before := count()
			_, err := h.People.SignIn(h.Context(), who, "wrong password", fmt.Sprintf("203.0.113.%d", i))
			h.WantErr(err, embraye.ErrForbidden)
			if err.Error() != "people: sign-in: "+embraye.ErrForbidden.Error() {
				t.Errorf("%q: %v", who, err)
			}
			if n := count() - before; n != 1 {
				t.Errorf("%q: %d hashes", who, n)
			}
		}
		if _, err := h.People.SignIn(h.Context(), shut, apptest.GoodPassword, apptest.Client); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("somebody who is shut out: %v", err)
		}
	})
}

// W16: an endless password is refused before it costs anything; at every door.
func TestW16LongPasswords(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		email, ctx := h.WithPassword("editor"), h.Context()
		reset, err := h.People.ResetLink(ctx, embraye.Operator(), email)
		h.Must(err)
		invite, err := h.People.Invite(ctx, embraye.Operator(), "new@ours.example", embraye.Editor)
		h.Must(err)
		long := strings.Repeat("a", 1<<20)
		count := people.CountHashes(h.T, h.People)
		for name, try := range map[string]func() error{
			"sign-in": func() error { _, err := h.People.SignIn(ctx, email, long, apptest.Client); return err },
			"reset":   func() error { _, err := h.People.ResetPassword(ctx, apptest.TokenOf(reset), long); return err },
			"invite": func() error {
				_, err := h.People.AcceptInvite(ctx, apptest.TokenOf(invite), people.NewPerson{Name: "N", Password: long})
				return err
			},
			"set": func() error { return h.People.SetPassword(ctx, embraye.Operator(), email, long) },
			"add": func() error {
				_, err := h.People.Add(ctx, embraye.Operator(), people.NewPerson{Email: "x@ours.example", Name: "X", Role: embraye.Reader, Password: long})
				return err
			},
		} {
			h.WantErr(try(), embraye.ErrInvalid)
			if n := count(); n != 0 {
				t.Fatalf("%s: %d hashes", name, n)
			}
		}
		if _, err := h.People.SignIn(ctx, email, apptest.GoodPassword, apptest.Client); err != nil {
			t.Errorf("the long ones counted as tries: %v", err)
		}
	})
}

// Tries are counted before the password is looked at: twenty at once get no
// more than five in a row.
func TestTriesAtOnce(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		email := h.WithPassword("editor")
		var wait sync.WaitGroup
		var lock sync.Mutex
		looked := 0
		for range 12 {
			wait.Go(func() {
				_, err := h.People.SignIn(h.Context(), email, "wrong password", apptest.Client)
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
	apptest.EachHouse(t, func(h *apptest.House) {
		email, ctx := h.WithPassword("editor"), h.Context()
		address := func(n int) string { return fmt.Sprintf("2001:db8:1:2::%x", n) } // one customer has a whole /64
		for i := range 4 {
			_, err := h.People.SignIn(ctx, email, "wrong password", address(i))
			h.WantErr(err, embraye.ErrForbidden)
		}
		person, err := h.People.SignIn(ctx, " EDITOR@ours.example ", apptest.GoodPassword, address(4))
		if err != nil || person.ID != h.Who["editor"].PersonID() {
			t.Fatalf("%v, %v", person, err)
		}
		for i := range 16 { // four of them for the account, which is forgiven; the address is not
			who := email
			if i >= 4 {
				who = fmt.Sprint("nobody", i)
			}
			_, err := h.People.SignIn(ctx, who, "wrong password", address(10+i))
			h.WantErr(err, embraye.ErrForbidden)
		}
		if _, err := h.People.SignIn(ctx, "b", "wrong password", "2001:db8:1:2:ffff::1"); !tooMany(err) {
			t.Errorf("the same /64: %v", err)
		}
		if _, err := h.People.SignIn(ctx, "b", "wrong password", "2001:db8:1:3::1"); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("another /64: %v", err)
		}
	})
}

// W04: asking for a reset says the same for everybody; the admins hear of it
// only where there is somebody.
func TestW04AskingForAReset(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		h.Must(h.People.Disable(ctx, embraye.Operator(), "other@ours.example"))
		for _, who := range []string{"EDITOR@ours.example", "other@ours.example", "nobody@ours.example", ""} {
			h.Must(h.People.AskReset(ctx, who, apptest.Client))
		}
		start, err := h.Drafts.Start(ctx, h.Who["admin"])
		h.Must(err)
		if len(start.Reset) != 1 || start.Reset[0].Object != "editor@ours.example" {
			t.Errorf("waiting: %+v", start.Reset)
		}
		for range 4 {
			h.Must(h.People.AskReset(ctx, "editor@ours.example", apptest.Client))
		}
		if err := h.People.AskReset(ctx, "editor@ours.example", apptest.Client); !tooMany(err) {
			t.Errorf("the sixth wish: %v", err)
		}
		if _, err := h.People.SignIn(ctx, "editor@ours.example", "wrong password", apptest.Client); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("wishes shut the sign-in: %v", err)
		}
	})
}

// What is taken away from somebody while their password is hashed is taken away: no
// session begins of it, and no password of theirs is written over another.
func TestNothingComesOfAPasswordThatEndedMeanwhile(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, table := h.Context(), h.Store.Tables().People
		for name, end := range map[string]func(*embraye.Person){
			"shut out": func(p *embraye.Person) { p.Disabled = true },
			"another":  func(p *embraye.Person) { p.PasswordHash = "$another" },
		} {
			for what, act := range map[string]func(email string) error{
				"sign-in": func(email string) error {
					_, err := h.People.SignIn(ctx, email, apptest.GoodPassword, apptest.Client)
					return err
				},
				"change": func(email string) error {
					return h.People.ChangePassword(ctx, h.Who["editor"], apptest.GoodPassword, apptest.OtherPassword, "")
				},
			} {
				email := h.WithPassword("editor")
				h.Must(h.People.Enable(ctx, embraye.Operator(), email))
				people.WhileHashing(t, h.People, func() {
					if err := h.Store.InTx(ctx, func(t store.Tables) error {
						p, err := t.People.ByEmail(ctx, email)
						if err != nil {
							return err
						}
						end(p)
						return t.People.Save(ctx, p)
					}); err != nil {
						t.Error(err)
					}
				})
				h.WantErr(act(email), embraye.ErrForbidden)
				now, err := table.ByEmail(ctx, email)
				h.Must(err)
				if !now.Disabled && now.PasswordHash != "$another" {
					t.Errorf("%s, %s: %+v", what, name, *now)
				}
			}
		}
	})
}
