package web

import (
	"context"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// activity is /activities/{id}: the bytes that were sent, of public ones only.
// A browser is sent to what the activity is about.
func (h *Handler) activity(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	a, err := h.pages.ActivityPage(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case a.UndoneAt != nil && v.Face == answer.FacePage:
		return h.readers.GonePage(v, *a.UndoneAt, "")
	case a.UndoneAt != nil:
		return answer.Tombstone(v)(h.rooms.App.Wire().Tombstone(h.site.ActivityID(id), a.Type, a.CreatedAt, *a.UndoneAt))
	case v.Face == answer.FacePage:
		return answer.Redirect(http.StatusSeeOther, h.aboutURL(a)), nil
	}
	return answer.Streams(http.StatusOK, v.Face, a.Body), nil
}

// aboutURL never leaves our site, wherever the object is.
func (h *Handler) aboutURL(a *embraye.Activity) string {
	object := embraye.IRI(a.Object)
	_, isConstat := h.site.LocalUpdate(object)
	_, isNote := h.site.LocalNote(object)
	_, isReview := h.site.LocalReview(object)
	if isConstat || isNote || isReview {
		return a.Object
	}
	return h.site.ActorPage(a.Actor)
}
