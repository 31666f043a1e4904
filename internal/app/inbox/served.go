package inbox

import (
	"context"
	"errors"

	"embraye/internal/activitypub"
	"embraye/internal/app/peers"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// TakeServed keeps a constat that its author's own server served to us, by the
// law for those that are sent, and tells whether it is here now and understood.
// What was withdrawn, is known better or is none of our business is left out
// without an error.
func (i *Inbox) TakeServed(ctx context.Context, author *embraye.RemoteActor, post *activitypub.Post, body []byte) (kept bool, err error) {
	m := received{sender: author, id: post.ID, body: body}
	err = i.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.DomainBlocks.Hold(ctx); err != nil {
			return err
		}
		if err := t.Tombstones.Hold(ctx, embraye.Grave(author.URI, post.ID)); err != nil {
			return err
		}
		taken, err := i.posts.takeConstat(ctx, t, m, post)
		if err != nil || !taken {
			return err
		}
		unread, err := t.UnreadUpdates.Exists(ctx, author.URI, post.ID)
		kept = !unread
		return err
	})
	if errors.Is(err, errIgnored) {
		return false, nil
	}
	return kept && err == nil, err
}

// EndServed takes back a constat of which its author's own server says that it is
// gone, as a Delete does.
func EndServed(ctx context.Context, i *Inbox, author *embraye.RemoteActor, uri embraye.IRI) error {
	if err := peers.MayEnd(ctx, i.posts.peers, author); err != nil {
		return err
	}
	m := received{sender: author, in: &activitypub.Incoming{Type: "Delete", Object: activitypub.Ref{ID: string(uri)}}}
	err := i.desk.InTx(ctx, func(t store.Tables) error {
		if err := m.hold(ctx, t); err != nil {
			return err
		}
		return i.receiveDelete(ctx, t, m)
	})
	if errors.Is(err, errIgnored) {
		return nil
	}
	return err
}
