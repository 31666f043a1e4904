package people_test

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/people"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/instance"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

var inLetter = regexp.MustCompile(`(?m)^https://ours\.example/(?:invite|reset)/([\w-]{43})\r?$`)

// linkIn is the token of the one link of a letter.
func linkIn(t testing.TB, l fedtest.Letter) string {
	t.Helper()
	found := inLetter.FindAllStringSubmatch(l.Text(), -1)
	if len(found) != 1 {
		t.Fatalf("%d links in\n%s", len(found), l.Text())
	}
	return found[0][1]
}

// An invitation goes by mail beside the link that is shown; both open the same
// door, once.
func TestInvitationsGoByMail(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		s := h.WithMail(nil)
		shown, err := h.People.Invite(ctx, h.Who["admin"], "New@asso.example", embraye.Editor)
		h.Must(err)
		letters := h.SendMails(s)
		if len(letters) != 1 || letters[0].To != "new@asso.example" || letters[0].From != "suivi@ours.example" {
			t.Fatalf("%+v", letters)
		}
		text := letters[0].Text()
		for _, want := range []string{"N. admin", "Organisation de ours.example", "Rédaction", "Écrit des constats", "8 mai 2026 à 10 h 00 UTC", "vous n’avez rien à faire"} {
			if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
		if subject := letters[0].Subject(); !strings.Contains(subject, "Organisation de ours.example") {
			t.Errorf("subject %q", subject)
		}
		mailed := linkIn(t, letters[0])
		if mailed == apptest.TokenOf(shown) || h.InviteState(mailed) != embraye.LinkValid || h.InviteState(apptest.TokenOf(shown)) != embraye.LinkValid {
			t.Errorf("the mailed link is %s, the shown one %s", h.InviteState(mailed), h.InviteState(apptest.TokenOf(shown)))
		}
		if open, _, err := h.People.Invites(ctx, h.Who["admin"]); err != nil || len(open) != 1 {
			t.Errorf("%d invitations, %v", len(open), err)
		}
		if n := len(h.Waiting()); n != 0 || len(h.SendMails(s)) != 1 {
			t.Errorf("%d mails wait, %d were sent", n, len(s.Letters()))
		}
		p, err := h.People.AcceptInvite(ctx, mailed, people.NewPerson{Name: "Nora", Password: apptest.GoodPassword})
		if err != nil || p.Role != embraye.Editor || p.Email != "new@asso.example" {
			t.Fatalf("%+v, %v", p, err)
		}
		if h.InviteState(apptest.TokenOf(shown)) != embraye.LinkExpired {
			t.Error("the shown link outlives the mailed one")
		}
	})
}

// What is not wanted any more is not sent, and its links end.
func TestMailsThatAreNotWanted(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, admin := h.Context(), h.Who["admin"]
		s := h.WithMail(nil)
		invite := func(email string) string {
			t.Helper()
			link, err := h.People.Invite(ctx, admin, email, embraye.Editor)
			h.Must(err)
			return apptest.TokenOf(link)
		}
		invite("revoked@asso.example")
		h.Must(h.People.RevokeInvite(ctx, admin, "revoked@asso.example"))
		_, err := h.People.AcceptInvite(ctx, invite("joined@asso.example"), people.NewPerson{Name: "N", Password: apptest.GoodPassword})
		h.Must(err)
		invite("added@asso.example")
		_, err = h.People.Add(ctx, admin, people.NewPerson{Email: "added@asso.example", Name: "N", Role: embraye.Reader})
		h.Must(err)
		h.Must(h.People.AskReset(ctx, "editor@ours.example", apptest.Client))
		h.Must(h.People.SetPassword(ctx, admin, "editor@ours.example", apptest.GoodPassword))
		h.Must(h.People.AskReset(ctx, "other@ours.example", apptest.Client))
		h.Must(h.People.Disable(ctx, admin, "other@ours.example"))
		if letters := h.SendMails(s); len(letters) != 0 {
			t.Errorf("%d letters: %+v", len(letters), letters)
		}
		if list := h.Waiting(); len(list) != 0 {
			t.Errorf("waiting: %+v", list)
		}
		invite("again@asso.example")
		first := linkIn(t, h.SendMails(s)[0])
		invite("again@asso.example")
		invite("again@asso.example")
		letters := h.SendMails(s)
		if len(letters) != 2 {
			t.Fatalf("%d letters", len(letters))
		}
		if second := linkIn(t, letters[1]); h.InviteState(first) != embraye.LinkExpired || h.InviteState(second) != embraye.LinkValid {
			t.Errorf("earlier %s, later %s", h.InviteState(first), h.InviteState(second))
		}
	})
}

