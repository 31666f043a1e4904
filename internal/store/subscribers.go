package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// Subscribers are the readers who follow by mail, and what each of them follows.
// Their addresses and tokens are sealed with the instance's secret, as keys are,
// and opened here only.
type Subscribers struct{ table }

// subscriberSeal is what addresses are sealed under; it is no handle.
const subscriberSeal = "an address of a reader "

// AddressHash is by what an address is found again: whoever has the database
// and not the secret cannot try addresses against it.
func (t Subscribers) AddressHash(address string) (string, error) {
	if t.s.keys.addresses == nil {
		return "", errNoSecret
	}
	mac := hmac.New(sha256.New, t.s.keys.addresses)
	mac.Write([]byte(strings.ToLower(address)))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// Insert seals address and token and adds the subscriber. It fills in the id.
func (t Subscribers) Insert(ctx context.Context, s *embraye.Subscriber) error {
	if t.s.keys.aead == nil {
		return errNoSecret
	}
	s.Sealed = t.s.keys.aead.Seal(nil, nil, []byte(s.Token+" "+s.Address), []byte(subscriberSeal+s.AddressHash))
	return wrap(insert(ctx, t.table, s), "adding a subscriber")
}

func (t Subscribers) open(s *embraye.Subscriber, err error) (*embraye.Subscriber, error) {
	if err != nil {
		return nil, err
	}
	opened, err := t.s.keys.unseal(s.Sealed, subscriberSeal+s.AddressHash)
	if err != nil {
		return nil, fmt.Errorf("opening the address of subscriber %d: %w", s.ID, err)
	}
	s.Token, s.Address, _ = strings.Cut(string(opened), " ")
	return s, nil
}

// Take returns a subscriber.
func (t Subscribers) Take(ctx context.Context, id int64) (*embraye.Subscriber, error) {
	s, err := t.open(take[embraye.Subscriber](ctx, t.table, "id = ?", id))
	return s, wrap(err, "taking the subscriber %d", id)
}

// ByAddress returns who has an address, by its hash.
func (t Subscribers) ByAddress(ctx context.Context, hash string) (*embraye.Subscriber, error) {
	s, err := t.open(take[embraye.Subscriber](ctx, t.table, "address_hash = ?", hash))
	return s, wrap(err, "looking for a subscriber")
}

// ByToken returns whose links have a token, by its hash.
func (t Subscribers) ByToken(ctx context.Context, hash string) (*embraye.Subscriber, error) {
	s, err := t.open(take[embraye.Subscriber](ctx, t.table, "token_hash = ?", hash))
	return s, wrap(err, "looking for a subscriber")
}

// AskedAgain says that somebody has asked once more.
func (t Subscribers) AskedAgain(ctx context.Context, s *embraye.Subscriber) error {
	_, err := t.exec(ctx, "UPDATE subscribers SET language = ?, often = ?, asked_at = ? WHERE id = ?", s.Language, s.Often, s.AskedAt.UTC(), s.ID)
	return wrap(err, "keeping what the subscriber %d asked for", s.ID)
}

// Confirm says that the address is theirs, and how often they want to hear.
func (t Subscribers) Confirm(ctx context.Context, id int64, often embraye.Often, at time.Time) error {
	_, err := t.exec(ctx, "UPDATE subscribers SET often = ?, confirmed_at = COALESCE(confirmed_at, ?), invite_at = NULL WHERE id = ?", often, at.UTC(), id)
	return wrap(err, "confirming the subscriber %d", id)
}

// Remove forgets a subscriber, and all that was about them.
func (t Subscribers) Remove(ctx context.Context, id int64) error {
	_, err := remove[embraye.Subscriber](ctx, t.table, "id = ?", id)
	return wrap(err, "forgetting the subscriber %d", id)
}

// Invite has the mail with the link sent, unless one waits already.
func (t Subscribers) Invite(ctx context.Context, id int64, at time.Time) error {
	_, err := t.exec(ctx, "UPDATE subscribers SET invite_at = COALESCE(invite_at, ?) WHERE id = ?", at.UTC(), id)
	return wrap(err, "inviting the subscriber %d", id)
}

// NextInvite is whose mail with the link has been due the longest; 0: nobody's.
func (t Subscribers) NextInvite(ctx context.Context, now time.Time) (int64, error) {
	return t.next(ctx, "SELECT id FROM subscribers WHERE invite_at <= ? ORDER BY invite_at, id LIMIT 1", now)
}

// NextDue is who has been waiting the longest for what is new; 0: nobody.
func (t Subscribers) NextDue(ctx context.Context, now time.Time) (int64, error) {
	return t.next(ctx, "SELECT id FROM subscribers WHERE due_at <= ? ORDER BY due_at, id LIMIT 1", now)
}

func (t Subscribers) next(ctx context.Context, query string, now time.Time) (id int64, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&id) }, query, now.UTC())
	return id, wrap(err, "looking for a letter that is due")
}

