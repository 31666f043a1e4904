package inbox

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// refreshReply keeps the new text, unless a newer one is here; what was shown
// waits again, since nobody has read it, unless replies are shown at once. What is
// public no more is taken down in any case.
func (o *posts) refreshReply(ctx context.Context, t store.Tables, m received, r *embraye.Reply, p *activitypub.Post) error {
	if r.Actor != m.sender.URI {
		return fmt.Errorf("inbox: Update of %s by %s: %w", r.URI, m.sender.URI, embraye.ErrForbidden)
	}
	shown := r.State == embraye.ReplyShown
	said := o.desk.Stamp()
	if p.Updated != nil {
		said = app.NotLater(*p.Updated, said)
	}
	if r.UpdatedAt != nil && said.Before(*r.UpdatedAt) {
		return errIgnored
	}
	html := app.CleanHTML(p.HTML)
	changed := html != r.HTML || p.Public() != r.Public
	r.HTML, r.Language, r.Public, r.UpdatedAt = html, app.Cut(p.Language, 20), p.Public(), &said
	if changed && r.Aside == embraye.ReplyShown {
		r.Aside = embraye.ReplyPending // nor has anybody when its domain is limited no more
	}
	if shown && changed {
		state, err := o.stateUnread(ctx, t, r)
		if err != nil {
			return err
		}
		t.Changed()
		if r.State = state; state != embraye.ReplyShown {
			o.desk.Ours.CountReply(t, r, -1)
		}
	}
	return t.Replies.Save(ctx, r)
}

func (o *posts) deleteReply(ctx context.Context, t store.Tables, m received, r *embraye.Reply) error {
	if r.Actor != m.sender.URI {
		return errIgnored
	}
	if r.State == embraye.ReplyShown {
		o.desk.Ours.CountReply(t, r, -1)
	}
	if err := t.Replies.Remove(ctx, r.URI); err != nil {
		return err
	}
	return t.Tombstones.Add(ctx, embraye.Grave(r.Actor, r.URI))
}

// ownPost demands that a post is by the sender and lives on its server: nobody
// writes for somebody else (F059), nor over ours (F061).
func (o *posts) ownPost(p *activitypub.Post, sender *embraye.RemoteActor) error {
	if p.AttributedTo != sender.URI || !embraye.SameOrigin(p.ID, sender.URI) || o.desk.Site.Ours(p.ID) {
		return fmt.Errorf("inbox: post %s by %s in an activity of %s: %w", p.ID, p.AttributedTo, sender.URI, embraye.ErrForbidden)
	}
	return nil
}

// keepReply stores a reply to one of ours, or to a reply to one of ours, or a
// mention of one of our actors. It waits for an editor, unless the
// organisation shows replies at once; one that is not addressed to Public is
// never shown or counted publicly.
func (o *posts) keepReply(ctx context.Context, t store.Tables, m received, p *activitypub.Post) error {
	root, handle, err := o.answered(ctx, t, p)
	if err != nil {
		return err
	}
	if handle == "" {
		return errIgnored
	}
	if blocked, err := t.ActorBlocks.Exists(ctx, o.desk.Site.ActorID(handle), m.sender.URI); err != nil {
		return err
	} else if blocked {
		return errIgnored
	}
	now := o.desk.Stamp()
	published := app.NotLater(p.Published, now)
	r := &embraye.Reply{URI: p.ID, Actor: m.sender.URI, InReplyTo: string(p.InReplyTo), Object: root,
		Mentioned: handle, HTML: app.CleanHTML(p.HTML), Language: app.Cut(p.Language, 20), URL: app.PageOf(o.desk, p), Public: p.Public(),
		State: embraye.ReplyPending, Delivery: m.sender.DeliveryInbox(), PublishedAt: published, ReceivedAt: now}
	if p.Updated != nil {
		at := app.NotLater(*p.Updated, now)
		r.UpdatedAt = &at
	}
	if r.State, err = o.stateUnread(ctx, t, r); err != nil {
		return err
	}
	added, err := t.Replies.Insert(ctx, r)
	if err != nil || !added || r.State != embraye.ReplyShown {
		return err
	}
	o.desk.Ours.CountReply(t, r, 1)
	return nil
}

// answered finds the Note of ours at the root of a conversation and the actor
// of ours who is spoken to; an empty handle means that it is not for us.
func (o *posts) answered(ctx context.Context, t store.Tables, p *activitypub.Post) (root embraye.IRI, handle string, err error) {
	parent := p.InReplyTo
	if parent != "" && !o.desk.Site.Ours(parent) {
		r, err := t.Replies.ByURI(ctx, parent)
		if err == nil && r.Object != "" {
			return r.Object, r.Mentioned, nil
		}
		if err != nil && !errors.Is(err, embraye.ErrNotFound) {
			return "", "", err
		}
	}
	if handle, err = o.desk.Ours.AuthorOf(ctx, t, parent); err != nil || handle != "" {
		return parent, handle, err
	}
	for _, mention := range p.Mentions {
		if local, ok := o.desk.Site.NamedActor(embraye.IRI(mention)); ok {
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
