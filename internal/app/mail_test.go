package app_test

import (
	"context"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/mail"
	"embraye/internal/store"
)

// withMail gives the house a mail server.
func (h *house) withMail(set func(*fedtest.MailServer)) *fedtest.MailServer {
	h.T.Helper()
	s := fedtest.NewMailServer(h.T, set)
	server, err := mail.ParseServer("smtp://" + s.Address)
	h.must(err)
	h.App.Mail = mail.New(mail.Options{Server: server, From: netmail.Address{Address: "suivi@ours.example"}, Host: "ours.example", Now: h.Clock.Now})
	return s
}

// waiting lists the mails that were not sent yet, whenever they are due.
func (h *house) waiting() []embraye.Mail {
	h.T.Helper()
	list, err := h.Store.Tables().Mails.Due(h.T.Context(), h.Clock.Now().Add(48*time.Hour), 0)
	h.must(err)
	return list
}

// sendMails sends what is due and returns what the server has by then.
func (h *house) sendMails(s *fedtest.MailServer) []fedtest.Letter {
	h.T.Helper()
	h.must(h.App.SendMails(h.T.Context()))
	return s.Letters()
}

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

func (h *house) inviteState(token string) embraye.LinkState {
	h.T.Helper()
	state, _, err := h.App.InviteState(h.T.Context(), token)
	h.must(err)
	return state
}

func (h *house) resetState(token string) embraye.LinkState {
	h.T.Helper()
	state, err := h.App.ResetState(h.T.Context(), token)
	h.must(err)
	return state
}

// An invitation goes by mail beside the link that is shown; both open the same
// door, once.
func TestInvitationsGoByMail(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		s := h.withMail(nil)
		shown, err := h.App.Invite(ctx, h.people["admin"], "New@asso.example", embraye.Editor)
		h.must(err)
		letters := h.sendMails(s)
		if len(letters) != 1 || letters[0].To != "new@asso.example" || letters[0].From != "suivi@ours.example" {
			t.Fatalf("%+v", letters)
		}
		text := letters[0].Text()
		for _, want := range []string{"N. admin", "Organisation de ours.example", "Rédaction", "Écrit des constats", "8 mai 2026 10:00 UTC", "vous n’avez rien à faire"} {
			if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
		if subject := letters[0].Subject(); !strings.Contains(subject, "Organisation de ours.example") {
			t.Errorf("subject %q", subject)
		}
		mailed := linkIn(t, letters[0])
		if mailed == tokenOf(shown) || h.inviteState(mailed) != embraye.LinkValid || h.inviteState(tokenOf(shown)) != embraye.LinkValid {
			t.Errorf("the mailed link is %s, the shown one %s", h.inviteState(mailed), h.inviteState(tokenOf(shown)))
		}
		if open, err := h.App.Invites(ctx, h.people["admin"]); err != nil || len(open) != 1 {
			t.Errorf("%d invitations, %v", len(open), err)
		}
		if n := len(h.waiting()); n != 0 || len(h.sendMails(s)) != 1 {
			t.Errorf("%d mails wait, %d were sent", n, len(s.Letters()))
		}
		p, err := h.App.AcceptInvite(ctx, mailed, app.NewPerson{Name: "Nora", Password: goodPassword})
		if err != nil || p.Role != embraye.Editor || p.Email != "new@asso.example" {
			t.Fatalf("%+v, %v", p, err)
		}
		if h.inviteState(tokenOf(shown)) != embraye.LinkExpired {
			t.Error("the shown link outlives the mailed one")
		}
	})
}

// What is not wanted any more is not sent, and its links end.
func TestMailsThatAreNotWanted(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, admin := h.Context(), h.people["admin"]
		s := h.withMail(nil)
		invite := func(email string) string {
			t.Helper()
			link, err := h.App.Invite(ctx, admin, email, embraye.Editor)
			h.must(err)
			return tokenOf(link)
		}
		invite("revoked@asso.example")
		h.must(h.App.RevokeInvite(ctx, admin, "revoked@asso.example"))
		_, err := h.App.AcceptInvite(ctx, invite("joined@asso.example"), app.NewPerson{Name: "N", Password: goodPassword})
		h.must(err)
		invite("added@asso.example")
		_, err = h.App.AddPerson(ctx, admin, app.NewPerson{Email: "added@asso.example", Name: "N", Role: embraye.Reader})
		h.must(err)
		h.must(h.App.AskReset(ctx, "editor@ours.example", client))
		h.must(h.App.SetPassword(ctx, admin, "editor@ours.example", goodPassword))
		h.must(h.App.AskReset(ctx, "other@ours.example", client))
		h.must(h.App.DisablePerson(ctx, admin, "other@ours.example"))
		if letters := h.sendMails(s); len(letters) != 0 {
			t.Errorf("%d letters: %+v", len(letters), letters)
		}
		if list := h.waiting(); len(list) != 0 {
			t.Errorf("waiting: %+v", list)
		}
		invite("again@asso.example")
		first := linkIn(t, h.sendMails(s)[0])
		invite("again@asso.example")
		invite("again@asso.example")
		letters := h.sendMails(s)
		if len(letters) != 2 {
			t.Fatalf("%d letters", len(letters))
		}
		if second := linkIn(t, letters[1]); h.inviteState(first) != embraye.LinkExpired || h.inviteState(second) != embraye.LinkValid {
			t.Errorf("earlier %s, later %s", h.inviteState(first), h.inviteState(second))
		}
	})
}

