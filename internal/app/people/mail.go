package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/mail"
	"embraye/internal/store"
)

// mailUntil is how long a mail is tried again.
const mailUntil = 24 * time.Hour

// maxMails is how many mails are sent in one go.
const maxMails = 50

// maxTold is how many publications that did not happen one mail names.
const maxTold = 20

// mailAgain is when a mail that was tried so often before is tried next. The
// first wait is longer than any dialogue with the mail server: until it is over
// a mail belongs to the process that claimed it.
func mailAgain(tries int) time.Duration {
	waits := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	return waits[min(tries, len(waits)-1)]
}

// ask lets a link be sent, in the transaction of what it is for.
func (o *post) ask(ctx context.Context, t store.Tables, m embraye.Mail) error {
	return app.AskLink(ctx, o.desk, t, m)
}

// pretend costs what asking for a mail costs, and leaves nothing but a job that
// finds nothing to do: the
// transaction of an address that nobody has writes as well (W04).
func (o *post) pretend(ctx context.Context, t store.Tables) error {
	const nobody = ""
	if err := o.ask(ctx, t, embraye.Mail{Kind: embraye.ResetLink, Email: nobody}); err != nil || !o.desk.Mails() {
		return err
	}
	return t.Mails.Remove(ctx, embraye.ResetLink, nobody)
}

func resetMail(p *embraye.Person, askedBy string) embraye.Mail {
	return embraye.Mail{Kind: embraye.ResetLink, Email: p.Email, PersonID: p.ID, Role: p.Role, Language: p.Language, AskedBy: askedBy}
}

// tell asks for a notice to a person about their own account.
func (o *post) tell(ctx context.Context, t store.Tables, p *embraye.Person, kind embraye.LinkKind) error {
	return app.Tell(ctx, o.desk, t, p, kind)
}

// askedBy is the name that a mail gives; the operator has none.
func askedBy(by embraye.Acting) string {
	if by.Person == nil {
		return ""
	}
	return by.Person.Name
}

// SendMail sends one mail, if it is due, and tells when it is to be tried next;
// never is the zero time. Any number of processes may call it at once.
func (pp *People) SendMail(ctx context.Context, id int64) (next time.Time, err error) {
	if !pp.desk.Mails() {
		return time.Time{}, nil
	}
	if err := pp.post.send(ctx, id); err != nil {
		return time.Time{}, fmt.Errorf("people: the mail %d: %w", id, err)
	}
	m, err := pp.desk.Store.Tables().Mails.Take(context.WithoutCancel(ctx), id)
	if errors.Is(err, embraye.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return m.NextAt, nil
}

// SendMails sends what is due and no job has sent, as those that waited when
// there was no mail server. Any number of processes may call it at once.
func (pp *People) SendMails(ctx context.Context) error {
	if !pp.desk.Mails() {
		return nil
	}
	due, err := pp.desk.Store.Tables().Mails.Due(ctx, pp.desk.Stamp(), maxMails)
	if err != nil {
		return err
	}
	for _, m := range due {
		if err := pp.post.send(ctx, m.ID); err != nil {
			return fmt.Errorf("people: the mail %d: %w", m.ID, err)
		}
	}
	return ctx.Err()
}

// A letter is a mail that has been claimed, with its link if it has one.
type letter struct {
	mail    *embraye.Mail
	message mail.Message
	hash    string // of the link's token
}

// send makes the link, sends it, and keeps what came of it: even when the
// program is being stopped, since by then the mail may have gone.
func (o *post) send(ctx context.Context, id int64) error {
	l, err := o.claim(ctx, id)
	if err != nil || l == nil {
		return err
	}
	failure := o.desk.Mail.Send(ctx, l.message)
	ctx = context.WithoutCancel(ctx)
	if failure != nil {
		return o.failed(ctx, l, failure)
	}
	o.desk.Tally.MailsSent.Add(1)
	return o.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := t.Mails.Done(ctx, l.mail); err != nil || l.mail.IsNotice() { // what it tells of is written already
			return err
		}
		return o.desk.Record(ctx, t, embraye.Acting{}, app.ActionMailed(l.mail.Kind), l.mail.Email, "", false)
	})
}

