package people_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/app/organisation"
	"embraye/internal/app/people"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/instance"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// half signs somebody in as far as the password goes.
func half(h *apptest.House, who string) (token string) {
	h.T.Helper()
	p, err := h.People.SignIn(h.Context(), who+"@ours.example", apptest.GoodPassword, apptest.Client)
	h.Must(err)
	token, err = h.People.Second.Begin(h.Context(), p)
	h.Must(err)
	return token
}

// enter tries a code and tells whether it opened.
func enter(h *apptest.House, token, code string) bool {
	h.T.Helper()
	p, err := h.People.Second.SignIn(h.Context(), token, people.Answer{Code: code}, apptest.Client)
	var invalid *embraye.InvalidError
	if err != nil && !errors.As(err, &invalid) && !errors.Is(err, embraye.ErrForbidden) {
		h.T.Fatal(err)
	}
	return err == nil && p != nil
}

// A code opens once, for the person whose it is, with a ticket that is theirs and
// of today's password.
func TestCodesOpenOnce(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, second := h.Context(), h.People.Second
		app, other := h.WithCodeApp("editor"), h.WithCodeApp("other")
		if len(app.Recovery) != 10 {
			t.Fatalf("recovery codes: %v", app.Recovery)
		}
		h.WithPassword("reader")
		if token := half(h, "reader"); token != "" {
			t.Error("a factor is asked of somebody who has none")
		}
		token := half(h, "editor")
		if enter(h, token, other.Code(0)) {
			t.Error("the code of a neighbour opens")
		}
		if enter(h, token, app.Code(-2*time.Minute)) || enter(h, token, "000 000 0") {
			t.Error("an old code, or none, opens")
		}
		if code := app.Code(0); !enter(h, token, " "+code[:3]+" "+code[3:]+" ") {
			t.Error("the right code does not open")
		}
		if enter(h, token, app.Code(30*time.Second)) {
			t.Error("a ticket opens twice")
		}
		if enter(h, half(h, "editor"), app.Code(0)) {
			t.Error("a code opens twice")
		}
		if !enter(h, half(h, "editor"), app.Code(30*time.Second)) {
			t.Error("the next code does not open")
		}
		h.Clock.Advance(2 * time.Minute)

		late := half(h, "editor")
		h.Clock.Advance(5*time.Minute + time.Second)
		if enter(h, late, app.Code(0)) {
			t.Error("a ticket lasts longer than five minutes")
		}
		old := half(h, "editor")
		h.Must(h.People.SetPassword(ctx, embraye.Operator(), "editor@ours.example", apptest.OtherPassword))
		if enter(h, old, app.Code(0)) {
			t.Error("a ticket outlives the password")
		}
		h.Must(h.People.SetPassword(ctx, embraye.Operator(), "editor@ours.example", apptest.GoodPassword))
		shut := half(h, "editor")
		h.Must(h.People.Disable(ctx, embraye.Operator(), "editor@ours.example"))
		if enter(h, shut, app.Code(0)) {
			t.Error("somebody who is shut out comes in")
		}
		if _, err := second.Waits(ctx, "none"); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("no ticket: %v", err)
		}
		h.WantErr(second.BeginApp(ctx, people.Change{By: h.Who["other"], Proof: half(h, "other")}), embraye.ErrForbidden)
		p, err := h.People.SignIn(ctx, "other@ours.example", apptest.GoodPassword, apptest.Client)
		h.Must(err)
		stolen := h.Change("reader").Proof
		h.WantErr(second.RemoveApp(ctx, people.Change{By: embraye.Acting{Person: p}, Proof: stolen}), embraye.ErrForbidden)
	})
}

