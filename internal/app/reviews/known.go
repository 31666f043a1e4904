package reviews

import (
	"context"
	"encoding/json"

	"embraye/internal/activitypub"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/jsonshape"
	"embraye/internal/store"
)

// Bounds of what one answer carries whole: beyond them a review is named by its
// address. All of it is less than any instance reads of one document (1 MiB,
// 10,000 values, 2,000 objects).
const (
	wholeMost = 20
	wholeSize = 32 << 10 // of one
)

var wholeShape = jsonshape.Limits{Values: 400, Objects: 80, Depth: 16}

// About is what is known here of an object, by its digest: the reviews that the
// public sees, newest first, and then what the object's author answered. The
// first of them are there as their authors wrote them, with their proofs, so
// that who asks believes them without a question to servers that may be gone.
func (rs *Reviews) About(ctx context.Context, digest string) ([]json.RawMessage, error) {
	t := rs.desk.Store.Tables()
	reviews, answers, err := t.KnownReviews(ctx, digest)
	if err != nil {
		return nil, err
	}
	authors, err := authorsOf(ctx, t, reviews, answers)
	if err != nil {
		return nil, err
	}
	items, whole := make([]json.RawMessage, 0, len(reviews)), 0
	list := func(d embraye.Authored, named bool) {
		if doc := passable(rs, d, authors); doc != nil && whole < wholeMost {
			items = append(items, doc)
			whole++
		} else if named {
			items = append(items, activitypub.Address(d.ID))
		}
	}
	for _, d := range reviews {
		list(d, true)
	}
	for _, d := range answers { // no reviews: nobody is sent to look for them
		list(d, false)
	}
	return items, nil
}

func authorsOf(ctx context.Context, t store.Tables, lists ...[]embraye.Authored) (map[embraye.IRI]embraye.RemoteActor, error) {
	var authors []embraye.IRI
	for _, list := range lists {
		for _, d := range list {
			authors = append(authors, d.Author)
		}
	}
	return t.RemoteActors.Among(ctx, authors)
}

// passable is a document that others can believe, as its author wrote it; nil if
// it is too much, or if no key that is known here proves it.
func passable(rs *Reviews, d embraye.Authored, authors map[embraye.IRI]embraye.RemoteActor) []byte {
	doc := activitypub.Whole(d.Wire, d.ID)
	if doc == nil || len(doc) > wholeSize {
		return nil
	}
	object, err := jsonshape.Parse(doc, wholeShape)
	if err != nil {
		return nil
	}
	if rs.desk.Site.Ours(d.Author) {
		return doc
	}
	author, known := authors[d.Author]
	if !known || !directory.Proves(rs.desk.Now(), &author, object) {
		return nil
	}
	return doc
}

// asWritten is what is kept of an answer, to be passed on.
func asWritten(in Received) []byte {
	if doc := activitypub.Whole(in.Wire, in.Post.ID); len(doc) <= wholeSize {
		return doc
	}
	return nil
}
