package page

import (
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
)

// PlaceOf reads a territory of an address. Only the canonical code has pages;
// what else means the place is sent there (to is its code, moved true).
func PlaceOf(territories *embraye.Territories, typed string) (place embraye.Territory, moved bool, err error) {
	if len(typed) > answer.MaxHandleBytes {
		return place, false, embraye.ErrNotFound
	}
	code, ok := territories.Canonical(typed)
	if ok {
		place, ok = territories.Lookup(code)
	}
	if !ok {
		return place, false, fmt.Errorf("web: territory %.20q: %w", typed, embraye.ErrNotFound)
	}
	return place, code != typed, nil
}

// Within are the codes of a place and of those below it, and how the codes of
// its communes begin.
func Within(territories *embraye.Territories, place embraye.Territory) (codes, prefixes []string) {
	codes = []string{place.Code}
	switch place.Kind {
	case embraye.TerritoryRegion:
		for _, p := range territories.All() {
			if p.Kind == embraye.TerritoryDepartment && p.Region == place.Code {
				codes, prefixes = append(codes, p.Code), append(prefixes, "COG-C"+p.COG)
			}
		}
	case embraye.TerritoryDepartment:
		prefixes = []string{"COG-C" + place.COG}
	}
	return codes, prefixes
}

// MeasureTitle is the reference text's short title, in the reader's language.
func MeasureTitle(reference *embraye.Reference, a embraye.Actor, lang string) string {
	if m, ok := reference.Measure(a.Measure); ok {
		return locale.Typography(lang, m.Title.In(lang))
	}
	return a.Name
}
