package activitypub

import (
	"encoding/json"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/jsonshape"
)

// maxItems bounds one page of a collection.
const maxItems = 5000

// ReadCollection reads a collection or one of its pages: its items, and where
// the first and the next page are. first may be embedded, then its items are
// the collection's and next is the page's. Items that are neither addresses nor
// objects with an id are left out.
func ReadCollection(obj map[string]any) (items []Ref, first, next string, total int, err error) {
	defer guard(&err)
	switch t := firstString(obj["type"]); t {
	case "Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage":
	default:
		return nil, "", "", 0, invalid(fmt.Errorf("a %.60q is not a collection", t))
	}
	if f, ok := obj["totalItems"].(float64); ok && f >= 0 && f < 1e9 {
		total = int(f)
	}
	next = canonical(obj["next"])
	page := obj
	if embedded, ok := obj["first"].(map[string]any); ok {
		page, next = embedded, canonical(embedded["next"])
	} else {
		first = canonical(obj["first"])
	}
	for _, key := range []string{"orderedItems", "items"} {
		for _, v := range many(page[key]) {
			if len(items) >= maxItems {
				return nil, "", "", 0, invalid(errors.New("a collection with too many items in one page"))
			}
			if r, err := ref(v, false); err == nil {
				items = append(items, r)
			}
		}
	}
	return items, first, next, total, nil
}

// Item is a member of a collection: its address, and the document if it is
// there whole.
type Item struct {
	ID     embraye.IRI
	Object map[string]any // nil: named by its address alone
	Raw    []byte         // what Object was read from
}

// ReadItems reads the first members of a collection that shows them at once, so
// that those that are there whole can be kept as they were written. What is
// neither an address nor an object with an id is left out.
func ReadItems(doc []byte, most int) (items []Item, err error) {
	var m, first map[string]json.RawMessage
	if err := json.Unmarshal(doc, &m); err != nil {
		return nil, invalid(err)
	}
	if json.Unmarshal(m["first"], &first) == nil && first != nil {
		m = first
	}
	for _, key := range []string{"orderedItems", "items"} {
		for _, raw := range rawMany(m[key]) {
			if len(items) >= most {
				return items, nil
			}
			if item, err := readItem(raw); err == nil {
				items = append(items, item)
			}
		}
	}
	return items, nil
}

func readItem(raw json.RawMessage) (item Item, err error) {
	var value any
	var id string
	if json.Unmarshal(raw, &id) == nil {
		value = id
	} else if item.Object, err = jsonshape.Parse(raw, shape); err == nil {
		value, item.Raw = item.Object, raw
	}
	if err != nil {
		return Item{}, invalid(err)
	}
	r, err := ref(value, false)
	item.ID = embraye.IRI(r.ID)
	return item, err
}

// rawMany is the single-or-many of JSON-LD.
func rawMany(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	if len(raw) > 0 && json.Unmarshal(raw, &list) != nil {
		return []json.RawMessage{raw}
	}
	return list
}

// Whole is a document as its author wrote it, byte for byte, in what it came in:
// that is itself, or a message with it as its object. Nil: it is not there.
func Whole(doc []byte, id embraye.IRI) []byte {
	for range 2 {
		var m map[string]json.RawMessage
		var own string
		if json.Unmarshal(doc, &m) != nil {
			return nil
		}
		if json.Unmarshal(m["id"], &own) == nil && own == string(id) {
			return doc
		}
		objects := rawMany(m["object"])
		if len(objects) != 1 {
			return nil
		}
		doc = objects[0]
	}
	return nil
}

// canonical is an address that we may ask, or none.
func canonical(value any) string {
	i, err := embraye.ParseIRI(idOf(value), true)
	if err != nil {
		return ""
	}
	return string(i)
}

// ReadRef reads an item that was fetched because a collection only named it.
func ReadRef(obj map[string]any) (Ref, error) { return ref(obj, false) }

// SpeaksOurTerms reports whether an object could be a constat, so that nobody
// asks for what cannot be one.
func SpeaksOurTerms(obj map[string]any) bool {
	t := terms(obj)
	return t.get("measure") != nil || t.get("stage") != nil
}
