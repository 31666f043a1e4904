package activitypub

import (
	"errors"
	"fmt"

	"embraye/internal/embraye"
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
