package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"embraye/internal/embraye"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Followers are those who follow our actors.
type Followers struct{ table }

// maxEarlierIDs bounds the ids of earlier Follows that are kept, in characters.
const maxEarlierIDs = 4000

// Upsert writes who follows whom and sets the row's ID. A repeated Follow
// brings its newest id and inboxes; the date is that of the first, and the ids
// before it are kept, since an Undo may name any of them.
func (t Followers) Upsert(ctx context.Context, f *embraye.Follower) error {
	row := *f
	row.ID = 0
	const earlier = `CASE WHEN followers.follow_id = excluded.follow_id THEN followers.earlier_ids
		ELSE substr(followers.follow_id || ? || followers.earlier_ids, 1, ?) END`
	err := t.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "actor"}, {Name: "follower"}},
		DoUpdates: append(clause.AssignmentColumns([]string{"host", "inbox", "delivery", "follow_id"}),
			clause.Assignments(map[string]any{"earlier_ids": gorm.Expr(earlier, "\n", maxEarlierIDs)})...),
	}).Create(&row).Error
	if err == nil {
		f.ID = row.ID
	}
	return wrap(err, "adding the follower %s of %s", f.Follower, f.Actor)
}

// Remove ends one following, or the wish for it.
func (t Followers) Remove(ctx context.Context, actor string, follower embraye.IRI) (removed bool, err error) {
	n, err := remove[embraye.Follower](ctx, t.table, "actor = ? AND follower = ?", actor, follower)
	if err == nil && n == 0 {
		_, err = remove[embraye.AsideFollower](ctx, t.table, "actor = ? AND follower = ?", actor, follower)
	}
	return n > 0, wrap(err, "removing the follower %s of %s", follower, actor)
}

// Follows tells whether somebody follows any of our actors.
func (t Followers) Follows(ctx context.Context, follower embraye.IRI) (bool, error) {
	found, err := t.finds(ctx, "followers WHERE follower = ?", follower)
	return found, wrap(err, "looking for what %s follows", follower)
}

// Replace ends what an account follows that its new account follows too.
func (t Followers) Replace(ctx context.Context, former, follower embraye.IRI) error {
	n, err := remove[embraye.Follower](ctx, t.table, "follower = ? AND actor IN (SELECT actor FROM followers AS now WHERE now.follower = ?)", former, follower)
	if n > 0 {
		t.changed()
	}
	return wrap(err, "replacing the follower %s", former)
}

// RemoveAll ends everything that one actor follows, or wishes to.
func (t Followers) RemoveAll(ctx context.Context, follower embraye.IRI) error {
	_, err := remove[embraye.Follower](ctx, t.table, "follower = ?", follower)
	if err == nil {
		_, err = remove[embraye.AsideFollower](ctx, t.table, "follower = ?", follower)
	}
	return wrap(err, "removing the follower %s", follower)
}

// Under lists who follows from a domain and those below it, or is reached there,
// at most limit of them if it is positive.
func (t Followers) Under(ctx context.Context, domain string, limit int) (followers []embraye.IRI, err error) {
	hosts, err := t.hostsUnder(ctx, domain, "SELECT DISTINCT host FROM followers UNION SELECT DISTINCT delivery_host FROM followers")
	if err == nil && len(hosts) > 0 {
		names := asJSON(hosts)
		err = t.scan(ctx, &followers, "SELECT DISTINCT follower FROM followers WHERE "+t.inJSON("host")+" OR "+t.inJSON("delivery_host")+" ORDER BY follower LIMIT ?", names, names, cmp.Or(limit, math.MaxInt32))
	}
	return followers, wrap(err, "listing the followers of %s", domain)
}

// hostsUnder filters a list of hosts here and not with LIKE, whose wildcards
// are characters of domains.
func (t table) hostsUnder(ctx context.Context, domain, query string) ([]string, error) {
	var all, under []string
	if err := t.scan(ctx, &all, query); err != nil {
		return nil, err
	}
	for _, host := range all {
		if underDomain(host, domain) {
			under = append(under, host)
		}
	}
	return under, nil
}

// Everybody lists who follows any of our actors, each once, after one of them.
func (t Followers) Everybody(ctx context.Context, after embraye.IRI, limit int) (followers []embraye.IRI, err error) {
	err = t.scan(ctx, &followers, "SELECT DISTINCT follower FROM followers WHERE follower > ? ORDER BY follower LIMIT ?", after, limit)
	return followers, wrap(err, "listing all followers")
}

// Count tells how many follow an actor.
func (t Followers) Count(ctx context.Context, actor string) (int, error) {
	n, err := count[embraye.Follower](ctx, t.table, "actor = ?", actor)
	return n, wrap(err, "counting the followers of %s", actor)
}

// List returns an actor's followers in the order of their arrival, after the
// given ID.
func (t Followers) List(ctx context.Context, actor string, after int64, limit int) ([]embraye.Follower, error) {
	all, err := list[embraye.Follower](ctx, t.table, "id", limit, "actor = ? AND id > ?", actor, after)
	return all, wrap(err, "listing the followers of %s", actor)
}

// Exists tells whether somebody follows an actor.
func (t Followers) Exists(ctx context.Context, actor string, follower embraye.IRI) (bool, error) {
	found, err := t.finds(ctx, "followers WHERE actor = ? AND follower = ?", actor, follower)
	return found, wrap(err, "looking for the follower %s of %s", follower, actor)
}

// RemoveByFollowID ends the following that a Follow began or repeated: some
// servers undo by its id alone.
func (t Followers) RemoveByFollowID(ctx context.Context, follower embraye.IRI, followID string) (removed bool, err error) {
	if followID == "" { // what ends the list of earlier ones
		return false, nil
	}
	all, err := list[embraye.Follower](ctx, t.table, "id", 0, "follower = ?", follower)
	for _, f := range all {
		if f.FollowID == followID || slices.Contains(strings.Split(f.EarlierIDs, "\n"), followID) {
			return t.Remove(ctx, f.Actor, follower)
		}
	}
	if err == nil {
		_, err = remove[embraye.AsideFollower](ctx, t.table, "follower = ? AND follow_id = ?", follower, followID)
	}
	return false, wrap(err, "looking for the follow %s", followID)
}

// Readdress notes the inboxes that a follower has now.
func (t Followers) Readdress(ctx context.Context, follower, inbox, delivery embraye.IRI) error {
	_, err := t.exec(ctx, "UPDATE followers SET inbox = ?, delivery = ? WHERE follower = ?", inbox, delivery, follower)
	return wrap(err, "noting the inboxes of %s", follower)
}

// ByInbox lists who is reached through an inbox, shared or personal.
func (t Followers) ByInbox(ctx context.Context, inbox embraye.IRI, limit int) ([]embraye.Follower, error) {
	all, err := list[embraye.Follower](ctx, t.table, "id", limit, "delivery = ? OR inbox = ?", inbox, inbox)
	return all, wrap(err, "listing the followers behind %s", inbox)
}