// ClaimInvite takes the mail with the link: of two processes at the same moment
// one gets true.
func (t Subscribers) ClaimInvite(ctx context.Context, id int64, now time.Time) (bool, error) {
	n, err := t.exec(ctx, "UPDATE subscribers SET invite_at = NULL, invited_at = ?, tries = tries + 1 WHERE id = ? AND invite_at <= ?", now.UTC(), id, now.UTC())
	return n == 1, wrap(err, "claiming the invitation of subscriber %d", id)
}

// ClaimDue is ClaimInvite for what is new.
func (t Subscribers) ClaimDue(ctx context.Context, id int64, now time.Time) (bool, error) {
	n, err := t.exec(ctx, "UPDATE subscribers SET due_at = NULL, tries = tries + 1 WHERE id = ? AND due_at <= ?", id, now.UTC())
	return n == 1, wrap(err, "claiming the letter of subscriber %d", id)
}

// Taken says that a mail server took a letter.
func (t Subscribers) Taken(ctx context.Context, id int64) error {
	_, err := t.exec(ctx, "UPDATE subscribers SET tries = 0, refused_on = '' WHERE id = ?", id)
	return wrap(err, "keeping that a letter of subscriber %d went", id)
}

// Again has a letter tried once more; refused is the day of the first refusal,
// if the address was refused.
func (t Subscribers) Again(ctx context.Context, id int64, invite bool, at time.Time, refused string) error {
	query := "UPDATE subscribers SET due_at = ?, refused_on = ? WHERE id = ?"
	if invite {
		query = "UPDATE subscribers SET invite_at = ?, refused_on = ? WHERE id = ?"
	}
	_, err := t.exec(ctx, query, at.UTC(), refused, id)
	return wrap(err, "trying a letter of subscriber %d again", id)
}

// Subscribe adds what somebody asks to follow, and tells whether it is new.
func (t Subscribers) Subscribe(ctx context.Context, s embraye.Subscription) (bool, error) {
	n, err := t.exec(ctx, "INSERT INTO subscriptions (subscriber_id, measure, territory, asked_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		s.SubscriberID, s.Measure, s.Territory, s.AskedAt.UTC())
	return n == 1, wrap(err, "adding what the subscriber %d follows", s.SubscriberID)
}

// Subscriptions lists what somebody follows, or has asked to.
func (t Subscribers) Subscriptions(ctx context.Context, id int64) ([]embraye.Subscription, error) {
	all, err := list[embraye.Subscription](ctx, t.table, "measure, territory", 0, "subscriber_id = ?", id)
	return all, wrap(err, "listing what the subscriber %d follows", id)
}

// Keep confirms one thing that somebody follows.
func (t Subscribers) Keep(ctx context.Context, s embraye.Subscription, at time.Time) error {
	_, err := t.exec(ctx, "UPDATE subscriptions SET confirmed_at = COALESCE(confirmed_at, ?) WHERE subscriber_id = ? AND measure = ? AND territory = ?",
		at.UTC(), s.SubscriberID, s.Measure, s.Territory)
	return wrap(err, "confirming what the subscriber %d follows", s.SubscriberID)
}

// Unsubscribe takes away one thing that somebody follows.
func (t Subscribers) Unsubscribe(ctx context.Context, s embraye.Subscription) error {
	_, err := remove[embraye.Subscription](ctx, t.table, "subscriber_id = ? AND measure = ? AND territory = ?", s.SubscriberID, s.Measure, s.Territory)
	return wrap(err, "taking away what the subscriber %d follows", s.SubscriberID)
}

// Prune forgets whoever has not confirmed, and what was not confirmed.
func (t Subscribers) Prune(ctx context.Context, before time.Time) error {
	if _, err := remove[embraye.Subscriber](ctx, t.table, "confirmed_at IS NULL AND asked_at < ?", before.UTC()); err != nil {
		return wrap(err, "forgetting subscribers who did not confirm")
	}
	_, err := remove[embraye.Subscription](ctx, t.table, "confirmed_at IS NULL AND asked_at < ?", before.UTC())
	return wrap(err, "forgetting what was not confirmed")
}

// Counts tells how many follow what by mail.
func (t Subscribers) Counts(ctx context.Context) (all []embraye.SubjectCount, err error) {
	err = t.scan(ctx, &all, "SELECT measure, territory, count(*) AS readers FROM subscriptions WHERE confirmed_at IS NOT NULL GROUP BY measure, territory ORDER BY measure, territory")
	return all, wrap(err, "counting subscribers")
}
