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
	var writers, uris []embraye.IRI
	for _, r := range received {
		if r.State != embraye.ReplyShown {
			continue
		}
		shown = append(shown, embraye.ShownReview{URI: r.URI, Object: object, Page: r.URL, Actor: r.Actor, ReviewContent: r.ReviewContent,
			ReviewedRevision: r.ReviewedRevision, PublishedAt: r.PublishedAt, UpdatedAt: r.UpdatedAt})
		writers = append(writers, r.Actor)
	}
	site, own, err := t.ownReview(ctx, object)
	if err != nil {
		return nil, err
	}
	if own != nil {
		id := site.ReviewID(own.ID)
		shown = append(shown, embraye.ShownReview{URI: id, Object: object, Page: string(id), Ours: true, ReviewContent: own.ReviewContent,
			ReviewedRevision: own.ReviewedRevision, PublishedAt: own.PublishedAt, UpdatedAt: own.UpdatedAt})
	}
	if len(shown) == 0 {
		return nil, nil
	}
	known, err := t.RemoteActors.Among(ctx, writers)
	if err != nil {
		return nil, err
	}
	for i := range shown {
		r := &shown[i]
		uris = append(uris, r.URI)
		r.Older = r.ReviewedRevision < substance
		if found, ok := known[r.Actor]; ok && found.GoneAt == nil {
			r.Author = found
		} else {
			r.Author = embraye.RemoteActor{URI: r.Actor, Host: r.Actor.Host()}
		}
	}
	responses, err := t.ReviewResponses.Among(ctx, author, uris)
	for i := range shown {
		shown[i].Response = responses[shown[i].URI]
	}
	embraye.ByTime(shown)
	return shown, err
}

// reviewsOfOurs are the reviews of a constat of ours.
func (t Tables) reviewsOfOurs(ctx context.Context, u *embraye.Update) ([]embraye.ShownReview, error) {
	base, _, err := t.Settings.Get(ctx, "base_url")
	if err != nil {
		return nil, err
	}
	site := embraye.Site{Base: base}
	return t.ReviewsOf(ctx, site.UpdateID(u.ID), site.ActorID(u.Actor), u.Substance)
}

// ownReview is the review of ours that stands of a constat, or nil.
func (t Tables) ownReview(ctx context.Context, object embraye.IRI) (site embraye.Site, own *embraye.Review, err error) {
	base, _, err := t.Settings.Get(ctx, "base_url")
	if err != nil {
		return site, nil, err
	}
	own, err = t.Reviews.Standing(ctx, object)
	if errors.Is(err, embraye.ErrNotFound) {
		return embraye.Site{Base: base}, nil, nil
	}
	return embraye.Site{Base: base}, own, err
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
	base, _, err := t.Settings.Get(ctx, "base_url")
	if err != nil {
		return err
	}
	page.Response, err = t.ReviewResponses.Take(ctx, embraye.Site{Base: base}.ReviewID(r.ID), r.ObjectActor)
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
	page.Revision = *revision
	org, err := t.organisation(ctx)
	if err == nil {
		page.Organisation = *org
	}
	return page, err
}

// maxKnownReviews bounds what one collection of reviews names.
const maxKnownReviews = 200

// KnownReviews are the ids of the reviews that the public sees here of the
// object with a digest, newest first; none is no error.
func (p Pages) KnownReviews(ctx context.Context, digest string) (ids []embraye.IRI, err error) {
	t := p.store.Tables()
	base, _, err := t.Settings.Get(ctx, "base_url")
	if err != nil {
		return nil, err
	}
	ours, err := list[embraye.Review](ctx, t.table, "id DESC", 1, "digest = ? AND withdrawn_at IS NULL", digest)
	if err != nil {
		return nil, wrap(err, "listing our reviews of %s", digest)
	}
	for _, r := range ours {
		ids = append(ids, embraye.Site{Base: base}.ReviewID(r.ID))
	}
	theirs, err := list[embraye.PeerReview](ctx, t.table, "id DESC", maxKnownReviews, "digest = ? AND state = 'shown' AND withdrawn_at IS NULL", digest)
	for _, r := range theirs {
		ids = append(ids, r.URI)
	}
	return ids, wrap(err, "listing the reviews of %s", digest)
}