// W04: asking for a reset leaves a mail only where there is somebody, and says
// the same. W11, W10: its link is ours, works once, for an hour.
func TestW04ResetsGoByMail(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		s := h.WithMail(nil)
		h.Must(h.People.SetLanguage(ctx, h.Who["editor"], "en"))
		h.Must(h.People.Disable(ctx, embraye.Operator(), "other@ours.example"))
		for _, who := range []string{"nobody@ours.example", "other@ours.example", "", "x"} {
			h.Must(h.People.AskReset(ctx, who, apptest.Client))
			if list := h.Waiting(); len(list) != 0 {
				t.Errorf("%q: %+v", who, list)
			}
		}
		h.Must(h.People.AskReset(ctx, " EDITOR@ours.example ", apptest.Client))
		if list := h.Waiting(); len(list) != 1 || list[0].PersonID != h.Who["editor"].PersonID() {
			t.Fatalf("waiting: %+v", list)
		}
		start, err := h.Drafts.Start(ctx, h.Who["admin"])
		h.Must(err)
		if len(start.Reset) != 1 {
			t.Errorf("before the mail has gone the admin sees %+v", start.Reset)
		}
		letters := h.SendMails(s)
		if len(letters) != 1 || letters[0].To != "editor@ours.example" || !strings.Contains(letters[0].Text(), "Hello N. editor,") ||
			!strings.Contains(letters[0].Text(), "Somebody has asked for a new password") {
			t.Fatalf("%+v", letters)
		}
		if start, err = h.Drafts.Start(ctx, h.Who["admin"]); err != nil || len(start.Reset) != 0 {
			t.Errorf("after it has gone: %+v, %v", start.Reset, err)
		}
		token := linkIn(t, letters[0])
		if _, err := h.People.ResetPassword(ctx, token, apptest.OtherPassword); err != nil {
			t.Fatal(err)
		}
		_, err = h.People.ResetPassword(ctx, token, apptest.GoodPassword)
		apptest.WantProblems(t, err, "token")
	})
}

// An admin who makes a password link and the person who asks for one do not
// take each other's away: anybody can ask.
func TestResetLinksShownAndMailed(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, email := h.Context(), "editor@ours.example"
		s := h.WithMail(nil)
		before, err := h.People.ResetLink(ctx, h.Who["admin"], email)
		h.Must(err)
		letters := h.SendMails(s)
		if !strings.Contains(letters[0].Text(), "N. admin vous a fait un lien") {
			t.Errorf("%s", letters[0].Text())
		}
		h.Must(h.People.AskReset(ctx, email, apptest.Client))
		asked := linkIn(t, h.SendMails(s)[1])
		for _, token := range []string{apptest.TokenOf(before), linkIn(t, letters[0]), asked} {
			if state := h.ResetState(token); state != embraye.LinkValid {
				t.Errorf("one of the three is %s", state)
			}
		}
		later, err := h.People.ResetLink(ctx, h.Who["admin"], email)
		h.Must(err)
		for _, token := range []string{apptest.TokenOf(before), linkIn(t, letters[0]), asked} {
			if state := h.ResetState(token); state != embraye.LinkExpired {
				t.Errorf("an earlier one is %s", state)
			}
		}
		_, err = h.People.ResetPassword(ctx, apptest.TokenOf(later), apptest.OtherPassword)
		h.Must(err)
		if n := len(h.SendMails(s)); n != 2 {
			t.Errorf("%d letters: the last was not wanted any more", n)
		}
	})
}

// Two processes on one database send one mail, even while one of them is at it.
func TestTwoProcessesSendOneMail(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		var other *instance.Rooms
		meanwhile := 0
		s := h.WithMail(func(s *fedtest.MailServer) {
			s.Taking = func(fedtest.Letter) {
				meanwhile++
				if err := other.People.SendMails(ctx); err != nil {
					t.Error(err)
				}
			}
		})
		o := h.App.Options
		var err error
		other, err = instance.Join(ctx, o)
		h.Must(err)
		_, err = h.People.Invite(ctx, h.Who["admin"], "new@asso.example", embraye.Reader)
		h.Must(err)
		letters := h.SendMails(s)
		h.Must(other.People.SendMails(ctx))
		if len(letters) != 1 || meanwhile != 1 || len(s.Letters()) != 1 {
			t.Errorf("%d letters", len(s.Letters()))
		}
		stale := h.Clock.Now()
		h.Must(h.Store.InTx(ctx, func(t store.Tables) error {
			return t.Mails.Put(ctx, &embraye.Mail{Kind: embraye.InviteLink, Email: "x@asso.example", Role: embraye.Reader, Language: "fr", CreatedAt: stale, NextAt: stale})
		}))
		id, won := h.Waiting()[0].ID, 0
		for range 2 { // both have read the same list
			h.Must(h.Store.InTx(ctx, func(t store.Tables) error {
				ok, err := t.Mails.Claim(ctx, id, stale, stale.Add(time.Minute))
				if ok {
					won++
				}
				return err
			}))
		}
		if won != 1 {
			t.Errorf("%d claims", won)
		}
	})
}

