package store

import (
	"context"
	"errors"

	"embraye/internal/embraye"
)

// ReviewsOf reads the reviews of a constat that the public sees, newest first:
// ours and those of others, with what its author made of them. substance is the
// last revision that reviews are measured against.
func (t Tables) ReviewsOf(ctx context.Context, object, author embraye.IRI, substance int) ([]embraye.ShownReview, error) {
	received, err := t.PeerReviews.Of(ctx, object)
	if err != nil {
		return nil, err
	}
	var shown []embraye.ShownReview
	for i := range received {
		if received[i].State == embraye.ReplyShown {
			shown = append(shown, shownOfTheirs(&received[i]))
		}
	}
	site, own, err := t.ownReview(ctx, object)
	if err != nil {
		return nil, err
	}
	if own != nil {
		shown = append(shown, shownOfOurs(site, own))
	}
	if len(shown) == 0 {
		return nil, nil
	}
	embraye.ByTime(shown)
	subject := &embraye.ReviewSubject{Object: object, Actor: author, Revision: substance}
	return shown, t.whatCameOf(ctx, shown, func(embraye.IRI) *embraye.ReviewSubject { return subject })
}

// reviewsOfOurs are the reviews of a constat of ours.
func (t Tables) reviewsOfOurs(ctx context.Context, u *embraye.Update) ([]embraye.ShownReview, error) {
	site, err := t.site(ctx)
	if err != nil {
		return nil, err
	}
	return t.ReviewsOf(ctx, site.UpdateID(u.ID), site.ActorID(u.Actor), u.Substance)
}

// ownReview is the review of ours that stands of a constat, or nil.
func (t Tables) ownReview(ctx context.Context, object embraye.IRI) (site embraye.Site, own *embraye.Review, err error) {
	if site, err = t.site(ctx); err != nil {
		return site, nil, err
	}
	own, err = t.Reviews.Standing(ctx, object)
	if errors.Is(err, embraye.ErrNotFound) {
		return site, nil, nil
	}
	return site, own, err
}

// ReviewPage reads a review of ours with what came of it; of a withdrawn one
// only what the 410 says.
func (p Pages) ReviewPage(ctx context.Context, id string) (*embraye.ReviewPage, error) {
	t := p.store.Tables()
	review, err := t.Reviews.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	page := &embraye.ReviewPage{Review: *review}
	org, err := t.organisation(ctx)
	if err != nil {
		return nil, err
	}
	page.Organisation = *org
	if review.Withdrawn() {
		return page, nil
	}
	if page.Revisions, err = t.ReviewRevisions.List(ctx, id); err != nil {
		return nil, err
	}
	waits, err := versionsWaiting(ctx, t.Log, id)
	if err != nil {
		return nil, err
	}
	for i := range page.Revisions {
		page.Revisions[i].Waits = waits[page.Revisions[i].Number]
	}
	return page, t.aboutReview(ctx, page)
}

// aboutReview adds who wrote the constat, and what they made of the review.
func (t Tables) aboutReview(ctx context.Context, page *embraye.ReviewPage) error {
	r := &page.Review
	known, err := t.RemoteActors.Among(ctx, []embraye.IRI{r.ObjectActor})
	if err != nil {
		return err
	}
	page.Author = embraye.RemoteActor{URI: r.ObjectActor, Host: r.ObjectActor.Host()}
	if found, ok := known[r.ObjectActor]; ok && found.GoneAt == nil {
		page.Author = found
	}
	site, err := t.site(ctx)
	if err != nil {
		return err
	}
	page.Response, err = t.ReviewResponses.Take(ctx, site.ReviewID(r.ID), r.ObjectActor)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	kept, err := t.PeerUpdates.ByURI(ctx, r.Object)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil
	}
	if err == nil {
		page.Stands, page.Older = kept.WithdrawnAt == nil, r.ReviewedRevision < kept.Revision
	}
	return err
}

// ReviewVersionPage reads one version; of a withdrawn review none is public.
func (p Pages) ReviewVersionPage(ctx context.Context, id string, number int) (*embraye.ReviewVersionPage, error) {
	t := p.store.Tables()
	review, err := t.Reviews.Take(ctx, id)
	if err != nil {
		return nil, err
	}
	revision, err := t.ReviewRevisions.Take(ctx, id, number)
	if err != nil {
		return nil, err
	}
	page := &embraye.ReviewVersionPage{Review: *review}
	if review.Withdrawn() {
		return page, nil
	}
	waits, err := versionsWaiting(ctx, t.Log, id)
	if err != nil {
		return nil, err
	}
	page.Revision, page.Revision.Waits = *revision, waits[number]
	org, err := t.organisation(ctx)
	if err == nil {
		page.Organisation = *org
	}
	return page, err
}

// maxKnownReviews bounds what one collection of reviews names.
const maxKnownReviews = 200

// KnownReviews are the reviews that the public sees here of the object with a
// digest, newest first, as they came, and what authors answered to them, where
// that is here as it was written; none is no error.
func (t Tables) KnownReviews(ctx context.Context, digest string) (reviews, answers []embraye.Authored, err error) {
	site, err := t.site(ctx)
	if err != nil {
		return nil, nil, err
	}
	ours, err := list[embraye.Review](ctx, t.table, "id DESC", 1, "digest = ? AND withdrawn_at IS NULL", digest)
	if err != nil {
		return nil, nil, wrap(err, "listing our reviews of %s", digest)
	}
	for _, r := range ours {
		org, err := t.organisation(ctx)
		if err != nil {
			return nil, nil, err
		}
		reviews = append(reviews, embraye.Authored{ID: site.ReviewID(r.ID), Author: site.ActorID(org.Handle), Wire: r.Wire})
	}
	theirs, err := list[embraye.PeerReview](ctx, t.table, "id DESC", maxKnownReviews, "digest = ? AND state = 'shown' AND withdrawn_at IS NULL", digest)
	if err != nil {
		return nil, nil, wrap(err, "listing the reviews of %s", digest)
	}
	for _, r := range theirs {
		reviews = append(reviews, embraye.Authored{ID: r.URI, Author: r.Actor, Wire: r.Wire})
	}
	answers, err = t.answersTo(ctx, site, reviews)
	return reviews, answers, err
}

// answersTo are the answers to reviews, in their order.
func (t Tables) answersTo(ctx context.Context, site embraye.Site, reviews []embraye.Authored) (answers []embraye.Authored, err error) {
	ids := make([]embraye.IRI, len(reviews))
	for i := range reviews {
		ids[i] = reviews[i].ID
	}
	said, err := list[embraye.ReviewResponse](ctx, t.table, "answered_at DESC", maxKnownReviews, t.table.inJSON("review")+" AND note <> ''", asJSON(ids))
	for _, a := range said {
		if id, ours := site.LocalNote(a.Note); ours { // made anew at an upgrade, and when a key is rotated
			n, err := t.Notes.Take(ctx, id)
			if err != nil {
				return nil, err
			}
			if n.DeletedAt != nil {
				continue
			}
			a.Wire = n.Wire
		}
		answers = append(answers, embraye.Authored{ID: a.Note, Author: a.Actor, Wire: a.Wire})
	}
	return answers, wrap(err, "listing the answers to %d reviews", len(reviews))
}
