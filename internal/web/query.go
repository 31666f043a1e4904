package web

import (
	"fmt"
	"net/url"
	"strconv"

	"embraye/internal/embraye"
)

// maxPageNumber bounds how deep a stranger can make the database count.
const maxPageNumber = 1000

// A paging is which part of a collection is asked for. There is no parameter
// for the size of a page, and none reaches the database unparsed (SECURITY F177).
type paging struct {
	first  bool   // ?page=true, of collections that are newest first
	before string // …&before=ULID: what is older
	number int    // ?page=1, of collections that are oldest first
}

// parsePaging refuses what it does not understand in the two parameters that
// it knows, and ignores all others.
func parsePaging(u *url.URL) (p paging, err error) {
	if u.RawQuery == "" {
		return p, nil
	}
	values := u.Query()
	switch page := values.Get("page"); page {
	case "":
	case "true":
		p.first = true
	default:
		p.number, err = strconv.Atoi(page)
		if err != nil || p.number < 1 || p.number > maxPageNumber {
			return p, fmt.Errorf("page %.20q: %w", page, embraye.ErrInvalid)
		}
	}
	if before := values.Get("before"); before != "" {
		if !p.first || !embraye.ValidID(before) {
			return p, fmt.Errorf("before %.40q: %w", before, embraye.ErrInvalid)
		}
		p.before = before
	}
	return p, nil
}

// String writes the paging in its one spelling; empty for the collection.
func (p paging) String() string {
	switch {
	case p.number > 0:
		return "page=" + strconv.Itoa(p.number)
	case p.before != "":
		return "page=true&before=" + p.before
	case p.first:
		return "page=true"
	}
	return ""
}

// of is the id of this part of a collection.
func (p paging) of(collection embraye.IRI) embraye.IRI {
	if s := p.String(); s != "" {
		return collection + embraye.IRI("?"+s)
	}
	return collection
}
