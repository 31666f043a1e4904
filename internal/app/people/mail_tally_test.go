package people_test

import (
	"testing"
	"time"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
)

// H11: what became of mails is counted; what was not tried is not.
func TestH11MailsAreCounted(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		s := h.WithMail(nil)
		counted := func(what string, want [3]int64) {
			t.Helper()
			h.SendMails(s)
			tally := &h.App.Tally
			if got := [3]int64{tally.MailsSent.Load(), tally.MailsFailed.Load(), tally.MailsGivenUp.Load()}; got != want {
				t.Errorf("%s: sent, failed, given up: %v, want %v", what, got, want)
			}
		}
		counted("nothing to send", [3]int64{0, 0, 0})
		invite := func(email string) {
			_, err := h.People.Invite(h.Context(), h.Who["admin"], email, embraye.Editor)
			h.Must(err)
		}
		invite("new@asso.example")
		counted("sent", [3]int64{1, 0, 0})
		s.Refuse("451 not now")
		invite("wrong@asso.example")
		counted("refused", [3]int64{1, 1, 0})
		counted("not due yet", [3]int64{1, 1, 0})
		h.Clock.Advance(25 * time.Hour)
		counted("after a day", [3]int64{1, 1, 1})
		s.Refuse("550 nobody")
		invite("nobody@asso.example")
		counted("refused for good", [3]int64{1, 1, 2})
	})
}
