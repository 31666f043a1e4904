package talk

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
)

// followersPage is how many followers the office lists at once.
const followersPage = 50

// Followers lists who follows an actor of ours, or any of them (""), newest
// first, with how many there are in all.
func (k *Talk) Followers(ctx context.Context, by embraye.Acting, actor string, before int64) (*embraye.FollowerPage, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: followers: %w", err)
	}
	t := k.desk.Store.Tables()
	page := &embraye.FollowerPage{Actor: actor}
	var err error
	if actor == "" {
		page.Total, err = t.Followers.Total(ctx)
	} else if _, err = t.Actors.Take(ctx, actor); err == nil {
		page.Total, err = t.Followers.Count(ctx, actor)
	}
	if err != nil {
		return nil, err
	}
	if page.Removed, err = t.Followers.Removed(ctx); err != nil {
		return nil, err
	}
	rows, err := t.Followers.Page(ctx, actor, before, followersPage+1)
	if err != nil {
		return nil, err
	}
	if len(rows) > followersPage {
		rows = rows[:followersPage]
		page.Next = rows[followersPage-1].ID
	}
	var uris []embraye.IRI
	for _, f := range rows {
		uris = append(uris, f.Follower)
	}
	c, err := companyOf(ctx, k.desk, t, uris, nil)
	if err != nil {
		return nil, err
	}
	for _, f := range rows {
		page.Followers = append(page.Followers, embraye.OfficeFollower{Follower: f, Author: c.author(f.Follower)})
	}
	return page, nil
}

// FollowersByHost counts who follows us by server, most first.
func (k *Talk) FollowersByHost(ctx context.Context, by embraye.Acting) ([]embraye.HostCount, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: followers by server: %w", err)
	}
	return k.desk.Store.Tables().Followers.Hosts(ctx)
}
