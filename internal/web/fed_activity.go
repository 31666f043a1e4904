package web

import (
	"context"
	"net/http"

	"embraye/internal/embraye"
)

// activity is /activities/{id}: the bytes that were sent, of public ones only.
// A browser is sent to what the activity is about.
func (h *Handler) activity(ctx context.Context, v *view) (*answer, error) {
	id, err := idOf(v.param("id"))
	if err != nil {
		return nil, err
	}
	a, err := h.pages.ActivityPage(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case a.UndoneAt != nil && v.face == facePage:
		return h.gonePage(v, *a.UndoneAt, "")
	case a.UndoneAt != nil:
		return tombstone(v)(h.rooms.App.Wire().Tombstone(h.site.ActivityID(id), a.Type, a.CreatedAt, *a.UndoneAt))
	case v.face == facePage:
		return redirect(http.StatusSeeOther, h.aboutURL(a)), nil
	}
	return streams(http.StatusOK, v.face, a.Body), nil
}

// aboutURL never leaves our site, wherever the object is.
func (h *Handler) aboutURL(a *embraye.Activity) string {
	object := embraye.IRI(a.Object)
	_, isConstat := h.site.LocalUpdate(object)
	_, isNote := h.site.LocalNote(object)
	if isConstat || isNote {
		return a.Object
	}
	return h.site.ActorPage(a.Actor)
}
