package web

import (
	"context"
	"net/http"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// constat is /constats/{id}: a Note to servers, a page to people, and 410 on
// both once it is withdrawn.
func (h *Handler) constat(ctx context.Context, v *view) (*answer, error) {
	id, err := idOf(v.param("id"))
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
	case v.face == facePage:
		return h.constatPage(v, page)
	}
	doc := activitypub.WithCounts(u.Wire, h.site.UpdateID(id), u.LikeCount, u.BoostCount, u.ReplyCount)
	return streams(http.StatusOK, v.face, doc), nil
}

// constatVersion is one revision: to programs the very bytes that were served
// first and hashed.
func (h *Handler) constatVersion(ctx context.Context, v *view) (*answer, error) {
	id, err := idOf(v.param("id"))
	if err != nil {
		return nil, err
	}
	number, err := versionNumber(v.param("n"))
	if err != nil {
		return nil, err
	}
	page, err := h.pages.VersionPage(ctx, id, number)
	if err != nil {
		return nil, err
	}
	switch {
	case page.Update.Withdrawn():
		return h.withdrawn(v, &page.Update, h.site.UpdateID(id)+embraye.IRI("/versions/"+v.param("n")))
	case v.face == facePage:
		return h.versionPage(v, page)
	}
	return streams(http.StatusOK, v.face, page.Revision.Wire), nil
}

// versionNumber accepts one spelling: no sign, no leading zero.
func versionNumber(s string) (int, error) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, embraye.ErrNotFound
		}
		n = n*10 + int(c-'0')
	}
	if s == "" || s[0] == '0' || len(s) > 6 {
		return 0, embraye.ErrNotFound
	}
	return n, nil
}

// withdrawn is 410 on every face, with date and reason for people.
func (h *Handler) withdrawn(v *view, u *embraye.Update, id embraye.IRI) (*answer, error) {
	if v.face == facePage {
		return h.gonePage(v, *u.WithdrawnAt, u.WithdrawReason)
	}
	return tombstone(v)(h.rooms.App.Wire().Tombstone(id, "Note", u.PublishedAt, *u.WithdrawnAt))
}