// A mail that fails is tried again, later each time; after a day the admins
// are told. Links of mails that did not go are of no use.
func TestMailsThatFail(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		s := h.WithMail(nil)
		s.Refuse("451 not now")
		shown, err := h.People.Invite(ctx, h.Who["admin"], "new@asso.example", embraye.Editor)
		h.Must(err)
		tries := func() int { return strings.Count(s.Said(), "RCPT TO:<new@asso.example>") }
		for i, wait := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
			h.SendMails(s)
			h.Clock.Advance(wait - time.Second)
			h.SendMails(s)
			if n := tries(); n != i+1 {
				t.Fatalf("try %d: %d tries before %v are over", i+1, n, wait)
			}
			h.Clock.Advance(time.Second)
		}
		if open, err := h.Store.Tables().Links.Open(ctx, embraye.InviteLink, h.Clock.Now()); err != nil || len(open) != 1 || h.InviteState(apptest.TokenOf(shown)) != embraye.LinkValid {
			t.Errorf("%d links can be used, %v", len(open), err)
		}
		s.Refuse("")
		if letters := h.SendMails(s); len(letters) != 1 || h.InviteState(linkIn(t, letters[0])) != embraye.LinkValid {
			t.Errorf("%d letters once the server takes them", len(letters))
		}

		s.Refuse("451 not yet")
		_, err = h.People.Invite(ctx, h.Who["admin"], "wrong@asso.example", embraye.Editor)
		h.Must(err)
		h.Must(h.People.AskReset(ctx, "reader@ours.example", apptest.Client))
		h.SendMails(s)
		h.Clock.Advance(24*time.Hour - time.Second)
		h.SendMails(s)
		if n := len(h.Waiting()); n != 2 {
			t.Errorf("%d mails wait after a day but one second", n)
		}
		h.Clock.Advance(time.Hour)
		h.SendMails(s)
		start, err := h.Drafts.Start(ctx, h.Who["admin"])
		h.Must(err)
		if len(h.Waiting()) != 0 || len(start.NotMailed) != 1 || start.NotMailed[0].Object != "wrong@asso.example" || len(start.Reset) != 1 {
			t.Errorf("%d wait; the start page: %+v, %+v", len(h.Waiting()), start.NotMailed, start.Reset)
		}
		_, err = h.People.Invite(ctx, h.Who["admin"], "wrong@asso.example", embraye.Editor)
		h.Must(err)
		if start, err = h.Drafts.Start(ctx, h.Who["admin"]); err != nil || len(start.NotMailed) != 0 {
			t.Errorf("after another invitation: %+v, %v", start.NotMailed, err)
		}
	})
}

