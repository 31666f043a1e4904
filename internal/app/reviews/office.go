package reviews

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Office is what the pages of the office read about reviews; it writes nothing.
type Office struct{ rs *Reviews }

// Office is what the office reads.
func (rs *Reviews) Office() Office { return Office{rs} }

// ToRead lists what peers say and we have not reviewed, after a place: first in
// the scopes that we spoke about.
func (o Office) ToRead(ctx context.Context, by embraye.Acting, after *embraye.ToReadPlace, limit int) ([]embraye.ToRead, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("reviews: to read: %w", err)
	}
	return store.ToRead(ctx, o.rs.desk.Store.Tables(), after, limit)
}

// Ours lists reviews of ours, newest first, those before an id.
func (o Office) Ours(ctx context.Context, by embraye.Acting, before string, limit int) ([]embraye.OfficeOurReview, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("reviews: ours: %w", err)
	}
	return store.OurReviews(ctx, o.rs.desk.Store.Tables(), before, limit)
}

// MayChange tells whether somebody may correct or withdraw a review of ours.
func (o Office) MayChange(ctx context.Context, by embraye.Acting, r *embraye.Review) (bool, error) {
	if r.Withdrawn() {
		return false, nil
	}
	err := o.rs.mayPublish(ctx, o.rs.desk.Store.Tables(), by, r.Owner)
	if errors.Is(err, embraye.ErrForbidden) {
		return false, nil
	}
	return err == nil, err
}

// ReceivedPage is Received with what the reviews are about.
func (o Office) ReceivedPage(ctx context.Context, by embraye.Acting, state embraye.ReplyState, before int64, limit int) ([]embraye.OfficeReview, error) {
	rows, err := o.rs.Received(ctx, by, state, before, limit)
	if err != nil {
		return nil, err
	}
	return store.ReceivedReviews(ctx, o.rs.desk.Store.Tables(), rows)
}

// One is a review of others by its number; of one that its author withdrew
// nothing is left.
func (o Office) One(ctx context.Context, by embraye.Acting, id int64) (*embraye.OfficeReview, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("reviews: received: %w", err)
	}
	t := o.rs.desk.Store.Tables()
	r, err := t.PeerReviews.ByNumber(ctx, id)
	if err == nil && r.WithdrawnAt != nil {
		err = fmt.Errorf("reviews: the review %d is withdrawn: %w", id, embraye.ErrGone)
	}
	if err != nil {
		return nil, err
	}
	list, err := store.ReceivedReviews(ctx, t, []embraye.PeerReview{*r})
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// OfOurs are the reviews that readers see of a constat of ours.
func (o Office) OfOurs(ctx context.Context, u *embraye.Update) ([]embraye.ShownReview, error) {
	return o.rs.desk.Store.Tables().ReviewsOf(ctx, o.rs.desk.Site.UpdateID(u.ID), o.rs.desk.Site.ActorID(u.Actor), u.Substance)
}

// Subject is a constat of a peer, whatever became of it, and who published it.
func (o Office) Subject(ctx context.Context, uri embraye.IRI) (*embraye.PeerUpdate, embraye.Peer, error) {
	t := o.rs.desk.Store.Tables()
	of, err := t.PeerUpdates.ByURI(ctx, uri)
	if err != nil {
		return nil, embraye.Peer{}, err
	}
	peer, err := t.Peers.ByOrganisation(ctx, of.Organisation)
	if errors.Is(err, embraye.ErrNotFound) {
		return of, embraye.Peer{Organisation: of.Organisation, Host: of.Organisation.Host()}, nil
	}
	if err != nil {
		return nil, embraye.Peer{}, err
	}
	return of, *peer, nil
}

// Page is a review of ours with what came of it.
func (o Office) Page(ctx context.Context, by embraye.Acting, id string) (*embraye.ReviewPage, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("reviews: ours: %w", err)
	}
	return o.rs.desk.Store.Pages().ReviewPage(ctx, id)
}
