package letters

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Asked is what somebody would like to get, at an address that may be theirs.
type Asked struct {
	Address   string
	Measure   string // id; empty: every measure
	Territory string // empty: every place
	Often     embraye.Often
	Language  string
	Client    string // the network address of whoever asks
}

// Ask has a mail with a link sent to an address, at most one a day. It says the
// same whether the address is known or not.
func (l *Letters) Ask(ctx context.Context, a Asked) error {
	if !l.desk.Mails() {
		return fmt.Errorf("letters: this instance sends no mail: %w", embraye.ErrNotFound)
	}
	a, err := l.check(ctx, a)
	if err != nil {
		return err
	}
	hash, err := l.desk.Store.Tables().Subscribers.AddressHash(a.Address)
	if err != nil {
		return err
	}
	if err := l.desk.Pace(ctx, time.Hour, app.Limit{Who: "letters of " + directory.AddressKey(a.Client), Most: askedPerHour},
		app.Limit{Who: "letters to " + hash, Most: askedPerOne}); err != nil {
		return err
	}
	return l.desk.Store.InTx(ctx, func(t store.Tables) error {
		s, err := l.subscriber(ctx, t, a, hash)
		if err != nil {
			return err
		}
		if err := l.subscribe(ctx, t, s, a); err != nil {
			return err
		}
		at := l.desk.Stamp()
		if s.InvitedAt != nil && s.InvitedAt.Add(inviteEvery).After(at) {
			at = s.InvitedAt.Add(inviteEvery)
		}
		if err := t.Subscribers.Invite(ctx, s.ID, at); err != nil {
			return err
		}
		return l.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreLetters, Subject: sendJob, At: at})
	})
}

// check lists all that is wrong at once.
func (l *Letters) check(ctx context.Context, a Asked) (Asked, error) {
	wrong := &embraye.InvalidError{}
	add := func(field, code, value string) {
		wrong.Problems = append(wrong.Problems, embraye.Problem{Field: field, Code: code, Value: app.Cut(value, 254)})
	}
	address, ok := embraye.ParseEmail(a.Address)
	if !ok {
		add("email", "is_not_an_address", a.Address)
	}
	a.Address = address
	measures, err := l.desk.Measures(ctx)
	if err != nil {
		return a, err
	}
	if a.Measure != "" && !slices.ContainsFunc(measures, func(m embraye.Measure) bool { return m.ID == a.Measure }) {
		add("measure", "unknown", a.Measure)
	}
	if a.Territory != "" {
		code, ok := l.desk.Territories.Canonical(a.Territory)
		if !ok {
			add("territory", "unknown", a.Territory)
		}
		a.Territory = code
	}
	if !slices.Contains(embraye.Oftens(), a.Often) {
		add("often", "unknown", string(a.Often))
	}
	if len(wrong.Problems) > 0 {
		return a, wrong
	}
	return a, nil
}

// subscriber is who has the address, from now on. What a confirmed one has chosen
// stays: anybody can ask for anybody.
func (l *Letters) subscriber(ctx context.Context, t store.Tables, a Asked, hash string) (*embraye.Subscriber, error) {
	s, err := t.Subscribers.ByAddress(ctx, hash)
	if err == nil {
		s.AskedAt = l.desk.Stamp()
		if s.ConfirmedAt == nil {
			s.Language, s.Often = a.Language, a.Often
		}
		return s, t.Subscribers.AskedAgain(ctx, s)
	}
	if !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	token, err := app.NewToken(l.desk.Random)
	if err != nil {
		return nil, fmt.Errorf("letters: making a link: %w", err)
	}
	s = &embraye.Subscriber{TokenHash: app.HashToken(token), AddressHash: hash, Language: a.Language, Often: a.Often, AskedAt: l.desk.Stamp(),
		Address: a.Address, Token: token}
	return s, t.Subscribers.Insert(ctx, s)
}

// subscribe adds what was asked for; it counts once it is confirmed.
func (l *Letters) subscribe(ctx context.Context, t store.Tables, s *embraye.Subscriber, a Asked) error {
	all, err := t.Subscribers.Subscriptions(ctx, s.ID)
	if err != nil || len(all) >= maxSubjects {
		return err // nobody who reads follows more: somebody fills the list of somebody else
	}
	_, err = t.Subscribers.Subscribe(ctx, embraye.Subscription{SubscriberID: s.ID, Measure: a.Measure, Territory: a.Territory, AskedAt: l.desk.Stamp()})
	return err
}
