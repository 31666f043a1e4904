package inbox

import (
	"context"

	"embraye/internal/activitypub"
	"embraye/internal/app/directory"
	"embraye/internal/app/organisation"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveCreate keeps a peer's constat, or a reply to or mention of one of
// ours for the moderation. All else is none of our business.
func (i *Inbox) receiveCreate(ctx context.Context, t store.Tables, m received) error {
	post := m.in.Post
	if post == nil {
		return errIgnored
	}
	if taken, err := i.posts.takeConstat(ctx, t, m, post); taken || err != nil {
		return err
	}
	if kept, err := i.keepReview(ctx, t, m, post); err != nil || kept {
		return err
	}
	return i.posts.keepReply(ctx, t, m, post)
}

// keepReview keeps what an organisation says of a constat that we keep, and what
// the author of one answers.
func (i *Inbox) keepReview(ctx context.Context, t store.Tables, m received, post *activitypub.Post) (kept bool, err error) {
	in := reviews.Received{Post: post, Author: m.sender, Wire: m.wire()}
	if kept, err = i.reviews.Keep(ctx, t, in); err != nil || kept {
		return kept, err
	}
	return i.reviews.KeepAnswer(ctx, t, in)
}

// takeConstat keeps a post of the sender's if it is a constat and we follow the
// sender, and tells whether it was one. It is the law for all that comes, be it
// sent to us or asked for.
func (o *posts) takeConstat(ctx context.Context, t store.Tables, m received, post *activitypub.Post) (taken bool, err error) {
	if err := o.ownPost(post, m.sender); err != nil {
		return false, err
	}
	if dead, err := t.Tombstones.Exists(ctx, embraye.Grave(m.sender.URI, post.ID)); err != nil {
		return false, err
	} else if dead {
		return false, errIgnored // what was deleted never comes back (F157)
	}
	if !isConstat(post) {
		return false, nil
	}
	followed, err := o.followed(ctx, t, m.sender.URI)
	if err != nil || !followed {
		return false, err
	}
	return true, o.keepPeerPost(ctx, t, m, post)
}

// stateUnread is the state of a reply that nobody of ours has read: it waits,
// unless the organisation shows replies at once and its domain is not limited.
func (o *posts) stateUnread(ctx context.Context, t store.Tables, r *embraye.Reply) (embraye.ReplyState, error) {
	if !r.Showable() {
		return embraye.ReplyPending, nil
	}
	if refusal, err := directory.Refusal(ctx, o.directory, r.Actor.Host()); err != nil || refusal.Silenced {
		return embraye.ReplyPending, err
	}
	if open, err := organisation.RepliesOpen(ctx, t); err != nil || !open {
		return embraye.ReplyPending, err
	}
	return embraye.ReplyShown, nil
}