// Two processes that are shown the same code, or the same recovery code, at the
// same moment: one opens.
func TestTwoProcessesOneCode(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		app := h.WithCodeApp("editor")
		replicas := []*people.People{h.People, replica(h), replica(h)}
		for _, code := range []string{app.Code(0), app.Recovery[3]} {
			tokens := []string{half(h, "editor"), half(h, "editor"), half(h, "editor")}
			opened := make([]bool, len(tokens))
			var all sync.WaitGroup
			for i, token := range tokens {
				all.Go(func() {
					p, err := replicas[i].Second.SignIn(h.Context(), token, people.Answer{Code: code}, apptest.Client)
					opened[i] = err == nil && p.ID == h.Who["editor"].PersonID()
				})
			}
			all.Wait()
			n := 0
			for _, o := range opened {
				if o {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d came in with one code", n)
			}
		}
	})
}

// Six digits cannot be tried: five codes in a quarter of an hour, counted before
// they are looked at; the person hears of it, once.
func TestCodesCannotBeTried(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, second := h.Context(), h.People.Second
		app := h.WithCodeApp("editor")
		s := h.WithMail(nil)
		before := len(h.SendMails(s)) // that it was added
		for i := range 8 {
			token := half(h, "editor") // the right password clears nothing here
			_, err := second.SignIn(ctx, token, people.Answer{Code: "000000"}, apptest.Client)
			if i < 5 {
				apptest.WantProblems(t, err, "code")
			} else if !tooMany(err) {
				t.Errorf("try %d: %v", i+1, err)
			}
		}
		if _, err := second.SignIn(ctx, half(h, "editor"), people.Answer{Code: app.Code(0)}, "198.51.100.7"); !tooMany(err) {
			t.Errorf("the right one, from elsewhere: %v", err)
		}
		letters := h.SendMails(s)[before:]
		if len(letters) != 1 || !strings.Contains(letters[0].Text(), "plusieurs codes faux") {
			t.Errorf("%d letters: %+v", len(letters), letters)
		}
		h.Clock.Advance(15*time.Minute + time.Second)
		if !enter(h, half(h, "editor"), app.Code(0)) {
			t.Error("waiting does not help")
		}
	})
}

// A recovery code opens once, however it is typed, and is told by mail; new ones
// end the old.
func TestRecoveryCodes(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, second := h.Context(), h.People.Second
		app, s := h.WithCodeApp("editor"), h.WithMail(nil)
		other := h.WithCodeApp("other")
		before := len(h.SendMails(s))
		if form := regexp.MustCompile(`^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$`); !form.MatchString(app.Recovery[0]) {
			t.Errorf("a recovery code %q", app.Recovery[0])
		}
		typed := strings.NewReplacer("0", "O", "1", "l", "-", " ").Replace(strings.ToUpper(app.Recovery[0]))
		if !enter(h, half(h, "editor"), typed) || enter(h, half(h, "editor"), app.Recovery[0]) {
			t.Error("a recovery code opens once, however typed")
		}
		if enter(h, half(h, "editor"), other.Recovery[1]) {
			t.Error("the recovery code of a neighbour opens")
		}
		letters := h.SendMails(s)[before:]
		if n := len(letters); n != 1 || letters[n-1].To != "editor@ours.example" || !strings.Contains(letters[n-1].Text(), "code de secours") {
			t.Errorf("%d letters: %+v", n, letters)
		}
		codes, err := second.NewCodes(ctx, h.Change("editor"))
		h.Must(err)
		if enter(h, half(h, "editor"), app.Recovery[2]) || !enter(h, half(h, "editor"), codes[2]) {
			t.Error("new recovery codes do not end the old ones")
		}
		if has, err := second.Of(ctx, h.Who["editor"].PersonID()); err != nil || has.Codes != 9 {
			t.Errorf("%+v, %v", has, err)
		}
		if dump := everything(h); strings.Contains(dump, codes[0]) || strings.Contains(dump, strings.ReplaceAll(codes[0], "-", "")) {
			t.Error("a recovery code stands in the database")
		}
	})
}

