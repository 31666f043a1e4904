package web

import (
	"context"
	"net/http"
	"strings"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// profile is /@{handle}: the actor document itself to servers, the page of the
// measure or the organisation to people.
func (h *Handler) profile(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	typed := v.Param("handle")
	if lower := strings.ToLower(typed); lower != typed {
		// Handles are found without regard to case (INTEROP 0.5).
		if handle, err := answer.HandleOf(lower); err == nil {
			return answer.Redirect(http.StatusMovedPermanently, h.site.ActorPage(handle)), nil
		}
	}
	actor, err := h.readers.ActorPage(ctx, v)
	if err != nil {
		return nil, err
	}
	switch {
	case v.Face != answer.FacePage:
		return answer.Document(v)(app.ActorDocument(ctx, h.rooms.App, h.rooms.App.Store.Tables(), actor.Actor, actor.Key, actor.Organisation))
	case actor.Actor.MovedTo != "":
		return answer.Redirect(http.StatusMovedPermanently, actor.Actor.MovedTo), nil
	case actor.Actor.Kind == embraye.MeasureActor:
		return h.readers.MeasurePage(ctx, v, actor.Actor)
	case actor.Actor.Kind == embraye.OrganisationActor:
		return h.readers.OrganisationPage(ctx, v, actor.Actor)
	}
	return answer.Redirect(http.StatusSeeOther, h.site.PageOf(actor.Actor)), nil
}
