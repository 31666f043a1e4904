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
		return document(v)(h.app.Wire().Actor(actor.Actor, actor.PublicPEM, actor.Organisation))
	case actor.Actor.Kind == embraye.MeasureActor:
		return h.measurePage(ctx, v, actor.Actor)
	case actor.Actor.Kind == embraye.OrganisationActor:
		return h.organisationPage(ctx, v, actor.Actor)
	}
	return redirect(http.StatusSeeOther, h.profileURL(actor.Actor)), nil
}

// describe fills the head of an actor's page.
func (h *Handler) describe(page *htmlPage, a embraye.Actor) {
	page.Type, page.Streams, page.Creator = "profile", string(h.site.ActorID(a.Handle)), h.site.Mention(a.Handle)
	page.Canonical, page.Image = h.site.ActorPage(a.Handle), string(h.site.Icon(a.Handle))
}

type measureContent struct {
	*embraye.MeasurePage
	Mention  string
	Text     string // verbatim
	TextLang string
	Summary  string
	Counts   []stageCounts
}

func (h *Handler) measurePage(ctx context.Context, v *view, a embraye.Actor) (*answer, error) {
	data, err := h.pages.MeasurePage(ctx, a.Handle)
	if err != nil {
		return nil, err
	}
	page := h.newPage(v, h.measureTitle(a, v.lang))
	h.describe(page, a)
	content := measureContent{MeasurePage: data, Mention: h.site.Mention(a.Handle), Counts: countStages(data.States)}
	reference := h.app.Reference()
	if m, ok := reference.Measure(a.Measure); ok {
		content.Text, content.TextLang = m.Text.In(reference.Language), reference.Language
		content.Summary = m.Summary.In(v.lang)
	}
	page.Description = content.Summary
	if page.Description == "" {
		page.Description = content.Text
	}
	page.Content = content
	return h.render("measure", http.StatusOK, page)
}

type organisationContent struct {
	*embraye.OrganisationPage
	Mention string
	Cards   []measureCard
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
		page.Description = h.catalogue.T(v.lang, "site.home_description", a.Name)
	}
	content := organisationContent{OrganisationPage: data, Mention: h.site.Mention(a.Handle)}
	for _, m := range data.Measures {
		content.Cards = append(content.Cards, measureCard{Title: h.measureTitle(m, v.lang), Href: h.site.ActorPage(m.Handle)})
	}
	page.Content = content
	return h.render("organisation", http.StatusOK, page)
}
