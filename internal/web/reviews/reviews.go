// Package reviews has the addresses of reviews: ours, with both faces, and what
// is known here about any constat that we keep, for who asks by its digest.
//
// Start reading at Routes.
package reviews

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/app/reviews"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// Pages is what the addresses read.
type Pages interface {
	ReviewPage(ctx context.Context, id string) (*embraye.ReviewPage, error)
	ReviewVersionPage(ctx context.Context, id string, number int) (*embraye.ReviewVersionPage, error)
	ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error)
}

// Options is what the answers are made with.
type Options struct {
	App       *app.App
	Directory *directory.Directory
	Reviews   *reviews.Reviews
	Pages     Pages
	Answers   *answer.Server
	Frame     *page.Frame
	Site      embraye.Site
	Catalogue *locale.Catalogue
	Gone      func(v *answer.View, at time.Time, reason string) (*answer.Answer, error) // the page of what is withdrawn
}

// Handler answers at the addresses of reviews.
type Handler struct{ Options }

// New makes a Handler.
func New(o Options) *Handler { return &Handler{o} }

// Routes are the addresses of reviews.
func (h *Handler) Routes(r answer.Routes) {
	r.Get("/avis/{id}", h.Answers.Serve(answer.PageFirst, h.review))
	r.Get("/avis/{id}/versions/{n}", h.Answers.Serve(answer.PageFirst, h.version))
	r.Get("/avis/sur/{digest}", h.about)
	r.Get("/constats/{id}/reviews", h.Answers.Serve(answer.StreamsOnly, h.ofConstat))
}

// review is a Note to servers, a page to people, and 410 on both once it is
// withdrawn.
func (h *Handler) review(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	data, err := h.Pages.ReviewPage(ctx, id)
	if err != nil {
		return nil, err
	}
	r := &data.Review
	switch {
	case r.Withdrawn():
		return h.withdrawn(v, r, h.Site.ReviewID(id))
	case v.Face == answer.FacePage:
		return h.reviewPage(v, data)
	}
	doc := activitypub.WithCounts(r.Wire, h.Site.ReviewID(id), r.LikeCount, r.BoostCount, r.ReplyCount)
	return answer.Document(v)(app.ProveServed(ctx, h.App, &data.Organisation, doc, r.PublishedAt, r.UpdatedAt))
}

// version is one revision: to programs the very bytes that were served first
// and hashed.
func (h *Handler) version(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	number, err := answer.NumberOf(v.Param("n"))
	if err != nil {
		return nil, err
	}
	data, err := h.Pages.ReviewVersionPage(ctx, id, number)
	if err != nil {
		return nil, err
	}
	switch {
	case data.Review.Withdrawn():
		return h.withdrawn(v, &data.Review, h.Site.ReviewID(id)+embraye.IRI("/versions/"+strconv.Itoa(number)))
	case v.Face == answer.FacePage:
		return h.versionPage(v, data)
	}
	return answer.Streams(http.StatusOK, v.Face, data.Revision.Wire), nil
}

// withdrawn is 410 on every face, with date and reason for people.
func (h *Handler) withdrawn(v *answer.View, r *embraye.Review, id embraye.IRI) (*answer.Answer, error) {
	if v.Face == answer.FacePage {
		return h.Gone(v, *r.WithdrawnAt, r.WithdrawReason)
	}
	return answer.Tombstone(v)(h.App.Wire().Tombstone(id, "Note", r.PublishedAt, *r.WithdrawnAt))
}

// about is what is known here about the object with a digest: the public reviews,
// whoever they are by, and their answers. It bounds who asks, because anybody can ask for
// anything.
func (h *Handler) about(w http.ResponseWriter, r *http.Request) {
	if err := h.Directory.AllowAsking(r.RemoteAddr); err != nil {
		h.Answers.Fail(w, r, err)
		return
	}
	h.Answers.Serve(answer.StreamsOnly, func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
		digest := v.Param("digest")
		if len(digest) != 64 || strings.Trim(digest, "0123456789abcdef") != "" {
			return nil, embraye.ErrNotFound
		}
		return h.collection(ctx, v, embraye.IRI(strings.Replace(h.Site.ReviewsAbout(), embraye.DigestPlace, digest, 1)), digest)
	})(w, r)
}

// ofConstat is about for a constat of ours, by its own address.
func (h *Handler) ofConstat(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	data, err := h.Pages.ConstatPage(ctx, id)
	if err != nil {
		return nil, err
	}
	object := h.Site.UpdateID(id)
	if u := &data.Update; u.Withdrawn() {
		return answer.Tombstone(v)(h.App.Wire().Tombstone(object+"/reviews", "OrderedCollection", u.PublishedAt, *u.WithdrawnAt))
	}
	return h.collection(ctx, v, object+"/reviews", embraye.DigestOf(object))
}

func (h *Handler) collection(ctx context.Context, v *answer.View, id embraye.IRI, digest string) (*answer.Answer, error) {
	known, err := h.Reviews.About(ctx, digest)
	if err != nil {
		return nil, err
	}
	return answer.Document(v)(h.App.Wire().OrderedItems(id, known))
}
