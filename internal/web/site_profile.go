package web

import (
	"context"
	"net/http"
	"strings"

	"embraye/internal/embraye"
)

// profile is /@{handle}: the actor document itself to servers, the page of the
// measure or the organisation to people.
func (h *Handler) profile(ctx context.Context, v *view) (*answer, error) {
	typed := v.param("handle")
	if lower := strings.ToLower(typed); lower != typed {
		// Handles are found without regard to case (INTEROP 0.5).
		if handle, err := handleOf(lower); err == nil {
			return redirect(http.StatusMovedPermanently, h.site.ActorPage(handle)), nil
		}
	}
	actor, err := h.actorPage(ctx, v)
	if err != nil {
		return nil, err
	}
	switch {
	case v.face != facePage:
		return document(v)(h.rooms.App.Wire().Actor(actor.Actor, actor.PublicPEM, actor.Organisation))
	case actor.Actor.Kind == embraye.MeasureActor:
		return h.measurePage(ctx, v, actor.Actor)
	case actor.Actor.Kind == embraye.OrganisationActor:
		return h.organisationPage(ctx, v, actor.Actor)
	}
	return redirect(http.StatusSeeOther, h.site.PageOf(actor.Actor)), nil
}

// describe fills the head of an actor's page.
func (h *Handler) describe(page *htmlPage, a embraye.Actor) {
	page.Type, page.Streams, page.Creator = "profile", string(h.site.ActorID(a.Handle)), h.site.Mention(a.Handle)
	page.Canonical, page.Image = h.site.ActorPage(a.Handle), h.site.ActorPage(a.Handle)+"/card.png"
	page.Feed, page.FeedTitle = "/@"+a.Handle+"/feed", page.Title
}

// measureTitle is the reference text's short title, in the reader's language.
func (h *Handler) measureTitle(a embraye.Actor, lang string) string {
	if m, ok := h.rooms.App.Reference().Measure(a.Measure); ok {
		return m.Title.In(lang)
	}
	return a.Name
}

type organisationContent struct {
	*embraye.OrganisationPage
	Rows   []measureRow
	Cards  []card
	Follow followBox
}

func (h *Handler) organisationPage(ctx context.Context, v *view, a embraye.Actor) (*answer, error) {
	data, err := h.pages.OrganisationPage(ctx, a.Handle)
	if err != nil {
		return nil, err
	}
	page := h.newPage(v, a.Name)
	h.describe(page, a)
	page.Description = a.Summary
	if page.Description == "" {
		page.Description = page.T("site.home_description", a.Name)
	}
	content := organisationContent{OrganisationPage: data, Cards: page.cards(data.Latest, a.Name),
		Follow: page.followBox("follow.organisation", a.Handle, "/@"+a.Handle+"/feed.atom")}
	for _, m := range data.Measures {
		content.Rows = append(content.Rows, measureRow{Number: page.MeasureNumber(m.Measure), Title: page.MeasureTitle(m.Measure), Href: page.Actor(m.Handle)})
	}
	page.Content = content
	return h.render("organisation", http.StatusOK, page)
}

type organisationsContent struct{ *embraye.OrganisationsPage }

// organisations lists who publishes here and whom we read.
func (h *Handler) organisations(ctx context.Context, v *view) (*answer, error) {
	data, err := h.pages.OrganisationsPage(ctx)
	if err != nil {
		return nil, err
	}
	page := h.newPage(v, h.catalogue.T(v.lang, "organisations.title"))
	page.Description = page.T("organisations.lede")
	page.Content = organisationsContent{data}
	return h.render("organisations", http.StatusOK, page)
}
