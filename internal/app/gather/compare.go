package gather

import (
	"context"
	"errors"
	"strings"

	"embraye/internal/activitypub"
	"embraye/internal/app/inbox"
	"embraye/internal/embraye"
)

// behind begins the position of a reading that has come to the end of an outbox:
// then what was kept of the measure before is compared with what its server says
// now, since a correction or a withdrawal is sent for a week and not longer. What
// follows is the constat that was compared last.
const behind = "#"

// compare looks at the constats that were here before the reading began, in the
// order of their addresses.
func (r *reading) compare(ctx context.Context, b *embraye.Backfill, author *embraye.RemoteActor) error {
	for r.left > 0 {
		kept, err := r.desk.Store.Tables().PeerUpdates.Before(ctx, b.Actor, b.StartedAt, embraye.IRI(strings.TrimPrefix(b.Position, behind)), r.left)
		if err != nil {
			return err
		}
		if len(kept) == 0 {
			end(b, "", r.desk.Now())
			return nil
		}
		for i := range kept {
			if err := r.again(ctx, author, &kept[i]); err != nil {
				return err
			}
			b.Position, b.Tries = behind+string(kept[i].URI), 0
		}
	}
	return nil
}

// again takes a newer version of a constat, or its withdrawal. What is served
// otherwise changes nothing.
func (r *reading) again(ctx context.Context, author *embraye.RemoteActor, u *embraye.PeerUpdate) error {
	doc, object, err := r.desk.Remote.FetchObject(ctx, u.URI)
	r.left--
	if errors.Is(err, embraye.ErrGone) {
		return inbox.EndServed(ctx, r.inbox, author, u.URI)
	}
	if err != nil {
		if err = later(err); errors.Is(err, errLater) || errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
			return err
		}
		return nil
	}
	post, err := activitypub.ReadPost(object)
	if err != nil || post.ID != u.URI || post.AttributedTo != author.URI || post.Embraye == nil || post.Embraye.Revision == u.Revision || post.Embraye.MeasureIRI != author.Measure {
		return nil
	}
	_, err = r.inbox.TakeServed(ctx, author, post, doc.Body)
	return err
}
