package letters

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/mail"
	"embraye/internal/store"
)

// A letter is a mail that has been claimed, and what it tells.
type letter struct {
	to      *embraye.Subscriber
	told    []embraye.Letter
	invite  bool
	message mail.Message
}

// Send sends what is due, as much of it as one turn and one hour allow. Any
// number of processes may call it at once.
func (l *Letters) Send(ctx context.Context) error {
	if !l.desk.Mails() {
		return nil
	}
	for range atATime {
		id, invite, err := l.next(ctx)
		if err != nil || id == 0 {
			return err
		}
		err = l.desk.Pace(ctx, time.Hour, app.Limit{Who: "letters", Most: anHour})
		if errors.As(err, new(*embraye.TooMany)) {
			return nil // a later turn goes on
		}
		if err != nil {
			return err
		}
		if err := l.sendOne(ctx, id, invite); err != nil {
			return err
		}
	}
	return nil
}

// next is whose letter is due: links first, somebody waits for them.
func (l *Letters) next(ctx context.Context) (id int64, invite bool, err error) {
	t := l.desk.Store.Tables()
	if id, err = t.Subscribers.NextInvite(ctx, l.desk.Stamp()); err != nil || id != 0 {
		return id, true, err
	}
	id, err = t.Subscribers.NextDue(ctx, l.desk.Stamp())
	return id, false, err
}

func (l *Letters) sendOne(ctx context.Context, id int64, invite bool) error {
	claim := l.claimNews
	if invite {
		claim = l.claimInvite
	}
	var one *letter
	err := l.desk.Store.InTx(ctx, func(t store.Tables) (err error) {
		one, err = claim(ctx, t, id)
		return err
	})
	if err != nil || one == nil {
		return err
	}
	failure := l.desk.Mail.Send(ctx, one.message)
	ctx = context.WithoutCancel(ctx)
	if failure == nil {
		l.desk.Tally.MailsSent.Add(1)
		return l.desk.Store.InTx(ctx, func(t store.Tables) error { return t.Subscribers.Taken(ctx, id) })
	}
	l.desk.Tally.MailsFailed.Add(1)
	return l.failed(ctx, one, failure)
}

// claimInvite takes a mail with a link; nil if another was faster.
func (l *Letters) claimInvite(ctx context.Context, t store.Tables, id int64) (*letter, error) {
	claimed, err := t.Subscribers.ClaimInvite(ctx, id, l.desk.Stamp())
	if err != nil || !claimed {
		return nil, err
	}
	s, err := t.Subscribers.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	subjects, err := t.Subscribers.Subscriptions(ctx, id)
	if err != nil {
		return nil, err
	}
	message, err := l.invitation(ctx, t, s, subjects)
	return &letter{to: s, invite: true, message: message}, err
}

// claimNews takes out what a subscriber is to be told; nil if another was
// faster, or if nothing of it is news any more.
func (l *Letters) claimNews(ctx context.Context, t store.Tables, id int64) (*letter, error) {
	claimed, err := t.Subscribers.ClaimDue(ctx, id, l.desk.Stamp())
	if err != nil || !claimed {
		return nil, err
	}
	s, err := t.Subscribers.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	told, err := t.Letters.Empty(ctx, id)
	if err != nil {
		return nil, err
	}
	news, err := l.news(ctx, t, told)
	if err != nil || len(news) == 0 {
		return nil, err
	}
	message, err := l.digest(ctx, t, s, news)
	return &letter{to: s, told: told, message: message}, err
}

// failed decides what a letter that did not go says about its address. A server
// that cannot be reached says nothing: then the rest waits too.
func (l *Letters) failed(ctx context.Context, one *letter, failure error) error {
	answer, answered := mail.AnswerOf(failure)
	why := mail.Why(failure, one.to.Address)
	l.desk.Log.Warn("a letter to a reader could not be sent", "tries", one.to.Tries, "error", why)
	err := l.desk.Store.InTx(ctx, func(t store.Tables) error {
		today := l.desk.Now().UTC().Format(time.DateOnly)
		if answered && refuses(answer) {
			if answer.Status == noSuchMailbox || one.invite || one.to.RefusedOn != "" && one.to.RefusedOn != today {
				return t.Subscribers.Remove(ctx, one.to.ID)
			}
			return l.again(ctx, t, one, l.desk.Stamp().Add(24*time.Hour), today)
		}
		if answer.Lasting() {
			return l.refused(ctx, t, one)
		}
		return l.again(ctx, t, one, l.desk.Stamp().Add(wait(one.to.Tries)), one.to.RefusedOn)
	})
	if err == nil && !answered {
		err = fmt.Errorf("letters: the mail server cannot be reached: %w", why)
	}
	return err
}

// refused is for what a server refuses for good without a word about the address: a
// link is not asked for again, since its reader can; news wait for those of tomorrow.
func (l *Letters) refused(ctx context.Context, t store.Tables, one *letter) error {
	if one.invite {
		l.desk.Tally.MailsGivenUp.Add(1)
		return t.Subscribers.Taken(ctx, one.to.ID)
	}
	return l.again(ctx, t, one, l.desk.Stamp().Add(24*time.Hour), one.to.RefusedOn)
}

func (l *Letters) again(ctx context.Context, t store.Tables, one *letter, at time.Time, refused string) error {
	if one.to.Tries >= maxTries {
		l.desk.Tally.MailsGivenUp.Add(1)
		return t.Subscribers.Taken(ctx, one.to.ID)
	}
	if err := t.Letters.PutBack(ctx, one.told); err != nil {
		return err
	}
	return t.Subscribers.Again(ctx, one.to.ID, one.invite, at, refused)
}

// noSuchMailbox is what a server says of an address that nobody has (RFC 3463 3.2).
const noSuchMailbox = "5.1.1"

// refuses: a lasting refusal of the address itself. What a server has against us
// (5.7) or against mail as such (5.3, 5.4) says nothing about an address.
func refuses(a mail.Answer) bool {
	return a.Recipient && a.Code >= 500 && (a.Status == "" || strings.HasPrefix(a.Status, "5.1.") || strings.HasPrefix(a.Status, "5.2."))
}

// maxTries is how often a letter is tried: for about a day.
const maxTries = 27

// wait is how long after a try the next one comes.
func wait(tries int) time.Duration {
	waits := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	return waits[min(max(tries, 1), len(waits))-1]
}
