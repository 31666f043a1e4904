package gather

import (
	"context"
	"errors"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// item takes the constat that one item of an outbox is about. What is none is
// passed over, what is somebody else's is refused, and both are no reason to
// stop.
func (r *reading) item(ctx context.Context, b *embraye.Backfill, author *embraye.RemoteActor, item activitypub.Ref) error {
	id, err := r.constatOf(ctx, author, item)
	if err == nil && id != "" {
		err = r.take(ctx, b, author, id)
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, errLater) || errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
		return err
	}
	b.Refused++
	b.Reason = reasonOf(err)
	r.desk.Log.InfoContext(ctx, "an item of a peer's outbox is refused", "actor", b.Actor, "item", item.ID, "error", err)
	return nil
}

// constatOf is the id of the object that an item creates; none if it is about
// something else.
func (r *reading) constatOf(ctx context.Context, author *embraye.RemoteActor, item activitypub.Ref) (embraye.IRI, error) {
	if item.Embedded == nil {
		if !embraye.SameOrigin(embraye.IRI(item.ID), author.URI) {
			return "", refusal("other_server")
		}
		_, object, err := r.desk.Remote.FetchObject(ctx, embraye.IRI(item.ID))
		r.left--
		if err != nil {
			return "", later(err)
		}
		if item, err = activitypub.ReadRef(object); err != nil {
			return "", err
		}
	}
	id := item.ID
	switch item.Type {
	case "Create":
		if item.Actor != string(author.URI) {
			return "", refusal("somebody_else")
		}
		if note, ok := item.Embedded["object"].(map[string]any); ok && !activitypub.SpeaksOurTerms(note) {
			return "", nil
		}
		id = item.Object
	case "Note":
	default:
		return "", nil // boosts, mostly
	}
	iri, err := embraye.ParseIRI(id, r.desk.AllowHTTP)
	if err != nil || !embraye.SameOrigin(iri, author.URI) {
		return "", refusal("other_server")
	}
	return iri, nil
}

// take fetches a constat from its own address, unless it is here: what an outbox
// embeds is how it was first said, not how it was corrected.
func (r *reading) take(ctx context.Context, b *embraye.Backfill, author *embraye.RemoteActor, id embraye.IRI) error {
	here, err := r.here(ctx, author.URI, id)
	if err != nil || here {
		return err
	}
	doc, object, err := r.desk.Remote.FetchObject(ctx, id)
	r.left--
	if err != nil {
		return later(err)
	}
	post, err := activitypub.ReadPost(object)
	if err != nil {
		return err
	}
	if post.ID != id || post.AttributedTo != author.URI {
		return refusal("somebody_else")
	}
	if post.Embraye == nil && post.EmbrayeErr == nil {
		return nil
	}
	if post.EmbrayeErr == nil && post.Embraye.MeasureIRI != author.Measure {
		return refusal("other_measure")
	}
	kept, err := r.inbox.TakeServed(ctx, author, post, doc.Body)
	if err != nil {
		return err
	}
	if !kept {
		return r.notKept(ctx, author.URI, id)
	}
	b.Kept++
	return nil
}

// here reports whether a constat was taken before, and nothing about it waits.
func (r *reading) here(ctx context.Context, author, id embraye.IRI) (bool, error) {
	t := r.desk.Store.Tables()
	unread, err := t.UnreadUpdates.Exists(ctx, author, id)
	if err != nil || unread {
		return false, err
	}
	_, err = t.PeerUpdates.ByURI(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// notKept tells what was not understood from what is known to be withdrawn.
func (r *reading) notKept(ctx context.Context, author, id embraye.IRI) error {
	unread, err := r.desk.Store.Tables().UnreadUpdates.Exists(ctx, author, id)
	if err == nil && unread {
		err = refusal("not_understood")
	}
	return err
}
