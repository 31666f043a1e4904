package web

import (
	"context"
	"net/http"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// constat is /constats/{id}: a Note to servers, a page to people, and 410 on
// both once it is withdrawn.
func (h *Handler) constat(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	page, err := h.pages.ConstatPage(ctx, id)
	if err != nil {
		return nil, err
	}
	u := &page.Update
	switch {
	case u.Withdrawn():
		return h.withdrawn(v, u, h.site.UpdateID(id))
	case v.Face == answer.FacePage:
		return h.readers.ConstatPage(v, page)
	}
	doc := activitypub.WithCounts(u.Wire, h.site.UpdateID(id), u.LikeCount, u.BoostCount, u.ReplyCount)
	return answer.Document(v)(app.ProveServed(ctx, h.rooms.App, &page.Actor, doc, u.PublishedAt, u.UpdatedAt))
}

// constatVersion is one revision: to programs the very bytes that were served
// first and hashed.
func (h *Handler) constatVersion(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	number, err := answer.NumberOf(v.Param("n"))
	if err != nil {
		return nil, err
	}
	page, err := h.pages.VersionPage(ctx, id, number)
	if err != nil {
		return nil, err
	}
	switch {
	case page.Update.Withdrawn():
		return h.withdrawn(v, &page.Update, h.site.UpdateID(id)+embraye.IRI("/versions/"+v.Param("n")))
	case v.Face == answer.FacePage:
		return h.readers.VersionPage(v, page)
	}
	return answer.Streams(http.StatusOK, v.Face, page.Revision.Wire), nil
}

// withdrawn is 410 on every face, with date and reason for people.
func (h *Handler) withdrawn(v *answer.View, u *embraye.Update, id embraye.IRI) (*answer.Answer, error) {
	if v.Face == answer.FacePage {
		return h.readers.GonePage(v, *u.WithdrawnAt, u.WithdrawReason)
	}
	return answer.Tombstone(v)(h.rooms.App.Wire().Tombstone(id, "Note", u.PublishedAt, *u.WithdrawnAt))
}
