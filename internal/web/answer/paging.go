package answer

import (
	"fmt"
	"net/url"
	"strconv"

	"embraye/internal/embraye"
)

// MaxPageNumber bounds how deep a stranger can make the database count.
const MaxPageNumber = 1000

// A Paging is which part of a collection is asked for. There is no parameter
// for the size of a page, and none reaches the database unparsed (F177).
type Paging struct {
	First  bool   // ?page=true, of collections that are newest first
	Before string // …&before=ULID: what is older
	Number int    // ?page=1, of collections that are oldest first
}

// ParsePaging refuses what it does not understand in the two parameters that
// it knows, and ignores all others.
func ParsePaging(u *url.URL) (p Paging, err error) {
	if u.RawQuery == "" {
		return p, nil
	}
	values := u.Query()
	switch page := values.Get("page"); page {
	case "":
	case "true":
		p.First = true
	default:
		p.Number, err = strconv.Atoi(page)
		if err != nil || p.Number < 1 || p.Number > MaxPageNumber {
			return p, fmt.Errorf("page %.20q: %w", page, embraye.ErrInvalid)
		}
	}
	if before := values.Get("before"); before != "" {
		if !p.First || !embraye.ValidID(before) {
			return p, fmt.Errorf("before %.40q: %w", before, embraye.ErrInvalid)
		}
		p.Before = before
	}
	return p, nil
}

// String writes the paging in its one spelling; empty for the collection.
func (p Paging) String() string {
	switch {
	case p.Number > 0:
		return "page=" + strconv.Itoa(p.Number)
	case p.Before != "":
		return "page=true&before=" + p.Before
	case p.First:
		return "page=true"
	}
	return ""
}

// Of is the id of this part of a collection.
func (p Paging) Of(collection embraye.IRI) embraye.IRI {
	if s := p.String(); s != "" {
		return collection + embraye.IRI("?"+s)
	}
	return collection
}