// A change wants a proof, is mailed and written down, and ends other sessions; the
// last factor takes the recovery codes along.
func TestChangesOfFactors(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, second, s := h.Context(), h.People.Second, h.WithMail(nil)
		app, by := h.WithCodeApp("editor"), h.Who["editor"]
		h.Session("editor", "here")
		h.Session("editor", "elsewhere")
		for name, wrong := range map[string]error{
			"no password": first(second.Prove(ctx, by, "wrong password", people.Answer{Code: app.Code(0)}, apptest.Client)),
			"no code":     first(second.Prove(ctx, by, apptest.GoodPassword, people.Answer{}, apptest.Client)),
			"wrong code":  first(second.Prove(ctx, by, apptest.GoodPassword, people.Answer{Code: "123456"}, apptest.Client)),
		} {
			if !errors.Is(wrong, embraye.ErrInvalid) {
				t.Errorf("%s: %v", name, wrong)
			}
		}
		proof, err := second.Prove(ctx, by, apptest.GoodPassword, people.Answer{Code: app.Code(0)}, apptest.Client)
		h.Must(err)
		c := people.Change{By: by, Proof: proof, Session: "here"}
		h.WantErr(second.RemoveApp(ctx, people.Change{By: by}), embraye.ErrForbidden)
		h.WantErr(second.RemoveApp(ctx, people.Change{By: h.Who["other"], Proof: proof}), embraye.ErrForbidden)
		h.Must(second.BeginApp(ctx, c)) // another phone: the old one counts until the new one does
		if !enter(h, half(h, "editor"), app.Code(30*time.Second)) {
			t.Error("the old generator ended before the new one began")
		}
		_, err = second.ConfirmApp(ctx, c, app.Code(0))
		apptest.WantProblems(t, err, "code")
		h.Must(second.RemoveApp(ctx, c))
		if sessions, err := h.People.Sessions(ctx, by.PersonID()); err != nil || len(sessions) != 1 || sessions[0].TokenHash != people.SessionHash("here") {
			t.Errorf("sessions after a change: %+v, %v", sessions, err)
		}
		if has, err := second.Of(ctx, by.PersonID()); err != nil || has.On() || has.Codes != 0 {
			t.Errorf("after the last factor: %+v, %v", has, err)
		}
		h.WantErr(first(second.NewCodes(ctx, c)), embraye.ErrConflict)
		h.Clock.Advance(10*time.Minute + time.Second)
		h.WantErr(second.BeginApp(ctx, c), embraye.ErrForbidden)
		if half(h, "editor") != "" {
			t.Error("a factor is asked of somebody who has none any more")
		}
		var told []string
		for _, l := range h.SendMails(s) {
			told = append(told, l.To)
		}
		if len(told) != 2 {
			t.Errorf("told: %v", told)
		}
		log := acts(h)
		for _, want := range []string{"person.code_app_add", "person.code_app_remove"} {
			if !strings.Contains(log, want) {
				t.Errorf("%s is not in the log: %s", want, log)
			}
		}
	})
}

// Who is locked out is let in by the operator; only admins may, and it is told.
func TestFactorsThatAreLost(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, second := h.Context(), h.People.Second
		h.WithCodeApp("editor")
		s := h.WithMail(nil)
		waiting, before := half(h, "editor"), len(h.SendMails(s))
		h.WantErr(second.Remove(ctx, h.Who["reviewer"], "editor@ours.example"), embraye.ErrForbidden)
		h.WantErr(second.Remove(ctx, embraye.Operator(), "nobody@ours.example"), embraye.ErrNotFound)
		h.WantErr(second.Remove(ctx, embraye.Operator(), "other@ours.example"), embraye.ErrNotFound)
		server := h.App.Mail
		h.App.Mail = nil // a command knows no mail server
		h.Must(second.Remove(ctx, embraye.Operator(), " Editor@ours.example"))
		h.App.Mail = server
		if _, err := second.Waits(ctx, waiting); !errors.Is(err, embraye.ErrForbidden) {
			t.Errorf("what waited: %v", err)
		}
		if half(h, "editor") != "" || len(h.SendMails(s)[before:]) != 1 || !strings.Contains(acts(h), "person.factor_remove") {
			t.Error("it is not removed, told and written down")
		}
	})
}