// W04: asking for a reset leaves a mail only where there is somebody, and says
// the same. W11, W10: its link is ours, works once, for an hour.
func TestW04ResetsGoByMail(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		s := h.withMail(nil)
		h.must(h.App.SetLanguage(ctx, h.people["editor"], "en"))
		h.must(h.App.DisablePerson(ctx, embraye.Operator(), "other@ours.example"))
		for _, who := range []string{"nobody@ours.example", "other@ours.example", "", "x"} {
			h.must(h.App.AskReset(ctx, who, client))
			if list := h.waiting(); len(list) != 0 {
				t.Errorf("%q: %+v", who, list)
			}
		}
		h.must(h.App.AskReset(ctx, " EDITOR@ours.example ", client))
		if list := h.waiting(); len(list) != 1 || list[0].PersonID != h.people["editor"].PersonID() {
			t.Fatalf("waiting: %+v", list)
		}
		start, err := h.App.Start(ctx, h.people["admin"])
		h.must(err)
		if len(start.Reset) != 1 {
			t.Errorf("before the mail has gone the admin sees %+v", start.Reset)
		}
		letters := h.sendMails(s)
		if len(letters) != 1 || letters[0].To != "editor@ours.example" || !strings.Contains(letters[0].Text(), "Hello N. editor,") ||
			!strings.Contains(letters[0].Text(), "Somebody has asked for a new password") {
			t.Fatalf("%+v", letters)
		}
		if start, err = h.App.Start(ctx, h.people["admin"]); err != nil || len(start.Reset) != 0 {
			t.Errorf("after it has gone: %+v, %v", start.Reset, err)
		}
		token := linkIn(t, letters[0])
		if _, err := h.App.ResetPassword(ctx, token, otherPassword); err != nil {
			t.Fatal(err)
		}
		_, err = h.App.ResetPassword(ctx, token, goodPassword)
		wantProblems(t, err, "token")
	})
}

// An admin who makes a password link and the person who asks for one do not
// take each other's away: anybody can ask.
func TestResetLinksShownAndMailed(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, email := h.Context(), "editor@ours.example"
		s := h.withMail(nil)
		before, err := h.App.ResetLink(ctx, h.people["admin"], email)
		h.must(err)
		letters := h.sendMails(s)
		if !strings.Contains(letters[0].Text(), "N. admin vous a fait un lien") {
			t.Errorf("%s", letters[0].Text())
		}
		h.must(h.App.AskReset(ctx, email, client))
		asked := linkIn(t, h.sendMails(s)[1])
		for _, token := range []string{tokenOf(before), linkIn(t, letters[0]), asked} {
			if state := h.resetState(token); state != embraye.LinkValid {
				t.Errorf("one of the three is %s", state)
			}
		}
		later, err := h.App.ResetLink(ctx, h.people["admin"], email)
		h.must(err)
		for _, token := range []string{tokenOf(before), linkIn(t, letters[0]), asked} {
			if state := h.resetState(token); state != embraye.LinkExpired {
				t.Errorf("an earlier one is %s", state)
			}
		}
		_, err = h.App.ResetPassword(ctx, tokenOf(later), otherPassword)
		h.must(err)
		if n := len(h.sendMails(s)); n != 2 {
			t.Errorf("%d letters: the last was not wanted any more", n)
		}
	})
}

