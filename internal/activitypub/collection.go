package activitypub

import (
	"encoding/json"
	"html"
	"time"

	"embraye/internal/activitypub/streams"

	"embraye/internal/embraye"
)

// Collection tells only how many: followers, likes, shares. Its first page is
// embedded and empty, because Mastodon takes a collection without first for a
// hidden one.
func (w Wire) Collection(id embraye.IRI, total int) ([]byte, error) {
	return w.collection(id, map[string]any{
		"totalItems": total,
		"first":      map[string]any{"type": "CollectionPage", "partOf": id, "items": []any{}},
	})
}

// Items is a collection that shows all its members at once: an organisation's
// measures.
func (w Wire) Items(id embraye.IRI, items []embraye.IRI) ([]byte, error) {
	return w.collection(id, map[string]any{"totalItems": len(items), "items": iris(items)})
}

func (w Wire) collection(id embraye.IRI, extra map[string]any) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsCollection()
	b.id(v, id)
	return b.finish(v, extra)
}

// OrderedCollection is the head of a paged collection: outbox, followers.
func (w Wire) OrderedCollection(id embraye.IRI, total int, first embraye.IRI) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsOrderedCollection()
	b.id(v, id)
	return b.finish(v, map[string]any{"totalItems": total, "first": first})
}

// OrderedPage is one page: whole documents without their context, or
// addresses. The last page has no next.
func (w Wire) OrderedPage(id, partOf, next embraye.IRI, items []json.RawMessage) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsOrderedCollectionPage()
	b.id(v, id)
	if items == nil {
		items = []json.RawMessage{}
	}
	extra := map[string]any{"partOf": partOf, "orderedItems": items}
	if next != "" {
		extra["next"] = next
	}
	return b.finish(v, extra)
}

// OrderedItems is an ordered collection that shows all its members at once:
// featured, whose order is that of the pinned posts.
func (w Wire) OrderedItems(id embraye.IRI, items []json.RawMessage) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsOrderedCollection()
	b.id(v, id)
	if items == nil {
		items = []json.RawMessage{}
	}
	return b.finish(v, map[string]any{"totalItems": len(items), "orderedItems": items})
}

// The names of our featured collections, at the end of their addresses
// (FEP-7aa9): the organisation's of its measures, and each measure's of the
// accounts of the same measure elsewhere.
const (
	MeasuresCollection = "mesures"
	FollowedBy         = "qui-suit"
)

// FeaturedMeasures is « Les mesures du mémoire »: the organisation recommends
// the accounts of its measures, and Mastodon shows them on its profile. Each item
// names its permission, which is of the same server.
func (w Wire) FeaturedMeasures(org embraye.Actor, measures []embraye.Actor) ([]byte, error) {
	id := w.Site.Collection(org.Handle, MeasuresCollection)
	items := make([]any, len(measures))
	for i, m := range measures {
		permission := w.Site.OwnFeature(id, m.Handle)
		items[i] = featured(id+embraye.IRI("#"+m.Handle), permission.Object, w.Site.FeatureID(permission.ID), m.CreatedAt)
	}
	return featuredCollection(w, org, id, w.Catalogue.T(w.language(), "collection.measures"),
		w.Catalogue.T(w.language(), "collection.measures.summary", w.actorName(org)), items)
}

// FeaturedPeers is « Qui suit la mesure »: the accounts of the same measure on
// other instances that permit it.
func FeaturedPeers(w Wire, measure embraye.Actor, peers []embraye.Feature) ([]byte, error) {
	id := w.Site.Collection(measure.Handle, FollowedBy)
	items := make([]any, len(peers))
	for i, p := range peers {
		items[i] = featured(id+embraye.IRI("#"+embraye.CopyID(p.Object)), p.Object, p.Permission, *p.AnsweredAt)
	}
	name := w.Catalogue.T(w.language(), "collection.followed", w.actorName(measure))
	if n := embraye.MeasureNumber(measure.Measure); n != "" {
		name = w.Catalogue.T(w.language(), "collection.followed_n", n)
	}
	return featuredCollection(w, measure, id, name, w.Catalogue.T(w.language(), "collection.followed.summary"), items)
}

func featured(id, object, permission embraye.IRI, at time.Time) map[string]any {
	return map[string]any{"id": id, "type": "FeaturedItem", "featuredObject": object, "featureAuthorization": permission, "published": at.UTC().Format(time.RFC3339)}
}

func featuredCollection(w Wire, by embraye.Actor, id embraye.IRI, name, summary string, items []any) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsOrderedCollection()
	b.id(v, id)
	summary = html.EscapeString(summary)
	return b.finish(v, map[string]any{"type": "FeaturedCollection", "name": name, "summary": summary, "summaryMap": map[string]any{w.language(): summary},
		"attributedTo": w.Site.ActorID(by.Handle), "url": w.Site.ActorPage(by.Handle), "published": by.CreatedAt.UTC().Format(time.RFC3339),
		"sensitive": false, "discoverable": true, "totalItems": len(items), "orderedItems": items})
}

// Page is one page of an unordered collection: replies.
func (w Wire) Page(id, partOf, next embraye.IRI, items []embraye.IRI) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsCollectionPage()
	b.id(v, id)
	extra := map[string]any{"partOf": partOf, "items": iris(items)}
	if next != "" {
		extra["next"] = next
	}
	return b.finish(v, extra)
}

// Address is an address as an item of a page.
func Address(i embraye.IRI) json.RawMessage {
	b, err := encode(string(i))
	if err != nil {
		return json.RawMessage("null") // strings always encode
	}
	return b
}

// Addresses are several of them.
func Addresses(list []embraye.IRI) []json.RawMessage {
	items := make([]json.RawMessage, len(list))
	for i, id := range list {
		items[i] = Address(id)
	}
	return items
}

func iris(list []embraye.IRI) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
