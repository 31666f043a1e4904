package app

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Ours knows the Notes of ours that other servers speak of: constats,
// corrections, answers, reviews.
type Ours struct{ site embraye.Site }

// ConstatOf is the ULID of the constat that a Note of ours is or belongs to,
// or "".
func (o Ours) ConstatOf(ctx context.Context, t store.Tables, object embraye.IRI) (string, error) {
	if id, ok := o.site.LocalUpdate(object); ok {
		return id, nil
	}
	id, ok := o.site.LocalNote(object)
	if !ok {
		return "", nil
	}
	n, err := t.Notes.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return n.UpdateID, nil
}

// IsNote tells whether an address can be that of a Note of ours.
func (o Ours) IsNote(object embraye.IRI) bool { return o.counter(object) != store.Counter{} }

// AuthorOf is the handle of who wrote a Note of ours that stands, or "".
func (o Ours) AuthorOf(ctx context.Context, t store.Tables, object embraye.IRI) (handle string, err error) {
	if id, ok := o.site.LocalUpdate(object); ok {
		handle, err = t.Updates.Author(ctx, id)
	} else if id, ok := o.site.LocalNote(object); ok {
		handle, err = t.Notes.Author(ctx, id)
	} else if id, ok := o.site.LocalReview(object); ok {
		handle, err = o.reviewer(ctx, t, id)
	}
	if errors.Is(err, embraye.ErrNotFound) {
		return "", nil
	}
	return handle, err
}

// React keeps a reaction to a Note of ours and counts it, unless it is known or
// its actor is refused.
func (o Ours) React(ctx context.Context, t store.Tables, r *embraye.Interaction, us embraye.IRI) (added bool, err error) {
	added, err = t.Interactions.Add(ctx, r, us, o.counter(r.Object))
	if added && !r.Aside {
		t.Changed()
	}
	return added, err
}

// counter is where reactions to a Note of ours are counted; that of nobody for
// anything else.
func (o Ours) counter(object embraye.IRI) store.Counter {
	if id, ok := o.site.LocalUpdate(object); ok {
		return store.UpdateCounter(id)
	}
	if id, ok := o.site.LocalNote(object); ok {
		return store.NoteCounter(id)
	}
	if id, ok := o.site.LocalReview(object); ok {
		return store.ReviewCounter(id)
	}
	return store.Counter{}
}

// Uncount takes a reaction back, if it counted.
func (o Ours) Uncount(t store.Tables, gone *embraye.Interaction) {
	switch {
	case gone.Aside:
	case gone.Kind == embraye.Like:
		o.count(t, gone.Object, -1, 0, 0)
	default:
		o.count(t, gone.Object, 0, -1, 0)
	}
}

// CountReply puts a reply into the public count, or takes it out.
func (o Ours) CountReply(t store.Tables, r *embraye.Reply, by int) {
	o.count(t, r.Object, 0, 0, by)
}

func (o Ours) count(t store.Tables, object embraye.IRI, likes, boosts, replies int) {
	t.Changed()
	t.AddCounts(o.counter(object), likes, boosts, replies)
}

// reviewer is who wrote a review that stands: the organisation.
func (o Ours) reviewer(ctx context.Context, t store.Tables, id string) (string, error) {
	r, err := t.Reviews.Take(ctx, id)
	if err == nil && r.Withdrawn() {
		err = embraye.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return organisationOf(ctx, t)
}

// organisationOf is the handle of the organisation's account.
func organisationOf(ctx context.Context, t store.Tables) (string, error) {
	actors, err := t.Actors.List(ctx)
	for _, a := range actors {
		if a.Kind == embraye.OrganisationActor {
			return a.Handle, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("app: no organisation: %w", embraye.ErrNotFound)
	}
	return "", err
}

// Private tells whether an object is an answer of ours for one reader.
func (o Ours) Private(ctx context.Context, t store.Tables, object embraye.IRI) (bool, error) {
	id, ok := o.site.LocalNote(object)
	if !ok {
		return false, nil
	}
	n, err := t.Notes.Take(ctx, id)
	if err != nil {
		return false, err
	}
	return n.Private, nil
}

// WriterOf is the handle of who wrote a Note of ours, whether it stands or not.
func (o Ours) WriterOf(ctx context.Context, t store.Tables, object embraye.IRI) (string, error) {
	if id, ok := o.site.LocalUpdate(object); ok {
		u, err := t.Updates.Take(ctx, id)
		if err != nil {
			return "", err
		}
		return u.Actor, nil
	}
	if _, ok := o.site.LocalReview(object); ok {
		return organisationOf(ctx, t)
	}
	id, ok := o.site.LocalNote(object)
	if !ok {
		return "", fmt.Errorf("app: %s is no post of ours: %w", object, embraye.ErrNotFound)
	}
	n, err := t.Notes.Take(ctx, id)
	if err != nil {
		return "", err
	}
	return n.Actor, nil
}