// What the mail server refuses for good is not tried again, and whoever invites sees
// it at once; what it has against our name or password is tried again.
func TestMailsThatAreRefusedForGood(t *testing.T) {
	for name, refuse := range map[string]func(*fedtest.MailServer){
		"the address": func(s *fedtest.MailServer) { s.Refuse("550 5.1.1 <wrong@asso.example> is nobody") },
		"the message": func(s *fedtest.MailServer) { s.Reject("554 5.7.1 not this") },
	} {
		t.Run(name, func(t *testing.T) {
			apptest.EachHouse(t, func(h *apptest.House) {
				ctx, admin := h.Context(), h.Who["admin"]
				s := h.WithMail(nil)
				refuse(s)
				shown, err := h.People.Invite(ctx, admin, "wrong@asso.example", embraye.Editor)
				h.Must(err)
				h.Must(h.People.AskReset(ctx, "reader@ours.example", apptest.Client))
				h.SendMails(s)
				if n := len(h.Waiting()); n != 0 || h.InviteState(apptest.TokenOf(shown)) != embraye.LinkValid {
					t.Errorf("%d mails wait; the link that was shown is %s", n, h.InviteState(apptest.TokenOf(shown)))
				}
				open, failed, err := h.People.Invites(ctx, admin)
				h.Must(err)
				answer := failed["wrong@asso.example"].Detail
				if len(open) != 1 || len(failed) != 1 || !strings.HasPrefix(answer, "55") || strings.Contains(answer, "@") {
					t.Errorf("%d invitations, of which could not be sent: %+v", len(open), failed)
				}
				start, err := h.Drafts.Start(ctx, admin)
				h.Must(err)
				if len(start.NotMailed) != 1 || len(start.Reset) != 1 {
					t.Errorf("the start page: %+v, %+v", start.NotMailed, start.Reset)
				}
			})
		})
	}
	apptest.EachHouse(t, func(h *apptest.House) {
		s := h.WithMail(func(s *fedtest.MailServer) { s.Sender = "553 5.7.1 not as this sender" })
		_, err := h.People.Invite(h.Context(), h.Who["admin"], "new@asso.example", embraye.Editor)
		h.Must(err)
		h.SendMails(s)
		if len(h.Waiting()) != 1 {
			t.Error("what the operator can mend is given up")
		}
	})
}

// W26: what the audit log says of mails hides addresses from all but admins.
func TestW26MailsInTheAuditLog(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx := h.Context()
		s := h.WithMail(nil)
		_, err := h.People.Invite(ctx, h.Who["admin"], "new@asso.example", embraye.Editor)
		h.Must(err)
		h.SendMails(s)
		for who, want := range map[string]bool{"admin": true, "reviewer": false} {
			page, err := h.App.Audit(ctx, h.Who[who], 0)
			h.Must(err)
			if e := page.Entries[0]; e.Action != "person.invite_mailed" || strings.Contains(e.Object+e.Reason+e.Detail, "new@asso.example") != want {
				t.Errorf("%s reads %+v", who, e)
			}
		}
	})
}

// Stopping the program in the middle of a mail ends its link and tries again.
func TestStoppingInTheMiddleOfAMail(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		ctx, stop := context.WithCancel(h.Context())
		stopped := make(chan struct{})
		s := h.WithMail(func(s *fedtest.MailServer) {
			s.Taking = func(fedtest.Letter) {
				stop()
				<-stopped // the answer comes too late
			}
		})
		h.Must(h.People.AskReset(h.Context(), "editor@ours.example", apptest.Client))
		err := h.People.SendMails(ctx)
		close(stopped)
		h.WantErr(err, context.Canceled)
		open, err := h.Store.Tables().Links.Open(h.Context(), embraye.ResetLink, h.Clock.Now())
		h.Must(err)
		if len(open) != 0 || len(h.Waiting()) != 1 {
			t.Errorf("%d links, %d mails wait", len(open), len(h.Waiting()))
		}
		h.Clock.Advance(time.Minute)
		h.SendMails(s)
		if len(h.Waiting()) != 0 {
			t.Errorf("waiting: %+v", h.Waiting())
		}
	})
}

// Without a mail server nothing waits to be sent.
func TestWithoutMail(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		_, err := h.People.Invite(h.Context(), h.Who["admin"], "new@asso.example", embraye.Editor)
		h.Must(err)
		h.Must(h.People.AskReset(h.Context(), "editor@ours.example", apptest.Client))
		h.Must(h.People.SendMails(h.Context()))
		if list := h.Waiting(); len(list) != 0 || h.App.Mails() {
			t.Errorf("waiting: %+v", list)
		}
	})
}

// What a mail server says of an address stays out of the log.
func TestNoAddressIsLogged(t *testing.T) {
	apptest.OneHouse(t, storetest.SQLite, func(h *apptest.House) {
		var log bytes.Buffer
		h.App.Log = slog.New(slog.NewTextHandler(&log, nil))
		s := h.WithMail(nil)
		for _, line := range []string{"450 4.2.1 <ann@asso.example> is busy", "550 5.1.1 <ann@asso.example> is nobody here"} {
			s.Refuse(line)
			_, err := h.People.Invite(h.Context(), h.Who["admin"], "ann@asso.example", embraye.Editor)
			h.Must(err)
			h.SendMails(s)
		}
		if said := log.String(); strings.Contains(said, "asso.example") || !strings.Contains(said, "450 4.2.1") || !strings.Contains(said, "550 5.1.1") {
			t.Error(said)
		}
	})
}
