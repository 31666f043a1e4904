package constats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Boost makes a measure boost somebody else's post or video, once until it
// is undone; see BoostAs.
func (cs *Constats) Boost(ctx context.Context, by embraye.Acting, measureID, url string) (activityID string, err error) {
	ids, err := BoostAs(ctx, cs, by, []string{measureID}, url)
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// boosted is what our pages call a post.
func boosted(post *activitypub.Post, author *embraye.RemoteActor) *embraye.BoostedPost {
	p := &embraye.BoostedPost{Object: post.ID, Type: post.Type, URL: post.URL, Title: embraye.Cut(post.Title(), embraye.MaxTitle), Author: author.Host}
	if author.Username != "" {
		p.Author = "@" + author.Username + "@" + author.Host
	}
	return p
}

// lookAtPost reads a post from its own server and its author, whose server
// gets the Announce too.
func (cs *Constats) lookAtPost(ctx context.Context, url string) (*activitypub.Post, *embraye.RemoteActor, error) {
	uri, err := embraye.ParseIRI(url, cs.desk.AllowHTTP)
	if err != nil {
		return nil, nil, fmt.Errorf("address %q: %w", url, err)
	}
	if cs.desk.Site.Ours(uri) {
		return nil, nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "post_url", Code: "is_our_own_post", Value: url}}}
	}
	if blocked, err := cs.directory.Blocked(ctx, uri.Host()); err != nil || blocked {
		return nil, nil, fmt.Errorf("%s is blocked here: %w", uri.Host(), errors.Join(err, embraye.ErrForbidden))
	}
	_, object, err := cs.desk.Remote.FetchObject(ctx, uri)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", url, err)
	}
	post, err := activitypub.ReadPost(object)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", url, err)
	}
	if !post.Public() {
		return nil, nil, fmt.Errorf("%s is not public: %w", url, embraye.ErrForbidden)
	}
	if !embraye.SameOrigin(post.AttributedTo, post.ID) {
		return nil, nil, fmt.Errorf("%s is by somebody of another server: %w", url, embraye.ErrInvalid)
	}
	author, err := cs.directory.ReadActor(ctx, post.AttributedTo)
	return post, author, err
}

// announceAlone is announce, of one process after the other.
func announceAlone(ctx context.Context, cs *Constats, t store.Tables, handle string, post *activitypub.Post, author *embraye.RemoteActor) (string, error) {
	if _, err := t.Actors.TakeToWrite(ctx, handle); err != nil {
		return "", err
	}
	return cs.announce(ctx, t, handle, post, author)
}

// announce boosts a post as an actor whose row was taken to write.
func (cs *Constats) announce(ctx context.Context, t store.Tables, handle string, post *activitypub.Post, author *embraye.RemoteActor) (string, error) {
	if _, err := t.Activities.ByTypeObject(ctx, handle, "Announce", post.ID); err == nil {
		return "", fmt.Errorf("%s has already boosted %s: %w", handle, post.ID, embraye.ErrConflict)
	} else if !errors.Is(err, embraye.ErrNotFound) {
		return "", err
	}
	id, err := cs.desk.NewID()
	if err != nil {
		return "", err
	}
	at := cs.desk.Stamp()
	if at.Before(post.Published) {
		at = post.Published // Misskey skips a boost older than its post
	}
	body, err := cs.desk.Wire().Announce(id, handle, post.ID, author.URI, at)
	if err != nil {
		return "", err
	}
	_, err = cs.desk.SendToMany(ctx, t, app.Outgoing{ID: id, Actor: handle, Kind: "Announce", Object: post.ID, Body: body, Outbox: true,
		To: store.Targets{FollowersOf: []string{handle}, Inboxes: []embraye.IRI{author.DeliveryInbox()}}})
	return id, err
}

// boostPeersFor is how old a peer's constat may be when it comes here: what is
// older is read of its past, and no news to those who follow our measures.
const boostPeersFor = 7 * 24 * time.Hour

// BoostPeer makes our measure boost a new constat of a peer about the same
// measure: once and for all, also if an editor undid it. It is called for
// constats alone, never for what somebody boosted.
func (cs *Constats) BoostPeer(ctx context.Context, t store.Tables, post *activitypub.Post, author *embraye.RemoteActor) error {
	measure, ok := cs.desk.Reference().MeasureByIRI(post.Embraye.MeasureIRI)
	if !ok || !post.Public() || cs.desk.Site.Ours(post.ID) || cs.desk.Now().Sub(post.Published) > boostPeersFor {
		return nil
	}
	actor, err := t.Actors.TakeToWrite(ctx, measure.Handle)
	if err != nil || !actor.Enabled {
		return err
	}
	said, err := t.Activities.OfObject(ctx, post.ID)
	if err != nil {
		return err
	}
	for _, a := range said {
		if a.Actor == measure.Handle && a.Type == "Announce" {
			return nil
		}
	}
	if _, err := cs.announce(ctx, t, measure.Handle, post, author); err != nil {
		return err
	}
	shown := boosted(post, author)
	shown.Title = post.Embraye.Title
	return t.BoostedPosts.Keep(ctx, shown)
}
