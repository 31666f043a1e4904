package activitypub

import (
	"time"

	"embraye/internal/activitypub/streams"

	"embraye/internal/embraye"
)

// Received is an activity as it came, for embedding in our answer: Mastodon
// and Lemmy find their Follow by what is inside, and some ids cannot be
// fetched.
type Received struct {
	ID, Type, Actor, Object string
}

func (r Received) embedded() map[string]any {
	m := map[string]any{"type": r.Type, "actor": r.Actor, "object": r.Object}
	if r.ID != "" {
		m["id"] = r.ID
	}
	return m
}

// Follow asks to follow target. Lemmy wants to be named in to.
func (w Wire) Follow(id, actor string, target embraye.IRI) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsFollow()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.objectIRI(v, target)
	b.audience(v, []embraye.IRI{target}, nil)
	return b.finish(v, nil)
}

// Accept answers a Follow (INTEROP 0.17); actor is the followed handle.
func (w Wire) Accept(id, actor string, f Received) ([]byte, error) {
	return w.answer(streams.NewActivityStreamsAccept(), id, actor, f.Actor, map[string]any{"object": f.embedded()})
}

// Reject refuses a Follow or a QuoteRequest, or ends a follow of old.
func (w Wire) Reject(id, actor string, f Received) ([]byte, error) {
	return w.answer(streams.NewActivityStreamsReject(), id, actor, f.Actor, map[string]any{"object": f.embedded()})
}

func (w Wire) answer(v activity, id, actor, to string, extra map[string]any) ([]byte, error) {
	b := &builder{}
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.audience(v, []embraye.IRI{embraye.IRI(to)}, nil)
	return b.finish(v, extra)
}

// QuoteRequest asks to quote a post of ours (FEP-044f).
type QuoteRequest struct {
	ID, Actor, Object, Instrument string
}

func (q QuoteRequest) embedded() map[string]any {
	return map[string]any{"id": q.ID, "type": "QuoteRequest", "actor": q.Actor, "object": q.Object, "instrument": q.Instrument}
}

// AcceptQuote permits a quote: result names the authorization that the quoting
// server shows to everybody.
func (w Wire) AcceptQuote(id, actor string, q QuoteRequest, authorization embraye.IRI) ([]byte, error) {
	return w.answer(streams.NewActivityStreamsAccept(), id, actor, q.Actor,
		map[string]any{"object": q.embedded(), "result": authorization})
}

// FeatureRequest asks an account whether a collection of ours may name it
// (FEP-7aa9).
func FeatureRequest(w Wire, id, actor string, object, collection embraye.IRI) ([]byte, error) {
	return w.answer(streams.NewActivityStreamsActivity(), id, actor, string(object),
		map[string]any{"type": "FeatureRequest", "object": object, "instrument": collection})
}

// AcceptFeature lets a collection name an actor of ours (FEP-7aa9).
func (w Wire) AcceptFeature(id, actor, to, request string, authorization embraye.IRI) ([]byte, error) {
	return w.answer(streams.NewActivityStreamsAccept(), id, actor, to, map[string]any{"object": request, "result": authorization})
}

// FeatureAuthorization is served at /mises-en-avant/{id} while the permission
// holds.
func (w Wire) FeatureAuthorization(q embraye.Quote) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsObject()
	b.id(v, w.Site.FeatureID(q.ID))
	return b.finish(v, map[string]any{"type": "FeatureAuthorization", "interactingObject": q.Quoting, "interactionTarget": q.Object})
}

// QuoteAuthorization is served at /citations/{id} while the permission holds;
// author is the handle that wrote the quoted post.
func (w Wire) QuoteAuthorization(q embraye.Quote, author string) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsObject()
	b.id(v, w.Site.QuoteID(q.ID))
	return b.finish(v, map[string]any{
		"type": "QuoteAuthorization", "attributedTo": w.Site.ActorID(author),
		"interactingObject": q.Quoting, "interactionTarget": q.Object,
	})
}

// Like tells the author of an object that the organisation likes it.
func (w Wire) Like(id, actor string, object, author embraye.IRI) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsLike()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.objectIRI(v, object)
	b.audience(v, []embraye.IRI{author}, nil)
	return b.finish(v, nil)
}

// Flag reports objects to their server. Mastodon and PeerTube want the content;
// PeerTube takes one object only.
func (w Wire) Flag(id, actor string, objects []embraye.IRI, content string, at time.Time) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsFlag()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.published(v, at)
	p := streams.NewActivityStreamsObjectProperty()
	for _, o := range objects {
		p.AppendIRI(b.address(o))
	}
	v.SetActivityStreamsObject(p)
	return b.finish(v, map[string]any{"content": content})
}
