package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Integrate notes which reviews a version of a constat takes up: those that it
// names and that nothing has taken up, and no more those that it names no more.
// Every instance that has both shows it.
func Integrate(ctx context.Context, a *App, t store.Tables, object, actor embraye.IRI, revision int, before, after []embraye.IRI) error {
	version := object + embraye.IRI(fmt.Sprintf("/versions/%d", revision))
	for _, review := range after {
		if err := integrate(ctx, a, t, review, actor, version); err != nil {
			return err
		}
	}
	for _, review := range before {
		if !slices.Contains(after, review) {
			if err := integrate(ctx, a, t, review, actor, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

func integrate(ctx context.Context, a *App, t store.Tables, review, actor, version embraye.IRI) error {
	r, err := t.ReviewResponses.Take(ctx, review, actor)
	if errors.Is(err, embraye.ErrNotFound) {
		r, err = &embraye.ReviewResponse{Review: review, Actor: actor}, nil
	}
	if err != nil || version != "" && r.IntegratedBy != "" {
		return err
	}
	if version != "" {
		if reviewed, err := reviewedBy(ctx, a, t, review); err != nil || !embraye.TakesUp(version, reviewed) {
			return err
		}
	}
	now := a.Stamp()
	if r.IntegratedBy, r.IntegratedAt = version, &now; version == "" {
		r.IntegratedAt = nil
	}
	if err := t.ReviewResponses.Put(ctx, r); err != nil {
		return err
	}
	if id, ours := a.Site.LocalReview(review); ours {
		return rewireReview(ctx, a, t, id, actor, version)
	}
	return nil
}

// reviewedBy is the version of a constat that a review is of; 0 if we do not have
// the review.
func reviewedBy(ctx context.Context, a *App, t store.Tables, review embraye.IRI) (reviewed int, err error) {
	if id, ours := a.Site.LocalReview(review); ours {
		r, taken := t.Reviews.Take(ctx, id)
		if err = taken; err == nil {
			reviewed = r.ReviewedRevision
		}
	} else {
		r, taken := t.PeerReviews.ByURI(ctx, review)
		if err = taken; err == nil {
			reviewed = r.ReviewedRevision
		}
	}
	if errors.Is(err, embraye.ErrNotFound) {
		err = nil
	}
	return reviewed, err
}

// ReadAnew notes that a review is of this version of its constat now: what took
// it up until then does so no more, and it is open anew.
func ReadAnew(ctx context.Context, t store.Tables, review embraye.IRI, reviewed int) error {
	responses, err := t.ReviewResponses.To(ctx, []embraye.IRI{review})
	if err != nil {
		return err
	}
	for _, r := range responses {
		if r.IntegratedBy == "" || embraye.TakesUp(r.IntegratedBy, reviewed) {
			continue
		}
		r.IntegratedBy, r.IntegratedAt = "", nil
		if err := t.ReviewResponses.Put(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// rewireReview makes a review of ours say which version of its constat took it
// up. That is served from now on and not sent: whoever has the constat knows.
func rewireReview(ctx context.Context, a *App, t store.Tables, id string, actor, version embraye.IRI) error {
	r, err := t.Reviews.TakeToWrite(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil
	}
	if err != nil || r.Withdrawn() || r.ObjectActor != actor || r.IntegratedBy == version {
		return err
	}
	author, err := t.RemoteActors.ByURI(ctx, actor)
	if err != nil {
		return err
	}
	said, err := t.ReviewRevisions.List(ctx, id)
	if err != nil {
		return err
	}
	change := ""
	for _, s := range said {
		change = s.Change
	}
	r.IntegratedBy = version
	wire, err := a.Wire().Review(*r, *author, change)
	if err == nil {
		r.Wire, err = a.Prove(ctx, t, a.Organisation(), wire)
	}
	if err != nil {
		return err
	}
	r.WireVersion = WireVersion
	t.Changed()
	return t.Reviews.Save(ctx, r)
}

// CheckIntegrates wants that a constat of ours takes up only reviews of itself
// that are shown. What it has taken up before stays, whatever became of it: who
// changes or withdraws their review keeps nobody from correcting a constat.
func CheckIntegrates(ctx context.Context, t store.Tables, object embraye.IRI, before, reviews []embraye.IRI) error {
	reviews = slices.DeleteFunc(slices.Clone(reviews), func(r embraye.IRI) bool { return slices.Contains(before, r) })
	if len(reviews) == 0 {
		return nil
	}
	known, err := t.PeerReviews.Of(ctx, object)
	if err != nil {
		return err
	}
	var wrong error
	for _, review := range reviews {
		there := slices.ContainsFunc(known, func(r embraye.PeerReview) bool {
			return r.URI == review && r.State == embraye.ReplyShown
		})
		if !there {
			wrong = WithProblem(wrong, &embraye.Problem{Field: "integrates", Code: "not_of_this_constat", Value: strings.TrimSpace(embraye.Cut(string(review), embraye.MaxSummary))})
		}
	}
	return wrong
}
