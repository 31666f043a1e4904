package activitypub

import (
	"encoding/json"

	"github.com/go-fed/activity/streams"

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
