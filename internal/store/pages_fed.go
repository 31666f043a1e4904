package store

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
)

// featuredConstats is how many constats an actor pins: the only backfill that
// Mastodon and GoToSocial read (INTEROP 0.6).
const featuredConstats = 10

// shownReplies are those that may be shown and counted publicly.
const shownReplies = "public AND state = 'shown'"

// ActorPage reads an actor with the key that signs now.
func (p Pages) ActorPage(ctx context.Context, handle string) (*embraye.ActorPage, error) {
	t := p.store.Tables()
	actor, org, err := t.authors(ctx, handle)
	if err != nil {
		return nil, err
	}
	key, err := t.Keys.Take(ctx, actor.KeyID)
	if err != nil {
		return nil, err
	}
	return &embraye.ActorPage{Actor: actor, Organisation: org, Key: *key}, nil
}

// OutboxPage reads one page of an outbox; with a limit of 0 only the total.
func (p Pages) OutboxPage(ctx context.Context, handle, before string, limit int) (*embraye.OutboxPage, error) {
	t := p.store.Tables()
	if _, err := t.enabledActor(ctx, handle); err != nil {
		return nil, err
	}
	page := &embraye.OutboxPage{}
	var err error
	if limit == 0 {
		page.Total, err = t.Activities.OutboxCount(ctx, handle)
		return page, err
	}
	if page.Activities, err = t.Activities.Outbox(ctx, handle, before, limit+1); err != nil {
		return nil, err
	}
	if len(page.Activities) > limit {
		page.Activities = page.Activities[:limit]
		page.Next = page.Activities[limit-1].ID
	}
	return page, nil
}

// FollowersPage counts who follows an actor.
func (p Pages) FollowersPage(ctx context.Context, handle string) (total int, err error) {
	t := p.store.Tables()
	if _, err := t.enabledActor(ctx, handle); err != nil {
		return 0, err
	}
	return t.Followers.Count(ctx, handle)
}

// FollowingPage counts whom an actor follows: nobody, but for the organisation
// (INTEROP 0.3).
func (p Pages) FollowingPage(ctx context.Context, handle string) (total int, err error) {
	t := p.store.Tables()
	actor, err := t.enabledActor(ctx, handle)
	if err != nil || actor.Kind != embraye.OrganisationActor {
		return 0, err
	}
	total, err = count[embraye.Follow](ctx, t.table, "state = ?", embraye.FollowAccepted)
	return total, wrap(err, "counting whom we follow")
}

// FeaturedPage reads what an actor pins.
func (p Pages) FeaturedPage(ctx context.Context, handle string) (*embraye.FeaturedPage, error) {
	t := p.store.Tables()
	actor, err := t.enabledActor(ctx, handle)
	if err != nil {
		return nil, err
	}
	page := &embraye.FeaturedPage{}
	page.Pinned, err = t.Notes.Pinned(ctx, handle)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return nil, err
	}
	err = nil
	if actor.Kind == embraye.MeasureActor {
		page.Latest, err = t.Updates.ByMeasure(ctx, actor.Measure, featuredConstats)
	}
	return page, err
}

// MeasuresPage lists the measures of the organisation; nobody else has any.
func (p Pages) MeasuresPage(ctx context.Context, handle string) ([]embraye.Actor, error) {
	t := p.store.Tables()
	actor, err := t.enabledActor(ctx, handle)
	if err != nil {
		return nil, err
	}
	if actor.Kind != embraye.OrganisationActor {
		return nil, fmt.Errorf("store: %s has no measures: %w", handle, embraye.ErrNotFound)
	}
	return t.EnabledMeasures(ctx)
}

// ActivityPage reads an activity that was said to everybody.
func (p Pages) ActivityPage(ctx context.Context, id string) (*embraye.Activity, error) {
	a, err := p.store.Tables().Activities.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	if !a.Public {
		return nil, fmt.Errorf("store: activity %s is not public: %w", id, embraye.ErrNotFound)
	}
	return a, nil
}

// QuotePage reads a permission to quote that was not revoked.
func (p Pages) QuotePage(ctx context.Context, id string) (*embraye.Quote, error) {
	q, err := p.store.Tables().Quotes.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	if q.RevokedAt != nil {
		return nil, fmt.Errorf("store: quote %s is revoked: %w", id, embraye.ErrNotFound)
	}
	return q, nil
}

// RepliesPage reads one page of the replies that are shown, oldest first.
func (p Pages) RepliesPage(ctx context.Context, object embraye.IRI, number, size int) (*embraye.RepliesPage, error) {
	t, page := p.store.Tables(), &embraye.RepliesPage{}
	const where = "object = ? AND " + shownReplies
	var err error
	if page.Total, err = count[embraye.Reply](ctx, t.table, where, object); err != nil {
		return nil, wrap(err, "counting the replies to %s", object)
	}
	err = t.table.db.WithContext(ctx).Where(where, object).Order("id").
		Offset((number - 1) * size).Limit(size + 1).Find(&page.Replies).Error
	if len(page.Replies) > size {
		page.Replies, page.More = page.Replies[:size], true
	}
	return page, wrap(err, "listing the replies to %s", object)
}