// failed ends the link of a mail that did not go; the mail itself is tried again,
// unless the server refused it for good.
func (o *post) failed(ctx context.Context, l *letter, failure error) error {
	answer, _ := mail.AnswerOf(failure)
	if !answer.Lasting() {
		o.desk.Tally.MailsFailed.Add(1)
		o.desk.Log.Warn("a mail could not be sent and is tried again", "kind", l.mail.Kind, "tries", l.mail.Tries, "next", l.mail.NextAt, "error", mail.Why(failure, l.mail.Email))
		return o.desk.Store.InTx(ctx, func(t store.Tables) error { return t.Links.End(ctx, l.hash, o.desk.Stamp()) })
	}
	o.desk.Tally.MailsGivenUp.Add(1)
	o.desk.Log.Error("the mail server refused a mail for good: it is not tried again", "kind", l.mail.Kind, "tries", l.mail.Tries, "error", mail.Why(failure, l.mail.Email))
	return o.desk.Store.InTx(ctx, func(t store.Tables) error {
		if err := t.Links.End(ctx, l.hash, o.desk.Stamp()); err != nil {
			return err
		}
		return o.giveUp(ctx, t, l.mail, answer.Short())
	})
}

// claim takes a mail from all other processes and makes its link; nil if
// another was faster, or if it is not wanted or not tried any more.
func (o *post) claim(ctx context.Context, id int64) (l *letter, err error) {
	givenUp := false
	err = o.desk.Store.InTx(ctx, func(t store.Tables) error {
		l, givenUp = nil, false
		m, err := o.take(ctx, t, id)
		if err != nil || m == nil {
			return err
		}
		if o.desk.Stamp().Sub(m.CreatedAt) >= mailUntil {
			givenUp = true
			o.desk.Log.Error("a mail could not be sent for a day and is given up", "kind", m.Kind, "tries", m.Tries-1)
			return o.giveUp(ctx, t, m, "")
		}
		addressee, err := o.addressee(ctx, t, m)
		if err != nil {
			return err
		}
		if addressee == nil {
			return t.Mails.Done(ctx, m)
		}
		if l, err = o.write(ctx, t, m, addressee); err == nil && l == nil {
			return t.Mails.Done(ctx, m)
		}
		return err
	})
	if err == nil && givenUp {
		o.desk.Tally.MailsGivenUp.Add(1)
	}
	return l, err
}

// take claims a mail until its next try.
func (o *post) take(ctx context.Context, t store.Tables, id int64) (*embraye.Mail, error) {
	m, err := t.Mails.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	claimed, err := t.Mails.Claim(ctx, id, o.desk.Stamp(), o.desk.Stamp().Add(mailAgain(m.Tries)))
	if err != nil || !claimed {
		return nil, err
	}
	return t.Mails.Take(ctx, id)
}

// giveUp tells the admins, who can still pass a link on themselves, and what the
// mail server answered, if it refused the mail for good.
func (o *post) giveUp(ctx context.Context, t store.Tables, m *embraye.Mail, answer string) error {
	if err := t.Mails.Done(ctx, m); err != nil || m.IsNotice() {
		return err
	}
	return o.desk.RecordDetail(ctx, t, embraye.Acting{}, app.ActionNotMailed(m.Kind), m.Email, "", answer, false)
}

// addressee is who a mail is for, without a name if they are not here yet; nil
// if it must not be sent any more.
func (o *post) addressee(ctx context.Context, t store.Tables, m *embraye.Mail) (*embraye.Person, error) {
	if m.Kind == embraye.InviteLink {
		_, err := t.People.ByEmail(ctx, m.Email)
		if errors.Is(err, embraye.ErrNotFound) {
			return &embraye.Person{Email: m.Email}, nil
		}
		return nil, err // they came another way
	}
	p, err := t.People.Take(ctx, m.PersonID)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && (p.Disabled || p.Email != m.Email) {
		return nil, nil
	}
	return p, err
}

// write makes the message; nil if there is nothing to say any more.
func (o *post) write(ctx context.Context, t store.Tables, m *embraye.Mail, to *embraye.Person) (*letter, error) {
	org, err := t.Actors.Take(ctx, o.desk.Organisation())
	if err != nil {
		return nil, err
	}
	words := mailWords{catalogue: o.desk.Catalogue, mail: m, organisation: org.Name, site: o.desk.Site.Base, name: to.Name}
	if m.Kind == embraye.NoticePlanFailed {
		if words.failed, err = app.FailedPlans(ctx, t, to, maxTold); err != nil || len(words.failed) == 0 {
			return nil, err
		}
	}
	if m.IsNotice() {
		words.until = m.CreatedAt.In(o.desk.Now().Location())
		return &letter{mail: m, message: words.message()}, nil
	}
	path, lasts := "/reset/", resetLasts
	if m.Kind == embraye.InviteLink {
		path, lasts = "/invite/", inviteLasts
	}
	token, err := o.links.give(ctx, t, embraye.Link{Kind: m.Kind, Email: m.Email, Role: m.Role, PersonID: m.PersonID, CreatedBy: m.AskedBy}, lasts)
	if err != nil {
		return nil, err
	}
	words.link, words.until = o.links.url(path, token), o.desk.Now().Add(lasts)
	return &letter{mail: m, message: words.message(), hash: app.HashToken(token)}, nil
}
