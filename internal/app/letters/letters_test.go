package letters_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/constats"
	"embraye/internal/app/letters"
	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/instance"
	"embraye/internal/store"
)

// A scene is a house with a mail server, whose jobs are done when the test says
// so: in the order in which they were asked for.
type scene struct {
	*apptest.House
	mail *fedtest.MailServer
	jobs []embraye.Job
}

// Enqueue keeps what is asked for, if it is committed.
func (s *scene) Enqueue(_ context.Context, t store.Tables, j embraye.Job) error {
	t.OnCommit(func() { s.jobs = append(s.jobs, j) })
	return nil
}

func eachScene(t *testing.T, test func(s *scene)) {
	apptest.EachHouse(t, func(h *apptest.House) {
		s := &scene{House: h}
		s.mail = h.WithMail(nil)
		h.App.Jobs = s
		test(s)
	})
}

func nothing(context.Context, store.Tables) error { return nil }

// work does the jobs that wait, then what is due.
func (s *scene) work() {
	s.T.Helper()
	for len(s.jobs) > 0 {
		j := s.jobs[0]
		s.jobs = s.jobs[1:]
		if j.Chore == embraye.ChoreLetters && !j.At.After(s.Clock.Now()) {
			s.Must(s.Letters.Do(s.Context(), j.Subject, nothing))
		}
	}
	s.Must(s.Letters.Do(s.Context(), "", nothing))
}

func asked(address, measure, territory string, often embraye.Often) letters.Asked {
	return letters.Asked{Address: address, Measure: measure, Territory: territory, Often: often, Language: "fr", Client: apptest.Client}
}

var inLetter = regexp.MustCompile(`(?m)^https://ours\.example/suivre/courriel/([\w-]{43})\r?$`)

// token is that of the links of a letter.
func (s *scene) token(l fedtest.Letter) string {
	s.T.Helper()
	found := inLetter.FindStringSubmatch(l.Text())
	if found == nil {
		s.T.Fatalf("no link in\n%s", l.Text())
	}
	return found[1]
}

// follow asks and confirms, and returns the reader's token.
func (s *scene) follow(address, measure, territory string, often embraye.Often) string {
	s.T.Helper()
	s.Must(s.Letters.Ask(s.Context(), asked(address, measure, territory, often)))
	s.work()
	list := s.to(address)
	if len(list) == 0 {
		s.T.Fatalf("no letter to %s", address)
	}
	token := s.token(list[len(list)-1])
	_, err := s.Letters.Keep(s.Context(), token, often, all)
	s.Must(err)
	return token
}

func all(embraye.Subscription) bool { return true }

// to lists what somebody got.
func (s *scene) to(address string) (list []fedtest.Letter) {
	for _, l := range s.mail.Letters() {
		if l.To == address {
			list = append(list, l)
		}
	}
	return list
}

func (s *scene) want(address string, n int) []fedtest.Letter {
	s.T.Helper()
	list := s.to(address)
	if len(list) != n {
		s.T.Errorf("%s has %d letters, not %d", address, len(list), n)
	}
	return list
}

// publish says something of measure 2 in a place.
func (s *scene) publish(title, territory string) string {
	s.T.Helper()
	in := apptest.Complete()
	in.Territory, in.Title = territory, title
	p, err := s.Constats.Publish(s.Context(), embraye.Operator(), constats.PublishInput{Scope: in.Scope, Content: in.Content})
	s.Must(err)
	return p.Update.ID
}

