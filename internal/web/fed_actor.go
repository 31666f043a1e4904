package web

import (
	"context"
	"net/http"
	"strings"

	"embraye/internal/embraye"
)

// actor is /actors/{handle}, the id of an actor: the document to programs,
// the way to the page to browsers.
func (h *Handler) actor(ctx context.Context, v *view) (*answer, error) {
	page, err := h.actorPage(ctx, v)
	if err != nil {
		return nil, err
	}
	if v.face == facePage {
		return redirect(http.StatusSeeOther, h.site.PageOf(page.Actor)), nil
	}
	return document(v)(h.rooms.App.Wire().Actor(page.Actor, page.PublicPEM, page.Organisation))
}

func (h *Handler) actorPage(ctx context.Context, v *view) (*embraye.ActorPage, error) {
	handle, err := handleOf(v.param("handle"))
	if err != nil {
		return nil, err
	}
	return h.pages.ActorPage(ctx, handle)
}

const maxHandleBytes = 64

// handleOf keeps what cannot be a handle of ours away from the database. An id
// has one spelling: capitals are another id.
func handleOf(s string) (string, error) {
	if s == "" || len(s) > maxHandleBytes || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return "", embraye.ErrNotFound
	}
	return s, nil
}

// idOf is handleOf for ULIDs.
func idOf(s string) (string, error) {
	if !embraye.ValidID(s) {
		return "", embraye.ErrNotFound
	}
	return s, nil
}
