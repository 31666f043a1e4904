package app

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// maxReplyHTML bounds what is kept of a stranger's post, in bytes.
const maxReplyHTML = 64 << 10

// receiveCreate keeps a peer's constat, or a reply to or mention of one of
// ours for the moderation. All else is none of our business.
func (a *App) receiveCreate(ctx context.Context, t store.Tables, m received) error {
	post := m.in.Post
	if post == nil {
		return errIgnored
	}
	if err := a.ownPost(post, m.sender); err != nil {
		return err
	}
	if dead, err := t.Tombstones.Exists(ctx, grave(m.sender.URI, post.ID)); err != nil {
		return err
	} else if dead {
		return errIgnored // what was deleted never comes back (F157)
	}
	if isConstat(post) {
		followed, err := a.followed(ctx, t, m.sender.URI)
		if err != nil {
			return err
		}
		if followed {
			return a.keepPeerPost(ctx, t, m, post)
		}
	}
	return a.keepReply(ctx, t, m, post)
}

// ownPost demands that a post is by the sender and lives on its server: nobody
// writes for somebody else (F059), nor over ours (F061).
func (a *App) ownPost(p *activitypub.Post, sender *embraye.RemoteActor) error {
	if p.AttributedTo != sender.URI || !embraye.SameOrigin(p.ID, sender.URI) || a.Site.Ours(p.ID) {
		return fmt.Errorf("app: post %s by %s in an activity of %s: %w", p.ID, p.AttributedTo, sender.URI, embraye.ErrForbidden)
	}
	return nil
}

// keepReply stores a reply to one of ours, or to a reply to one of ours, or a
// mention of one of our actors. It waits for an editor, unless the
// organisation shows replies at once; one that is not addressed to Public is
// never shown or counted publicly.
func (a *App) keepReply(ctx context.Context, t store.Tables, m received, p *activitypub.Post) error {
	root, handle, err := a.answered(ctx, t, p)
	if err != nil {
		return err
	}
	if handle == "" {
		return errIgnored
	}
	if blocked, err := t.ActorBlocks.Exists(ctx, a.Site.ActorID(handle), m.sender.URI); err != nil {
		return err
	} else if blocked {
		return errIgnored
	}
	now := a.now()
	published := notLater(p.Published, now)
	r := &embraye.Reply{URI: p.ID, Actor: m.sender.URI, InReplyTo: string(p.InReplyTo), Object: root,
		Mentioned: handle, HTML: cleanPost(p.HTML), Language: cut(p.Language, 20), URL: a.shownURL(p), Public: p.Public(),
		State: embraye.ReplyPending, Delivery: m.sender.DeliveryInbox(), PublishedAt: published, ReceivedAt: now}
	if r.State, err = stateUnread(ctx, t, r); err != nil {
		return err
	}
	added, err := t.Replies.Insert(ctx, r)
	if err != nil || !added || r.State != embraye.ReplyShown {
		return err
	}
	return a.countReply(ctx, t, r, 1)
}

// stateUnread is the state of a reply that nobody of ours has read: it waits,
// unless the organisation shows replies at once.
func stateUnread(ctx context.Context, t store.Tables, r *embraye.Reply) (embraye.ReplyState, error) {
	if !r.Showable() {
		return embraye.ReplyPending, nil
	}
	rules, err := rulesIn(ctx, t)
	if err == nil && rules.RepliesOpen {
		return embraye.ReplyShown, nil
	}
	return embraye.ReplyPending, err
}

// answered finds the Note of ours at the root of a conversation and the actor
// of ours who is spoken to; an empty handle means that it is not for us.
func (a *App) answered(ctx context.Context, t store.Tables, p *activitypub.Post) (root embraye.IRI, handle string, err error) {
	parent := p.InReplyTo
	if parent != "" && !a.Site.Ours(parent) {
		r, err := t.Replies.ByURI(ctx, parent)
		if err == nil && r.Object != "" {
			return r.Object, r.Mentioned, nil
		}
		if err != nil && !errors.Is(err, embraye.ErrNotFound) {
			return "", "", err
		}
	}
	if handle, err = a.authorOf(ctx, t, parent); err != nil || handle != "" {
		return parent, handle, err
	}
	for _, mention := range p.Mentions {
		if local, ok := a.Site.NamedActor(embraye.IRI(mention)); ok {
			actor, err := t.Actors.Take(ctx, local)
			if err == nil && actor.Enabled {
				return "", local, nil
			}
			if err != nil && !errors.Is(err, embraye.ErrNotFound) {
				return "", "", err
			}
		}
	}
	return "", "", nil
}

// shownURL is the page of a post: its url if that is on the post's own server,
// else its id (F091).
func (a *App) shownURL(p *activitypub.Post) string {
	if u, err := embraye.ParseIRI(p.URL, a.AllowHTTP); err == nil && embraye.SameOrigin(u, p.ID) {
		return p.URL
	}
	return string(p.ID)
}

// cleanPost bounds, then sanitises.
func cleanPost(html string) string {
	if len(html) > maxReplyHTML {
		html = html[:maxReplyHTML]
	}
	return activitypub.SanitizeHTML(html)
}
