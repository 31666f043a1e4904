package inbox

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveUpdate takes a new version of the sender itself, of its reply, or of
// its constat. An Update of something unknown is ignored (F157), except a constat
// of whom we follow: it may have overtaken the Create, or be of before we followed.
func (i *Inbox) receiveUpdate(ctx context.Context, t store.Tables, m received) error {
	if m.in.Object.ID == string(m.sender.URI) {
		return i.refreshSender(ctx, t, m)
	}
	if i.desk.Site.Ours(embraye.IRI(m.in.Object.ID)) {
		return fmt.Errorf("inbox: Update of ours by %s: %w", m.sender.URI, embraye.ErrForbidden)
	}
	post := m.in.Post
	if post == nil {
		return errIgnored
	}
	if err := i.posts.ownPost(post, m.sender); err != nil {
		return err
	}
	if known, err := i.reviews.Known(ctx, t, post.ID); err != nil {
		return err
	} else if known {
		if kept, err := i.keepReview(ctx, t, m, post); err != nil || kept {
			return err
		}
		return errIgnored
	}
	reply, err := t.Replies.ByURIToWrite(ctx, post.ID)
	if err == nil {
		return i.posts.refreshReply(ctx, t, m, reply, post)
	}
	if !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	if !isConstat(post) {
		return errIgnored
	}
	known, err := i.posts.knownConstat(ctx, t, m.sender.URI, post.ID)
	if err != nil {
		return err
	}
	if known {
		return i.posts.keepPeerPost(ctx, t, m, post)
	}
	if taken, err := i.posts.takeConstat(ctx, t, m, post); err != nil || taken {
		return err
	}
	return errIgnored
}

// refreshSender believes an actor's new document, since its old key signed it:
// this is how keys rotate (INTEROP 0.21). PeerTube sends only type and id; then
// the next look fetches.
func (i *Inbox) refreshSender(ctx context.Context, t store.Tables, m received) error {
	actor, err := activitypub.ReadActor(m.in.Object.Embedded)
	if err != nil || actor.URI != m.sender.URI {
		return errIgnored
	}
	if actor.Type != m.sender.Type {
		return errIgnored // the type of a known id never changes (F084)
	}
	actor.FetchedAt = i.desk.Now().UTC()
	if err := t.RemoteActors.Upsert(ctx, actor); err != nil {
		return err
	}
	if err := i.posts.peers.Rotated(ctx, t, m.sender, actor); err != nil {
		return err
	}
	return t.Followers.Readdress(ctx, actor.URI, actor.Inbox, actor.DeliveryInbox())
}

// receiveDelete forgets an actor, a reply or a constat of the sender's own.
// Its id is remembered, so that a Create that comes late is refused (F157). What it
// was permitted to quote goes with it.
func (i *Inbox) receiveDelete(ctx context.Context, t store.Tables, m received) error {
	object := embraye.IRI(m.in.Object.ID)
	if object == m.sender.URI {
		t.Changed()
		if err := t.RemoteActors.DeleteAllOf(ctx, object); err != nil {
			return err
		}
		return t.RemoteActors.MarkGone(ctx, object)
	}
	if !embraye.SameOrigin(object, m.sender.URI) {
		return errIgnored
	}
	if gone, err := i.unnamed(ctx, t, m.sender.URI, object); err != nil || gone {
		return err
	}
	if err := t.UnreadUpdates.Forget(ctx, m.sender.URI, object); err != nil {
		return err
	}
	if err := t.Quotes.Forget(ctx, m.sender.URI, object); err != nil {
		return err
	}
	if r, err := t.Replies.ByURIToWrite(ctx, object); err == nil {
		return i.posts.deleteReply(ctx, t, m, r)
	} else if !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	if gone, err := i.reviews.Forget(ctx, t, m.sender.URI, object); err != nil {
		return err
	} else if gone {
		return t.Tombstones.Add(ctx, embraye.Grave(m.sender.URI, object))
	}
	if p, err := t.PeerUpdates.ByURI(ctx, object); err == nil {
		if p.Actor != m.sender.URI {
			return errIgnored
		}
		t.Changed()
		_, err := t.PeerUpdates.Withdraw(ctx, object, i.desk.Stamp())
		return err
	} else if !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	return t.Tombstones.Add(ctx, embraye.Grave(m.sender.URI, object))
}

// receiveBlock drops the relation both ways. Lemmy's Block with a target is a
// community's ban, not one of us (INTEROP 0.27).
func (i *Inbox) receiveBlock(ctx context.Context, t store.Tables, m received) error {
	if m.in.Targeted {
		return errIgnored
	}
	actor, err := i.localActor(ctx, t, m.in.Object.ID)
	if err != nil {
		return err
	}
	if undone, err := t.Tombstones.Exists(ctx, embraye.Grave(m.sender.URI, m.id)); err != nil || undone {
		return err
	}
	if removed, err := t.Followers.Remove(ctx, actor.Handle, m.sender.URI); err != nil {
		return err
	} else if removed {
		t.Changed()
	}
	if f, err := t.Follows.ByTarget(ctx, m.sender.URI); err == nil && actor.Kind == embraye.OrganisationActor {
		if err := t.Follows.Remove(ctx, f.ID); err != nil {
			return err
		}
	} else if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	return t.ActorBlocks.Add(ctx, &embraye.ActorBlock{Blocker: m.sender.URI, Blocked: i.desk.Site.ActorID(actor.Handle),
		ActivityID: string(m.id), CreatedAt: i.desk.Stamp()})
}
