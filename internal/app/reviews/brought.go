package reviews

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// brought is what somebody else than its author brings: proved by what it
// carries, or else by its own server. That is asked only about what has no proof
// that can be judged; one that is wrong is the end of it.
func (a *asking) brought(ctx context.Context, item activitypub.Item) (Received, error) {
	if item.Object["proof"] != nil {
		in, err := a.proved(ctx, item)
		if !errors.Is(err, embraye.ErrForbidden) {
			return in, err
		}
	}
	return a.fetched(ctx, item.ID)
}

// proved is ErrForbidden if nothing that can be judged proves an item.
func (a *asking) proved(ctx context.Context, item activitypub.Item) (Received, error) {
	post, err := readOwn(item.Object, item.ID)
	if err != nil {
		return Received{}, err
	}
	if _, err := a.rs.actorKnown(ctx, post.AttributedTo); err != nil {
		return Received{}, err
	}
	author, err := a.rs.directory.ProvedBy(ctx, post.AttributedTo, item.Object)
	return Received{Post: post, Author: author, Wire: item.Raw}, err
}

// fetched asks the server of whatever has that address.
func (a *asking) fetched(ctx context.Context, id embraye.IRI) (Received, error) {
	doc, object, err := a.rs.desk.Remote.FetchObject(ctx, id)
	if err != nil {
		return Received{}, err
	}
	post, err := readOwn(object, id)
	if err != nil {
		return Received{}, err
	}
	author, err := a.rs.actorKnown(ctx, post.AttributedTo)
	return Received{Post: post, Author: author, Wire: doc.Body}, err
}

// readOwn reads a post that has that address, on its author's own server.
func readOwn(object map[string]any, id embraye.IRI) (*activitypub.Post, error) {
	post, err := activitypub.ReadPost(object)
	if err == nil && (post.ID != id || !embraye.SameOrigin(post.AttributedTo, id)) {
		err = fmt.Errorf("reviews: %s is %s, by %s: %w", id, post.ID, post.AttributedTo, embraye.ErrInvalid)
	}
	return post, err
}
