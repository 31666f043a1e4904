package inbox

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/remote"
)

// fetchNamed fetches the post of a Create or Update that only names it, from
// its author's own server, so that it is read as if it had been embedded. What
// is nobody's business here costs no request: a Create of what we have, an
// Update of what we do not have. A server that cannot be asked now makes the
// sender come again; one that has no such post is believed.
func (i *Inbox) fetchNamed(ctx context.Context, m *received) error {
	id := embraye.IRI(m.in.Object.ID)
	if m.in.Type != "Create" && m.in.Type != "Update" || !m.in.Object.Named() || id == m.sender.URI ||
		!embraye.SameOrigin(id, m.sender.URI) || i.desk.Site.Ours(id) {
		return nil
	}
	kept, err := i.keeps(ctx, id)
	if err != nil || kept == (m.in.Type == "Create") {
		return err
	}
	if err := i.directory.AllowFetch(id.Host()); err != nil {
		return err
	}
	doc, object, err := i.desk.Remote.FetchObject(ctx, id)
	if err != nil {
		return notFetched(id, err)
	}
	post, err := activitypub.ReadPost(object)
	if err != nil || post.ID != id {
		return errIgnored
	}
	m.in.Post, m.object = post, doc.Body
	_, err = i.directory.CheckProof(ctx, m.sender, object)
	return err
}

// keeps reports whether we have a stranger's post.
func (i *Inbox) keeps(ctx context.Context, id embraye.IRI) (bool, error) {
	t := i.desk.Store.Tables()
	_, err := t.Replies.ByURI(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		_, err = t.PeerUpdates.ByURI(ctx, id)
	}
	if errors.Is(err, embraye.ErrNotFound) {
		return i.reviews.Known(ctx, t, id)
	}
	return err == nil, err
}

// notFetched tells an answer about the post from a server that gave none.
func notFetched(id embraye.IRI, err error) error {
	if remote.IsFinal(err) {
		return errIgnored
	}
	return fmt.Errorf("inbox: %s, which was only named: %w: %w", id, embraye.ErrUnavailable, err)
}
