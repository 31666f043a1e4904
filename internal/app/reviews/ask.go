package reviews

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Bounds of one turn of asking.
const (
	asksAtOnce  = 50  // constats
	answerMost  = 100 // reviews that one peer names of one constat
	fetchesMost = 200 // reviews that are fetched in one turn
)

// asking is one turn: whom we ask, and what is left to fetch.
type asking struct {
	rs    *Reviews
	peers map[embraye.IRI]string // templates by organisation
	left  int
}

// AskPeers asks the peers what reviews they know of constats that we gather:
// once of each constat, and again once it is corrected in substance. So a
// review is found though the constat's author never speaks of it. What is found
// is believed by its proof, or fetched from its own author (brought.go). A peer that does not answer is asked nothing
// more in this turn; if none answers, the constat is asked about again.
func (rs *Reviews) AskPeers(ctx context.Context) error {
	t := rs.desk.Store.Tables()
	due, err := t.PeerUpdates.Unasked(ctx, asksAtOnce)
	if err != nil || len(due) == 0 {
		return err
	}
	a := &asking{rs: rs, left: fetchesMost}
	if a.peers, err = rs.whoKnows(ctx, t); err != nil || len(a.peers) == 0 {
		return err
	}
	for _, of := range due {
		answered, err := a.about(ctx, of.URI)
		if err != nil {
			return err
		}
		if len(a.peers) == 0 && !answered {
			return fmt.Errorf("reviews: no peer answers: %w", embraye.ErrUnavailable)
		}
		if err := rs.desk.InTx(ctx, func(t store.Tables) error { return t.PeerUpdates.Asked(ctx, of.URI, of.Revision) }); err != nil {
			return err
		}
		if a.left <= 0 {
			return nil // the others next time
		}
	}
	return nil
}

// whoKnows are the peers that tell where they list reviews.
func (rs *Reviews) whoKnows(ctx context.Context, t store.Tables) (map[embraye.IRI]string, error) {
	peers, err := t.Peers.List(ctx)
	if err != nil {
		return nil, err
	}
	var organisations []embraye.IRI
	for _, p := range peers {
		organisations = append(organisations, p.Organisation)
	}
	known, err := t.RemoteActors.Among(ctx, organisations)
	templates := map[embraye.IRI]string{}
	for uri, a := range known {
		if a.Known() && a.ReviewsAbout != "" {
			templates[uri] = a.ReviewsAbout
		}
	}
	return templates, err
}

// about asks every peer about one constat. Only our own trouble is an error.
func (a *asking) about(ctx context.Context, object embraye.IRI) (answered bool, err error) {
	for organisation, template := range a.peers {
		named, err := a.ask(ctx, template, object)
		if ctx.Err() != nil {
			return answered, ctx.Err()
		}
		if errors.Is(err, embraye.ErrUnavailable) {
			return answered, err
		}
		if err != nil {
			a.rs.desk.Log.InfoContext(ctx, "a peer does not say which reviews it knows", "organisation", organisation, "error", err)
			delete(a.peers, organisation)
			continue
		}
		answered = true
		for _, review := range named {
			if a.left <= 0 {
				return answered, nil
			}
			if err := a.take(ctx, review, object); err != nil {
				return answered, err
			}
		}
	}
	return answered, nil
}

// ask reads the collection of a peer.
func (a *asking) ask(ctx context.Context, template string, object embraye.IRI) ([]activitypub.Item, error) {
	id, err := embraye.ParseIRI(strings.Replace(template, embraye.DigestPlace, embraye.DigestOf(object), 1), a.rs.desk.AllowHTTP)
	if err != nil {
		return nil, err
	}
	doc, obj, err := a.rs.desk.Remote.FetchObject(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, _, _, _, err := activitypub.ReadCollection(obj); err != nil {
		return nil, err
	}
	return activitypub.ReadItems(doc.Body, answerMost)
}

// take keeps a review that somebody named, or an answer, by the law of those
// that are sent. What cannot be had is passed over.
func (a *asking) take(ctx context.Context, item activitypub.Item, object embraye.IRI) error {
	rs := a.rs
	if _, err := embraye.ParseID(string(item.ID), rs.desk.AllowHTTP); err != nil || rs.desk.Site.Ours(item.ID) {
		return nil
	}
	known, err := rs.Known(ctx, rs.desk.Store.Tables(), item.ID)
	if err != nil || known {
		return err
	}
	a.left--
	in, err := a.brought(ctx, item)
	if err == nil && in.Post.InReplyTo != object && in.Post.Review.Answers == "" {
		err = fmt.Errorf("reviews: %s is about something else: %w", item.ID, embraye.ErrInvalid)
	}
	if err != nil {
		return a.pass(ctx, item.ID, err)
	}
	err = rs.desk.InTx(ctx, func(t store.Tables) error {
		grave := embraye.Grave(in.Author.URI, item.ID)
		if err := t.Tombstones.Hold(ctx, grave); err != nil {
			return err
		}
		if dead, err := t.Tombstones.Exists(ctx, grave); err != nil || dead {
			return err
		}
		if kept, err := rs.Keep(ctx, t, in); err != nil || kept {
			return err
		}
		_, err := rs.KeepAnswer(ctx, t, in)
		return err
	})
	return a.pass(ctx, item.ID, err)
}

// pass is nil for what is somebody else's fault.
func (a *asking) pass(ctx context.Context, id embraye.IRI, err error) error {
	if err == nil || ctx.Err() != nil || errors.Is(err, embraye.ErrUnavailable) {
		return errors.Join(ctx.Err(), err)
	}
	a.rs.desk.Log.InfoContext(ctx, "a review that a peer names is not taken", "review", id, "error", err)
	return nil
}
