package alarm_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/alarm"
	"embraye/internal/apptest"
	"embraye/internal/check"
	"embraye/internal/mail"
)

// What is wrong for an hour is told to admins, once a week and when it is over;
// what comes and goes, what is others' and what is only to be watched is not.
func TestWhatStaysWrongIsTold(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		server := h.WithMail(nil)
		full := check.Finding{Code: "disk", State: check.Warning, Sentence: "2 MB are free", Remedy: "make room"}
		away := check.Finding{Code: "deliveries", State: check.Warning, Sentence: "a server of somebody is away"}
		silent := check.Finding{Code: "peers", State: check.Error, Sentence: "a peer is silent"}
		var found []check.Finding
		a := alarm.New(h.App, func(context.Context) []check.Finding { return found })
		turn := func(after time.Duration, want int, words ...string) (last string) {
			t.Helper()
			h.Clock.Advance(after)
			before := len(server.Letters())
			h.Must(a.Look(t.Context()))
			letters := server.Letters()[before:]
			if len(letters) != want {
				t.Fatalf("%d letters, want %d", len(letters), want)
			}
			for _, l := range letters {
				for _, w := range words {
					if said := strings.ReplaceAll(l.Subject()+"\n"+l.Text(), "\u00a0", " "); !strings.Contains(said, w) {
						t.Errorf("%q is not in\n%s", w, said)
					}
				}
				if l.To != h.Who["admin"].Person.Email {
					t.Errorf("to %s", l.To)
				}
				last = l.Text()
			}
			return last
		}
		found = []check.Finding{full, away, silent}
		turn(0, 0)
		found = nil
		turn(time.Hour, 0) // it has come and gone
		found = []check.Finding{full, full, away, silent}
		turn(time.Hour, 0)
		turn(time.Hour, 1, " a besoin de vous", "2 MB are free", "make room", "Disque", "/office/health", "une fois par semaine")
		turn(time.Hour, 0)
		turn(7*24*time.Hour, 1, "2 MB are free")
		found = nil
		ended := turn(time.Hour, 1, " n’a plus besoin de vous", "C’est réglé : Disque", "/office/health")
		if strings.Contains(ended, "par semaine") {
			t.Errorf("what is over comes again:\n%s", ended)
		}
		turn(time.Hour, 0)

		old := check.Finding{Code: "backup", State: check.Error, Sentence: "it is old"}
		found = []check.Finding{full, old}
		turn(time.Hour, 0)
		turn(time.Hour, 1, "2 MB are free", "it is old")
		found = []check.Finding{full, old, check.Clock("somebody", h.Clock.Now().Add(time.Hour), h.Clock.Now()), check.SecretFile("/nowhere/at/all")}
		turn(0, 0)
		turn(time.Hour, 1, "Horloge", "chrony", "Secret", "/nowhere/at/all", "Cela dure : Disque")
		turn(time.Hour, 0)
		found = []check.Finding{old}
		turn(time.Hour, 1, " a besoin de vous", "C’est réglé : Disque", "C’est réglé : Horloge", "C’est réglé : Secret", "Cela dure : Sauvegarde", "une fois par semaine")
	})
}

// A mail server that is away loses no news.
func TestWhatCouldNotBeToldIsToldLater(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		server := h.WithMail(nil)
		server.Refuse("451 not now")
		a := alarm.New(h.App, func(context.Context) []check.Finding {
			return []check.Finding{{Code: "backup", State: check.Error, Sentence: "it is old"}}
		})
		h.Must(a.Look(t.Context()))
		h.Clock.Advance(time.Hour)
		err := a.Look(t.Context())
		if answer, _ := mail.AnswerOf(err); answer.Code != 451 || strings.Contains(err.Error(), "not now") {
			t.Errorf("nobody could be told: %v", err)
		}
		server.Refuse("")
		h.Clock.Advance(time.Hour)
		h.Must(a.Look(t.Context()))
		if n := len(server.Letters()); n != 1 {
			t.Errorf("%d letters", n)
		}
	})
}

// An admin whose address the mail server refuses for good is not written to every
// hour, and keeps no other from being told. That nobody was told is said elsewhere,
// until an admin is.
func TestWhoeverCannotBeToldIsNotAskedEveryHour(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		server := h.WithMail(nil)
		server.Refuse("550 5.1.1 nobody")
		a := alarm.New(h.App, func(context.Context) []check.Finding {
			return []check.Finding{{Code: "backup", State: check.Error, Sentence: "it is old"}}
		})
		for range 4 {
			h.Must(a.Look(t.Context()))
			h.Clock.Advance(time.Hour)
		}
		if n := strings.Count(server.Said(), "RCPT TO"); n != 1 {
			t.Errorf("%d tries", n)
		}
		untold := func() []check.Finding {
			text, _, err := h.Store.Tables().Settings.Get(t.Context(), alarm.Untold)
			h.Must(err)
			return check.Alarm(text, h.Clock.Now())
		}
		list := untold()
		if len(list) != 1 || list[0].Code != "mail" || list[0].State != check.Error || !strings.Contains(list[0].Sentence, "550 5.1.1") || strings.Contains(list[0].Sentence, "nobody") {
			t.Errorf("%+v", list)
		}
		server.Refuse("")
		h.Clock.Advance(7 * 24 * time.Hour)
		h.Must(a.Look(t.Context()))
		if list := untold(); len(list) != 0 || len(server.Letters()) != 1 {
			t.Errorf("%+v, %d letters", list, len(server.Letters()))
		}
	})
}
