package site

import (
	"context"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// ActorPage is the actor that a view's address names.
func (h *Handler) ActorPage(ctx context.Context, v *answer.View) (*embraye.ActorPage, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	return h.pages.ActorPage(ctx, handle)
}

// describe fills the head of an actor's page.
func describe(page *page.Page, a embraye.Actor) {
	page.Type, page.Streams, page.Creator = "profile", string(page.Site.ActorID(a.Handle)), page.Site.Mention(a.Handle)
	page.Canonical, page.Image = page.Site.ActorPage(a.Handle), page.Site.ActorPage(a.Handle)+"/card.png"
	page.Feed, page.FeedTitle = "/@"+a.Handle+"/feed", page.Title
}

type organisationContent struct {
	*embraye.OrganisationPage
	Rows   []measureRow
	Cards  []card
	Follow followBox
}

// OrganisationPage is who publishes here.
func (h *Handler) OrganisationPage(ctx context.Context, v *answer.View, a embraye.Actor) (*answer.Answer, error) {
	data, err := h.pages.OrganisationPage(ctx, a.Handle)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, a.Name)
	describe(page, a)
	page.Description = a.Summary
	if page.Description == "" {
		page.Description = page.T("site.home_description", a.Name)
	}
	content := organisationContent{OrganisationPage: data, Cards: cardsOf(page, data.Latest, a.Name),
		Follow: newFollowBox(page, "follow.organisation", a.Handle, "/@"+a.Handle+"/feed.atom")}
	for _, m := range data.Measures {
		content.Rows = append(content.Rows, measureRow{Number: page.MeasureNumber(m.Measure), Title: page.MeasureTitle(m.Measure), Href: page.Actor(m.Handle)})
	}
	page.Content = content
	return h.frame.Render("organisation", http.StatusOK, page)
}

type organisationsContent struct{ *embraye.OrganisationsPage }

// organisations lists who publishes here and whom we read.
func (h *Handler) organisations(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	data, err := h.pages.OrganisationsPage(ctx)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "organisations.title"))
	page.Description = page.T("organisations.lede")
	page.Content = organisationsContent{data}
	return h.frame.Render("organisations", http.StatusOK, page)
}
