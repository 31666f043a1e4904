package talk

import (
	"context"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// FollowRequests lists who asks to follow from domains that are limited, oldest
// first, as many as one page has.
func (k *Domains) FollowRequests(ctx context.Context, by embraye.Acting) ([]embraye.OfficeFollower, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("talk: who asks to follow: %w", err)
	}
	t := k.desk.Store.Tables()
	rows, err := t.Aside.Waiting(ctx, followersPage)
	if err != nil {
		return nil, err
	}
	var uris []embraye.IRI
	for _, f := range rows {
		uris = append(uris, f.Follower.Follower)
	}
	c, err := companyOf(ctx, k.desk, t, uris, nil)
	if err != nil {
		return nil, err
	}
	list := make([]embraye.OfficeFollower, len(rows))
	for i, f := range rows {
		list[i] = embraye.OfficeFollower{Follower: f.Follower, Author: c.author(f.Follower.Follower)}
	}
	return list, nil
}

// DecideFollow lets somebody follow who asks to, or refuses it.
func (k *Domains) DecideFollow(ctx context.Context, by embraye.Acting, id int64, accept bool) error {
	if err := by.May(embraye.Reviewer); err != nil {
		return fmt.Errorf("talk: decide who follows: %w", err)
	}
	return k.desk.InTx(ctx, func(t store.Tables) error {
		if !accept {
			return k.refuseWaiting(ctx, t, id)
		}
		f, err := t.Aside.TakeWaiting(ctx, id)
		if err != nil {
			return err
		}
		if err := t.Followers.Upsert(ctx, f); err != nil {
			return err
		}
		t.Changed()
		if err := k.answerFollow(ctx, t, f, "Accept"); err != nil {
			return err
		}
		return k.desk.RecordDetail(ctx, t, by, "follow.accept", "", "", string(f.Follower), false)
	})
}

// refuseWaiting answers Reject to a Follow that waits.
func (k *Domains) refuseWaiting(ctx context.Context, t store.Tables, id int64) error {
	f, err := t.Aside.TakeWaiting(ctx, id)
	if err != nil {
		return err
	}
	return k.answerFollow(ctx, t, f, "Reject")
}

// answerFollow sends Accept or Reject of a Follow to the personal inbox.
func (k *Domains) answerFollow(ctx context.Context, t store.Tables, f *embraye.Follower, kind string) error {
	id, err := k.desk.NewID()
	if err != nil {
		return err
	}
	answer := k.desk.Wire().Accept
	if kind == "Reject" {
		answer = k.desk.Wire().Reject
	}
	body, err := answer(id, f.Actor, activitypub.Received{ID: f.FollowID, Type: "Follow", Actor: string(f.Follower), Object: string(k.desk.Site.ActorID(f.Actor))})
	if err != nil {
		return err
	}
	return k.desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: f.Actor, Kind: kind, Object: f.Follower, Body: body}, f.Inbox)
}
