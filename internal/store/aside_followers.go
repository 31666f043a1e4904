package store

import (
	"context"

	"embraye/internal/embraye"

	"gorm.io/gorm/clause"
)

const followerColumns = "actor, follower, host, inbox, delivery, follow_id, earlier_ids, created_at"

// PutFollower puts aside all that somebody follows.
func (t Aside) PutFollower(ctx context.Context, follower embraye.IRI) error {
	_, err := t.exec(ctx, "INSERT INTO aside_followers ("+followerColumns+", waiting) SELECT "+followerColumns+", false FROM followers WHERE follower = ? ON CONFLICT (actor, follower) DO UPDATE SET waiting = false", follower)
	if err == nil {
		_, err = t.exec(ctx, "DELETE FROM followers WHERE follower = ?", follower)
	}
	return wrap(err, "putting the follower %s aside", follower)
}

// returnFollowers makes those followers again whom no refusal holds. Who was
// refused by name meanwhile is not among them: RemoveAll forgets the wish too.
func (t Aside) returnFollowers(ctx context.Context, refusal func(host string) embraye.Refusal) error {
	var all []embraye.Follower
	if err := t.scan(ctx, &all, "SELECT DISTINCT host, delivery FROM aside_followers WHERE NOT waiting"); err != nil {
		return err
	}
	var hosts, back []string
	for _, f := range all {
		if !refusal(f.Host).Suspended && !refusal(f.Delivery.Host()).Suspended {
			hosts, back = append(hosts, f.Host), append(back, f.Host+" "+string(f.Delivery))
		}
	}
	if len(back) == 0 {
		return nil
	}
	free := "NOT waiting AND " + t.inJSON("host") + " AND " + t.inJSON("host || ' ' || delivery")
	n, err := t.exec(ctx, "INSERT INTO followers ("+followerColumns+") SELECT "+followerColumns+" FROM aside_followers WHERE "+free+" ON CONFLICT DO NOTHING", asJSON(hosts), asJSON(back))
	if n > 0 {
		t.changed()
	}
	if err == nil {
		_, err = t.exec(ctx, "DELETE FROM aside_followers WHERE "+free, asJSON(hosts), asJSON(back))
	}
	return err
}

// Ask keeps the wish to follow until somebody decides; a repeated one brings its
// newest id and inboxes.
func (t Aside) Ask(ctx context.Context, f *embraye.Follower) error {
	row := &embraye.AsideFollower{Follower: *f, Waiting: true}
	err := t.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "actor"}, {Name: "follower"}},
		DoUpdates: clause.AssignmentColumns([]string{"host", "inbox", "delivery", "follow_id", "waiting"}),
	}).Create(row).Error
	return wrap(err, "keeping the wish of %s to follow %s", f.Follower, f.Actor)
}

// Waiting lists who asks to follow, oldest first.
func (t Aside) Waiting(ctx context.Context, limit int) ([]embraye.AsideFollower, error) {
	all, err := list[embraye.AsideFollower](ctx, t.table, "id", limit, "waiting")
	return all, wrap(err, "listing who asks to follow")
}

// WaitingUnder lists who asks to follow from a domain and below it.
func (t Aside) WaitingUnder(ctx context.Context, domain string) (under []embraye.AsideFollower, err error) {
	all, err := t.Waiting(ctx, 0)
	for _, a := range all {
		if underDomain(a.Host, domain) {
			under = append(under, a)
		}
	}
	return under, err
}

// TakeWaiting removes one who asks to follow, and returns who it is.
func (t Aside) TakeWaiting(ctx context.Context, id int64) (*embraye.Follower, error) {
	a, err := take[embraye.AsideFollower](ctx, t.table, "id = ? AND waiting", id)
	if err == nil {
		_, err = remove[embraye.AsideFollower](ctx, t.table, "id = ?", id)
	}
	if err != nil {
		return nil, wrap(err, "taking who asks to follow, %d", id)
	}
	a.Follower.ID = 0
	return &a.Follower, nil
}

// ForgetRepliesOf lets the replies of one author stay hidden for good.
func (t Aside) ForgetRepliesOf(ctx context.Context, actor embraye.IRI) error {
	_, err := t.exec(ctx, "UPDATE replies SET aside = '' WHERE actor = ? AND aside <> ''", actor)
	return wrap(err, "leaving the replies of %s hidden", actor)
}