func (s *scene) count(table string) (n int) {
	s.T.Helper()
	s.Must(s.Store.Pool().QueryRowContext(s.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

// Nobody gets anything before they have confirmed, however often their link
// is opened; what they then get says how to leave; of whoever leaves nothing stays.
func TestFollowingByMail(t *testing.T) {
	eachScene(t, func(s *scene) {
		ctx := s.Context()
		s.Must(s.Letters.Ask(ctx, asked("Ana@Asso.example", "m2", "", embraye.AtOnce)))
		s.Must(s.Letters.Ask(ctx, asked("ana@asso.example", "m2", "FR-BRE", embraye.AtOnce)))
		s.work()
		first := s.want("Ana@Asso.example", 1)
		token := s.token(first[0])
		for range 3 { // as programs do that look at mail
			held, err := s.Letters.ByLink(ctx, token)
			if err != nil || held.Confirmed || len(held.Subjects) != 2 {
				t.Fatalf("%+v, %v", held, err)
			}
		}
		s.publish("Avant", "FR-BRE")
		s.Clock.Advance(time.Hour)
		s.work()
		s.want("Ana@Asso.example", 1)
		_, err := s.Letters.Keep(ctx, token, embraye.AtOnce, all)
		s.Must(err)
		s.publish("Un appel à communs est ouvert", "COG-D35") // in Bretagne: two reasons, one letter
		s.work()
		s.want("Ana@Asso.example", 1) // not before the ten minutes are over
		s.Clock.Advance(10 * time.Minute)
		s.work()
		l := s.want("Ana@Asso.example", 2)[1]
		for name, want := range map[string]string{"List-Unsubscribe": "<https://ours.example/suivre/courriel/" + token + "/quitter>",
			"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "List-Id": "<suivi.ours.example>", "Precedence": "bulk", "Auto-Submitted": "auto-generated"} {
			if got := l.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		for _, want := range []string{"Un appel à communs est ouvert", "Engagé", "La région ouvre un appel.", "https://ours.example/constats/", token + "/quitter"} {
			if !strings.Contains(strings.ReplaceAll(l.Text(), "\u00a0", " "), want) {
				t.Errorf("%q is not in\n%s", want, l.Text())
			}
		}
		for range 2 {
			s.Must(s.Letters.Leave(ctx, token))
		}
		if n := s.count("subscribers") + s.count("subscriptions") + s.count("letters"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		s.publish("Après", "FR-BRE")
		s.Clock.Advance(time.Hour)
		s.work()
		s.want("Ana@Asso.example", 2)
	})
}

// A burst is one letter, of what stands by then; a reader of a week gets one on
// Monday morning, and none when there is nothing.
func TestBurstsAndWeeks(t *testing.T) {
	eachScene(t, func(s *scene) {
		ctx := s.Context()
		s.follow("now@asso.example", "", "", embraye.AtOnce)
		s.follow("monday@asso.example", "m2", "FR-BRE", embraye.Weekly)
		s.follow("elsewhere@asso.example", "m2", "FR-PAC", embraye.Weekly)
		one := s.publish("Premier", "FR-BRE")
		gone := s.publish("De trop", "FR-BRE")
		s.work()
		s.Clock.Advance(9 * time.Minute)
		s.Must(s.Constats.Withdraw(ctx, embraye.Operator(), gone, constats.WithdrawInput{Reason: "Une erreur"}))
		s.publish("Deuxième", "FR-BRE")
		s.work()
		s.want("now@asso.example", 1)
		s.Clock.Advance(time.Minute)
		s.work()
		text := s.want("now@asso.example", 2)[1].Text()
		if !strings.Contains(text, "Premier") || !strings.Contains(text, "Deuxième") || strings.Contains(text, "De trop") {
			t.Errorf("the burst:\n%s", text)
		}
		s.Must(s.Constats.Withdraw(ctx, embraye.Operator(), one, constats.WithdrawInput{Reason: "La source a fermé"}))
		s.work()
		s.Clock.Advance(10 * time.Minute)
		s.work()
		if text := s.want("now@asso.example", 3)[2].Text(); !strings.Contains(text, "La source a fermé") || strings.Contains(text, "Premier") {
			t.Errorf("the withdrawal:\n%s", text)
		}
		// The house begins on Friday, 1 May 2026; Monday at 8 in Paris is 6 o'clock UTC.
		s.Clock.Advance(time.Date(2026, 5, 4, 5, 59, 0, 0, time.UTC).Sub(s.Clock.Now()))
		s.work()
		s.want("monday@asso.example", 1)
		s.Clock.Advance(time.Minute)
		s.work()
		if text := s.want("monday@asso.example", 2)[1].Text(); !strings.Contains(text, "Deuxième") || strings.Contains(text, "Premier") {
			t.Errorf("Monday:\n%s", text)
		}
		s.Clock.Advance(7 * 24 * time.Hour)
		s.work()
		s.want("monday@asso.example", 2)
		s.want("elsewhere@asso.example", 1)
	})
}

// A correction is told with its reason; in the language of the reader.
func TestCorrectionsAreTold(t *testing.T) {
	eachScene(t, func(s *scene) {
		a := asked("jo@asso.example", "m2", "", embraye.AtOnce)
		a.Language = "en"
		id := s.publish("Un appel", "FR-BRE")
		s.Must(s.Letters.Ask(s.Context(), a))
		s.work()
		first := s.want("jo@asso.example", 1)[0]
		if !strings.Contains(first.Text(), "To confirm") {
			t.Errorf("not in English:\n%s", first.Text())
		}
		_, err := s.Letters.Keep(s.Context(), s.token(first), embraye.AtOnce, all)
		s.Must(err)
		u, err := s.Store.Tables().Updates.Take(s.Context(), id)
		s.Must(err)
		c := u.Content
		c.Title = "Un appel à communs"
		_, err = s.Constats.Revise(s.Context(), embraye.Operator(), id, constats.ReviseInput{Kind: embraye.Typo, Reason: "Faute", Content: c})
		s.Must(err)
		c.Stage = embraye.Done
		_, err = s.Constats.Revise(s.Context(), embraye.Operator(), id, constats.ReviseInput{Kind: embraye.Substance, Reason: "Le comité a voté", Content: c})
		s.Must(err)
		s.work()
		s.Clock.Advance(10 * time.Minute)
		s.work()
		if text := s.want("jo@asso.example", 2)[1].Text(); !strings.Contains(text, "Correction: Le comité a voté") {
			t.Errorf("%s", text)
		}
	})
}

// An address gets one letter with a link a day, whoever asks how often; what is
// asked for later comes with the next, and changes nothing of what was chosen.
func TestLinksArePaced(t *testing.T) {
	eachScene(t, func(s *scene) {
		ctx := s.Context()
		token := s.follow("ana@asso.example", "m2", "", embraye.Weekly)
		s.Must(s.Letters.Ask(ctx, asked("ana@asso.example", "", "", embraye.AtOnce)))
		s.work()
		s.Clock.Advance(23 * time.Hour)
		s.work()
		s.want("ana@asso.example", 1)
		s.Clock.Advance(time.Hour)
		s.work()
		if l := s.want("ana@asso.example", 2); s.token(l[1]) != token {
			t.Error("the second letter has another link")
		}
		held, err := s.Letters.ByLink(ctx, token)
		if err != nil || held.Often != embraye.Weekly || len(held.Subjects) != 2 || held.Subjects[0].ConfirmedAt != nil || held.Subjects[1].ConfirmedAt == nil {
			t.Errorf("%+v, %v", held, err)
		}
		for range 20 {
			err = errors.Join(err, s.Letters.Ask(ctx, asked("bea@asso.example", "", "", embraye.AtOnce)))
		}
		if !errors.As(err, new(*embraye.TooMany)) {
			t.Errorf("twenty for one address: %v", err)
		}
		s.work()
		s.want("bea@asso.example", 1)
		for i := range 30 {
			a := asked(fmt.Sprintf("x%d@asso.example", i), "", "", embraye.AtOnce)
			a.Client = "203.0.113.77"
			if err = s.Letters.Ask(ctx, a); err != nil {
				break
			}
		}
		if !errors.As(err, new(*embraye.TooMany)) {
			t.Errorf("thirty from one client: %v", err)
		}
	})
}

// A link is good for seven days unconfirmed, and for nobody else's letters.
func TestLinksThatAreNotConfirmed(t *testing.T) {
	eachScene(t, func(s *scene) {
		ctx := s.Context()
		other := s.follow("bea@asso.example", "m2", "", embraye.AtOnce)
		s.Must(s.Letters.Ask(ctx, asked("ana@asso.example", "m2", "", embraye.AtOnce)))
		s.work()
		token := s.token(s.want("ana@asso.example", 1)[0])
		for _, wrong := range []string{"", "x", strings.Repeat("A", 43), token[:42], token + "A", strings.ToLower(token)} {
			_, err := s.Letters.ByLink(ctx, wrong)
			s.WantErr(err, embraye.ErrNotFound)
			s.Must(s.Letters.Leave(ctx, wrong))
		}
		s.Clock.Advance(7*24*time.Hour + time.Second)
		_, err := s.Letters.Keep(ctx, token, embraye.AtOnce, all)
		s.WantErr(err, embraye.ErrNotFound)
		s.Must(s.Letters.Prune(ctx))
		if n := s.count("subscribers"); n != 1 {
			t.Errorf("%d subscribers", n)
		}
		if held, err := s.Letters.ByLink(ctx, other); err != nil || !held.Confirmed {
			t.Errorf("the other reader: %+v, %v", held, err)
		}
		if left, err := s.Letters.Keep(ctx, other, embraye.AtOnce, func(embraye.Subscription) bool { return false }); !left || err != nil || s.count("subscribers") != 0 {
			t.Errorf("who wants nothing stays: %v", err)
		}
	})
}

// What is no address is refused, above all what would be several headers.
func TestAddressesThatAreNone(t *testing.T) {
	eachScene(t, func(s *scene) {
		for _, bad := range []string{"", "x", "a@b.example\r\nBcc: e@evil.example", "a@b.example, c@d.example", "A <a@b.example>", "a@b\x00.example", "é@b.example",
			"a@b.example>\nRCPT TO:<e@evil.example", strings.Repeat("a", 250) + "@b.example"} {
			err := s.Letters.Ask(s.Context(), asked(bad, "m2", "", embraye.AtOnce))
			apptest.WantProblems(t, err, "email")
		}
		err := s.Letters.Ask(s.Context(), asked("a@b.example", "m99", "nulle part", "hourly"))
		apptest.WantProblems(t, err, "measure", "territory", "often")
		s.work()
		if s.count("subscribers") != 0 || strings.Contains(s.mail.Said(), "evil") {
			t.Error("something came of it")
		}
	})
}

// Refusals of an address end it, on a second day or at once if nobody has it;
// what a server has against us, or a server that is away, does not.
func TestRefusals(t *testing.T) {
	eachScene(t, func(s *scene) {
		ctx := s.Context()
		s.follow("ana@asso.example", "m2", "", embraye.AtOnce)
		news := func(title string) {
			s.publish(title, "FR-BRE")
			s.work()
			s.Clock.Advance(10 * time.Minute)
		}
		for _, answer := range []string{"451 4.7.1 not now", "550 5.7.1 your network is on a list", "552 5.3.4 too large"} {
			s.mail.Refuse(answer)
			news(answer)
			s.work()
			s.Clock.Advance(2 * 24 * time.Hour)
			s.work()
			if s.count("subscribers") != 1 || s.count("letters") == 0 {
				t.Fatalf("%s: %d subscribers, %d letters", answer, s.count("subscribers"), s.count("letters"))
			}
		}
		s.mail.Refuse("")
		s.Clock.Advance(24 * time.Hour)
		s.work()
		s.want("ana@asso.example", 2) // all of it in one

		s.mail.Refuse("550 mailbox unavailable")
		news("Refusé")
		s.work()
		s.Clock.Advance(time.Hour)
		s.work()
		if s.count("subscribers") != 1 {
			t.Fatal("two refusals on one day end it")
		}
		s.mail.Refuse("")
		s.Clock.Advance(24 * time.Hour)
		s.work()
		s.want("ana@asso.example", 3)
		s.mail.Refuse("550 mailbox unavailable")
		news("Refusé encore") // the count began anew
		s.work()
		if s.count("subscribers") != 1 {
			t.Fatal("a refusal long ago counts")
		}
		s.Clock.Advance(24 * time.Hour)
		s.work()
		if s.count("subscribers") != 0 {
			t.Error("refusals on two days do not end it")
		}
		s.mail.Refuse("")
		s.follow("bea@asso.example", "m2", "", embraye.AtOnce)
		s.mail.Refuse("550 5.1.1 nobody of that name")
		news("Personne")
		s.work()
		if s.count("subscribers") != 0 {
			t.Error("an address that nobody has stays")
		}
		s.Must(s.Letters.Prune(ctx))
	})
}

// What a server refuses for good, without a word about the address, is not repeated by
// the hour: a link not at all, news with those of the next day.
func TestLettersThatAreRefusedForGood(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.follow("ana@asso.example", "m2", "", embraye.AtOnce)
		tries := func(address string) int { return strings.Count(s.mail.Said(), "RCPT TO:<"+address+">") }
		before := tries("ana@asso.example")
		s.mail.Reject("554 5.7.1 not this")
		s.publish("Refusé", "FR-BRE")
		s.work()
		s.Clock.Advance(10 * time.Minute)
		for range 20 {
			s.work()
			s.Clock.Advance(time.Hour)
		}
		if n := tries("ana@asso.example") - before; n != 1 || s.count("letters") != 1 {
			t.Errorf("%d tries in a day, %d letters wait", n, s.count("letters"))
		}
		s.Must(s.Letters.Ask(s.Context(), asked("bea@asso.example", "m2", "", embraye.AtOnce)))
		for range 20 {
			s.work()
			s.Clock.Advance(time.Hour)
		}
		if n := tries("bea@asso.example"); n != 1 {
			t.Errorf("%d tries of a link", n)
		}
		s.mail.Reject("")
		s.Clock.Advance(24 * time.Hour)
		s.work()
		s.want("ana@asso.example", 2)
	})
}

// Two processes at the same moment send one letter.
func TestTwoProcessesSendOneLetter(t *testing.T) {
	eachScene(t, func(s *scene) {
		ctx := s.Context()
		s.follow("ana@asso.example", "m2", "", embraye.AtOnce)
		other, err := instance.Join(ctx, s.App.Options)
		s.Must(err)
		s.publish("Un", "FR-BRE")
		jobs := s.jobs
		s.work()
		for _, j := range jobs { // the same job once more, as after a crash
			if j.Chore == embraye.ChoreLetters {
				s.Must(other.Letters.Do(ctx, j.Subject, nothing))
			}
		}
		s.Clock.Advance(10 * time.Minute)
		ended := make(chan error, 2)
		for _, l := range []*letters.Letters{s.Letters, other.Letters} {
			go func() { ended <- l.Send(ctx) }()
		}
		s.Must(errors.Join(<-ended, <-ended))
		s.want("ana@asso.example", 2)
		s.Must(other.Letters.Send(ctx))
		s.want("ana@asso.example", 2)
	})
}

// What is done with a letter that a server has taken is nobody's to undo: the
// database may go away right then.
func TestTakenLettersAreNotSentAgain(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.follow("ana@asso.example", "m2", "", embraye.AtOnce)
		s.publish("Un", "FR-BRE")
		s.work()
		s.Clock.Advance(10 * time.Minute)
		ctx, stop := context.WithCancel(s.Context())
		s.mail.Taking = func(fedtest.Letter) {
			s.mail.Taking = nil
			s.Must(s.Store.InTx(ctx, func(t store.Tables) error { return t.Subscribers.Remove(ctx, 0) }))
			if n := s.count("letters"); n != 0 {
				t.Errorf("%d letters could be sent by somebody else", n)
			}
		}
		s.Must(s.Letters.Send(ctx))
		stop()
		s.Clock.Advance(24 * time.Hour)
		s.work()
		s.want("ana@asso.example", 2)
	})
}

// Addresses are in no file of the database, no log, no journal and no backup.
func TestAddressesAreSealed(t *testing.T) {
	eachScene(t, func(s *scene) {
		const address = "tres-reconnaissable@asso.example"
		token := s.follow(address, "m2", "", embraye.AtOnce)
		s.mail.Refuse("550 5.7.1 <" + address + "> refused by policy")
		s.publish("Un", "FR-BRE")
		s.work()
		s.Clock.Advance(10 * time.Minute)
		s.work()
		page, err := s.App.Audit(s.Context(), s.Who["admin"], 0)
		s.Must(err)
		chores, err := s.App.Chores(s.Context(), s.Who["admin"])
		s.Must(err)
		said, err := json.Marshal([]any{page, chores, s.jobs})
		s.Must(err)
		for _, secret := range []string{address, "tres-reconnaissable", token} {
			if bytes.Contains(said, []byte(secret)) {
				t.Errorf("%s is in %s", secret, said)
			}
			if path, ok := strings.CutPrefix(s.URL, "sqlite:"); ok {
				for _, suffix := range []string{"", "-wal"} {
					raw, err := os.ReadFile(path + suffix)
					s.Must(err)
					if bytes.Contains(raw, []byte(secret)) {
						t.Errorf("%s is in the file %s", secret, suffix)
					}
				}
			}
		}
		counts, err := s.Letters.Counts(s.Context(), s.Who["admin"])
		if err != nil || len(counts) != 1 || counts[0] != (embraye.SubjectCount{Measure: "m2", Readers: 1}) {
			t.Errorf("%+v, %v", counts, err)
		}
		_, err = s.Letters.Counts(s.Context(), s.Who["reviewer"])
		s.WantErr(err, embraye.ErrForbidden)
	})
}

// Ten thousand readers are written to in batches, five hundred an hour.
func TestManyReaders(t *testing.T) {
	eachScene(t, func(s *scene) {
		ctx, now := s.Context(), s.Clock.Now()
		const many = 10_000
		s.follow("r1@asso.example", "m2", "", embraye.AtOnce)
		s.follow("r2@asso.example", "m2", "", embraye.AtOnce)
		for _, query := range []string{ // nobody opens the addresses of the others
			fmt.Sprintf(`WITH RECURSIVE more(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM more WHERE i < %d)
				INSERT INTO subscribers (id, token_hash, address_hash, sealed, language, often, asked_at, confirmed_at, tries, refused_on)
				SELECT i, 't' || i, 'a' || i, sealed, language, often, asked_at, confirmed_at, 0, '' FROM more, subscribers WHERE id = 1`, many),
			"INSERT INTO subscriptions (subscriber_id, measure, territory, asked_at, confirmed_at) SELECT id, 'm2', '', asked_at, confirmed_at FROM subscribers WHERE id > 2",
		} {
			_, err := s.Store.Pool().ExecContext(ctx, query)
			s.Must(err)
		}
		s.publish("Pour tous", "FR-BRE")
		batches := 0
		for len(s.jobs) > 0 {
			j := s.jobs[0]
			s.jobs = s.jobs[1:]
			if j.Chore != embraye.ChoreLetters || j.Subject == "send" {
				continue
			}
			batches++
			before := s.count("letters")
			s.Must(s.Letters.Do(ctx, j.Subject, nothing))
			if n := s.count("letters") - before; n > 500 {
				t.Fatalf("%d letters in one transaction", n)
			}
		}
		if n := s.count("letters"); n != many || batches != many/500+1 {
			t.Errorf("%d letters in %d batches", n, batches)
		}
		s.Must(s.Store.InTx(ctx, func(t store.Tables) error { // as if 498 had gone within the hour
			for range 498 {
				if err := t.Attempts.Add(ctx, "letters", now); err != nil {
					return err
				}
			}
			return nil
		}))
		s.Clock.Advance(10 * time.Minute)
		s.work()
		if n := len(s.mail.Letters()) - 2; n != 0 { // their links
			t.Errorf("%d letters went beyond the five hundred of an hour", n)
		}
	})
}

// Where no mail is sent nobody can ask, and whoever followed can leave.
func TestWithoutMailServer(t *testing.T) {
	eachScene(t, func(s *scene) {
		token := s.follow("ana@asso.example", "m2", "", embraye.AtOnce)
		s.App.Mail = nil
		s.WantErr(s.Letters.Ask(s.Context(), asked("bea@asso.example", "", "", embraye.AtOnce)), embraye.ErrNotFound)
		s.publish("Un", "FR-BRE")
		s.work()
		if n := s.count("letters"); n != 0 {
			t.Errorf("%d letters wait", n)
		}
		s.Must(s.Letters.Leave(s.Context(), token))
		if n := s.count("subscribers"); n != 0 {
			t.Errorf("%d subscribers", n)
		}
	})
}

// A command that publishes, corrects or withdraws knows no mail server; the one
// process that does the jobs writes to readers all the same.
func TestWhatCommandsDoIsTold(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.follow("ana@asso.example", "m2", "", embraye.AtOnce)
		server := s.App.Mail
		as := func(command func()) {
			s.App.Mail = nil
			command()
			s.App.Mail = server
			s.work()
			s.Clock.Advance(10 * time.Minute)
			s.work()
		}
		var id string
		as(func() { id = s.publish("Un", "FR-BRE") })
		s.want("ana@asso.example", 2)
		as(func() {
			u, err := s.Store.Tables().Updates.Take(s.Context(), id)
			s.Must(err)
			u.Content.Title = "Un, corrigé"
			_, err = s.Constats.Revise(s.Context(), embraye.Operator(), id, constats.ReviseInput{Kind: embraye.Substance, Reason: "Le comité a voté", Content: u.Content})
			s.Must(err)
		})
		s.want("ana@asso.example", 3)
		as(func() {
			s.Must(s.Constats.Withdraw(s.Context(), embraye.Operator(), id, constats.WithdrawInput{Reason: "La source a fermé"}))
		})
		s.want("ana@asso.example", 4)
	})
}

var _ app.Jobs = (*scene)(nil)
