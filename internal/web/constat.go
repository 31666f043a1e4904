package web

import (
	"context"
	"net/http"
	"time"

	"embraye/internal/activitypub"
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
	return h.proved(ctx, v, &page.Actor, doc, u.PublishedAt, u.UpdatedAt)
}

// proved is a Note as it is served, with live counts: another document than the
// one that is delivered, so its author proves it anew. The same counts always
// give the same bytes.
func (h *Handler) proved(ctx context.Context, v *answer.View, author *embraye.Actor, doc []byte, published time.Time, updated *time.Time) (*answer.Answer, error) {
	at := published
	if updated != nil {
		at = *updated
	}
	return answer.Document(v)(h.rooms.App.ProveAs(ctx, h.rooms.App.Store.Tables(), author.Handle, author.KeyID, doc, at))
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