// The organisation may want a second factor of admins: one who has none may ask
// for nothing else, and cannot make the rule.
func TestAdminsWhoNeedAFactor(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, second := h.Context(), h.People.Second
		rule := organisation.Rules{FactorRequired: true}
		apptest.WantProblems(t, h.Organisation.SetRules(ctx, h.Who["admin"], rule), "factor_required")
		h.WithCodeApp("admin")
		h.Must(h.Organisation.SetRules(ctx, h.Who["admin"], rule))
		h.Must(h.People.SetRole(ctx, embraye.Operator(), "second@ours.example", embraye.Admin))
		for who, want := range map[string]bool{"admin": false, "second": true, "reviewer": false} {
			p, err := h.People.Take(ctx, h.Who[who].PersonID())
			h.Must(err)
			if owes, err := second.Owes(ctx, p); err != nil || owes != want {
				t.Errorf("%s owes one: %t, %v", who, owes, err)
			}
		}
		apptest.WantProblems(t, second.RemoveApp(ctx, h.Change("admin")), "factor") // the last one
		if has, err := second.Of(ctx, h.Who["admin"].PersonID()); err != nil || !has.On() || has.Codes == 0 {
			t.Errorf("what is left: %+v, %v", has, err)
		}
		again, err := h.People.Find(ctx, "second@ours.example")
		h.Must(err)
		h.Must(h.Organisation.SetRules(ctx, again, organisation.Rules{FactorRequired: true, RepliesOpen: true})) // it stands already
		h.Must(h.Organisation.SetRules(ctx, again, organisation.Rules{}))
	})
}

// replica is another process on the same database.
func replica(h *apptest.House) *people.People {
	h.T.Helper()
	o := h.App.Options
	o.Store = storetest.OpenOptions(h.T, store.Options{URL: h.URL, Now: h.Clock.Now})
	rooms, err := instance.Join(h.Context(), o)
	h.Must(err)
	return rooms.People
}

// acts are those of the audit log.
func acts(h *apptest.House) string {
	h.T.Helper()
	page, err := h.App.Audit(h.Context(), h.Who["admin"], 0)
	h.Must(err)
	var all []string
	for _, e := range page.Entries {
		all = append(all, e.Action)
	}
	return strings.Join(all, " ")
}

// everything is what the tables of factors hold, as text.
func everything(h *apptest.House) string {
	h.T.Helper()
	var all strings.Builder
	for _, query := range []string{"SELECT hash FROM recovery_codes", "SELECT token_hash FROM tickets", "SELECT CAST(secret_enc AS TEXT) FROM code_apps"} {
		h.Must(h.Store.InTx(h.Context(), func(t store.Tables) error {
			rows, err := t.SQLTx().QueryContext(h.Context(), query)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var value string
				if err := rows.Scan(&value); err != nil {
					return err
				}
				fmt.Fprintln(&all, value)
			}
			return rows.Err()
		}))
	}
	return all.String()
}

func first[T any](_ T, err error) error { return err }

// The last factor of an admin who needs one stays, also of two that are taken away at
// once.
func TestOfTwoFactorsAtOnceOneIsTakenAway(t *testing.T) {
	apptest.OneHouse(t, storetest.Postgres, func(h *apptest.House) {
		h.WithCodeApp("admin")
		h.Must(h.Organisation.SetRules(h.Context(), h.Who["admin"], organisation.Rules{FactorRequired: true}))
		id := h.Who["admin"].PersonID()
		h.Must(h.Store.InTx(h.Context(), func(t store.Tables) error {
			return t.Factors.AddPasskey(h.Context(), &embraye.Passkey{ID: "key", PersonID: id, Name: "clef", Record: []byte("{}"), CreatedAt: h.App.Stamp()})
		}))
		c := h.Change("admin")
		err := h.Meanwhile(func(ctx context.Context) error { return h.People.Second.RemoveApp(ctx, c) },
			"WITH changing AS (UPDATE people SET name = name WHERE id = $1 RETURNING id) DELETE FROM passkeys WHERE person_id IN (SELECT id FROM changing)", id)
		apptest.WantProblems(t, err, "factor")
	})
}