// Two processes on one database send one mail, even while one of them is at it.
func TestTwoProcessesSendOneMail(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		var other *app.App
		meanwhile := 0
		s := h.withMail(func(s *fedtest.MailServer) {
			s.Taking = func(fedtest.Letter) {
				meanwhile++
				if err := other.SendMails(ctx); err != nil {
					t.Error(err)
				}
			}
		})
		o := h.App.Options
		var err error
		other, err = app.New(ctx, o)
		h.must(err)
		_, err = h.App.Invite(ctx, h.people["admin"], "new@asso.example", embraye.Reader)
		h.must(err)
		letters := h.sendMails(s)
		h.must(other.SendMails(ctx))
		if len(letters) != 1 || meanwhile != 1 || len(s.Letters()) != 1 {
			t.Errorf("%d letters", len(s.Letters()))
		}
		stale := h.Clock.Now()
		h.must(h.Store.InTx(ctx, func(t store.Tables) error {
			return t.Mails.Put(ctx, &embraye.Mail{Kind: embraye.InviteLink, Email: "x@asso.example", Role: embraye.Reader, Language: "fr", CreatedAt: stale, NextAt: stale})
		}))
		id, won := h.waiting()[0].ID, 0
		for range 2 { // both have read the same list
			h.must(h.Store.InTx(ctx, func(t store.Tables) error {
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
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		s := h.withMail(nil)
		s.Refuse("451 not now")
		shown, err := h.App.Invite(ctx, h.people["admin"], "new@asso.example", embraye.Editor)
		h.must(err)
		tries := func() int { return strings.Count(s.Said(), "RCPT TO:<new@asso.example>") }
		for i, wait := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
			h.sendMails(s)
			h.Clock.Advance(wait - time.Second)
			h.sendMails(s)
			if n := tries(); n != i+1 {
				t.Fatalf("try %d: %d tries before %v are over", i+1, n, wait)
			}
			h.Clock.Advance(time.Second)
		}
		if open, err := h.Store.Tables().Links.Open(ctx, embraye.InviteLink, h.Clock.Now()); err != nil || len(open) != 1 || h.inviteState(tokenOf(shown)) != embraye.LinkValid {
			t.Errorf("%d links can be used, %v", len(open), err)
		}
		s.Refuse("")
		if letters := h.sendMails(s); len(letters) != 1 || h.inviteState(linkIn(t, letters[0])) != embraye.LinkValid {
			t.Errorf("%d letters once the server takes them", len(letters))
		}

		s.Refuse("550 nobody")
		_, err = h.App.Invite(ctx, h.people["admin"], "wrong@asso.example", embraye.Editor)
		h.must(err)
		h.must(h.App.AskReset(ctx, "reader@ours.example", client))
		h.sendMails(s)
		h.Clock.Advance(24*time.Hour - time.Second)
		h.sendMails(s)
		if n := len(h.waiting()); n != 2 {
			t.Errorf("%d mails wait after a day but one second", n)
		}
		h.Clock.Advance(time.Hour)
		h.sendMails(s)
		start, err := h.App.Start(ctx, h.people["admin"])
		h.must(err)
		if len(h.waiting()) != 0 || len(start.NotMailed) != 1 || start.NotMailed[0].Object != "wrong@asso.example" || len(start.Reset) != 1 {
			t.Errorf("%d wait; the start page: %+v, %+v", len(h.waiting()), start.NotMailed, start.Reset)
		}
		_, err = h.App.Invite(ctx, h.people["admin"], "wrong@asso.example", embraye.Editor)
		h.must(err)
		if start, err = h.App.Start(ctx, h.people["admin"]); err != nil || len(start.NotMailed) != 0 {
			t.Errorf("after another invitation: %+v, %v", start.NotMailed, err)
		}
	})
}

// W26: what the audit log says of mails hides addresses from all but admins.
func TestW26MailsInTheAuditLog(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		s := h.withMail(nil)
		_, err := h.App.Invite(ctx, h.people["admin"], "new@asso.example", embraye.Editor)
		h.must(err)
		h.sendMails(s)
		for who, want := range map[string]bool{"admin": true, "reviewer": false} {
			page, err := h.App.Audit(ctx, h.people[who], 0)
			h.must(err)
			if e := page.Entries[0]; e.Action != "person.invite_mailed" || strings.Contains(e.Object+e.Reason+e.Detail, "new@asso.example") != want {
				t.Errorf("%s reads %+v", who, e)
			}
		}
	})
}

// Stopping the program in the middle of a mail ends its link and tries again.
func TestStoppingInTheMiddleOfAMail(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, stop := context.WithCancel(h.Context())
		stopped := make(chan struct{})
		s := h.withMail(func(s *fedtest.MailServer) {
			s.Taking = func(fedtest.Letter) {
				stop()
				<-stopped // the answer comes too late
			}
		})
		h.must(h.App.AskReset(h.Context(), "editor@ours.example", client))
		err := h.App.SendMails(ctx)
		close(stopped)
		h.wantErr(err, context.Canceled)
		open, err := h.Store.Tables().Links.Open(h.Context(), embraye.ResetLink, h.Clock.Now())
		h.must(err)
		if len(open) != 0 || len(h.waiting()) != 1 {
			t.Errorf("%d links, %d mails wait", len(open), len(h.waiting()))
		}
		h.Clock.Advance(time.Minute)
		h.sendMails(s)
		if len(h.waiting()) != 0 {
			t.Errorf("waiting: %+v", h.waiting())
		}
	})
}

// Without a mail server nothing waits to be sent.
func TestWithoutMail(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, err := h.App.Invite(h.Context(), h.people["admin"], "new@asso.example", embraye.Editor)
		h.must(err)
		h.must(h.App.AskReset(h.Context(), "editor@ours.example", client))
		h.must(h.App.SendMails(h.Context()))
		if list := h.waiting(); len(list) != 0 || h.App.Mails() {
			t.Errorf("waiting: %+v", list)
		}
	})
}
