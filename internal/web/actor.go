package web

import (
	"context"
	"net/http"

	"embraye/internal/app"
	"embraye/internal/web/answer"
)

// actor is /actors/{handle}, the id of an actor: the document to programs,
// the way to the page to browsers.
func (h *Handler) actor(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	page, err := h.readers.ActorPage(ctx, v)
	if err != nil {
		return nil, err
	}
	if v.Face == answer.FacePage {
		return answer.Redirect(http.StatusSeeOther, h.site.PageOf(page.Actor)), nil
	}
	return answer.Document(v)(app.ActorDocument(ctx, h.rooms.App, h.rooms.App.Store.Tables(), page.Actor, page.Key, page.Organisation))
}
