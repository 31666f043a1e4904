package app

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// BoostURL makes a measure boost somebody else's post or video, once until it
// is undone. A boosted video is also announced to its own server, and repeated
// by the instance actor for PeerTube admins who follow the host (INTEROP 0.4,
// 0.15).
func (a *App) BoostURL(ctx context.Context, by embraye.Acting, measureID, url string) (activityID string, err error) {
	if err := by.May(embraye.Reviewer); err != nil {
		return "", fmt.Errorf("app: boost: %w", err)
	}
	measure, ok := a.reference.Measure(measureID)
	if !ok {
		measure, ok = a.reference.MeasureByHandle(measureID)
	}
	if !ok {
		return "", &embraye.InvalidError{Problems: []embraye.Problem{{Field: "as", Code: "unknown", Value: measureID}}}
	}
	post, author, err := a.lookAtPost(ctx, url)
	if err != nil {
		return "", err
	}
	err = a.inTx(ctx, func(t store.Tables) error {
		if activityID, err = a.announce(ctx, t, measure.Handle, post, author); err != nil {
			return err
		}
		if post.Type == "Video" {
			if _, err := a.announce(ctx, t, embraye.InstanceHandle, post, author); err != nil && !errors.Is(err, embraye.ErrConflict) {
				return err
			}
		}
		t.Changed()
		return a.record(ctx, t, by, "boost", string(post.ID), "", true)
	})
	return activityID, err
}

// lookAtPost reads a post from its own server and its author, whose server
// gets the Announce too.
func (a *App) lookAtPost(ctx context.Context, url string) (*activitypub.Post, *embraye.RemoteActor, error) {
	uri, err := embraye.ParseIRI(url, a.AllowHTTP)
	if err != nil {
		return nil, nil, fmt.Errorf("address %q: %w", url, err)
	}
	if a.Site.Ours(uri) {
		return nil, nil, &embraye.InvalidError{Problems: []embraye.Problem{{Field: "url", Code: "is_our_own_post", Value: url}}}
	}
	if blocked, err := a.Blocked(ctx, uri.Host()); err != nil || blocked {
		return nil, nil, fmt.Errorf("%s is blocked here: %w", uri.Host(), errors.Join(err, embraye.ErrForbidden))
	}
	_, object, err := a.Remote.FetchObject(ctx, uri)
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
	author, err := a.readActor(ctx, post.AttributedTo)
	return post, author, err
}

func (a *App) announce(ctx context.Context, t store.Tables, handle string, post *activitypub.Post, author *embraye.RemoteActor) (string, error) {
	if _, err := t.Activities.ByTypeObject(ctx, handle, "Announce", post.ID); err == nil {
		return "", fmt.Errorf("%s has already boosted %s: %w", handle, post.ID, embraye.ErrConflict)
	} else if !errors.Is(err, embraye.ErrNotFound) {
		return "", err
	}
	id, err := a.newID()
	if err != nil {
		return "", err
	}
	at := a.now()
	if at.Before(post.Published) {
		at = post.Published // Misskey skips a boost older than its post
	}
	body, err := a.Wire().Announce(id, handle, post.ID, author.URI, at)
	if err != nil {
		return "", err
	}
	_, err = a.sendToMany(ctx, t, outgoing{id: id, actor: handle, kind: "Announce", object: post.ID, body: body, outbox: true,
		to: store.Targets{FollowersOf: []string{handle}, Inboxes: []embraye.IRI{author.DeliveryInbox()}}})
	return id, err
}
