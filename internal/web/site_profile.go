package web

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"embraye/internal/draw"
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
	Grid     []string
	Counts   []stageCounts
	Rows     []scopeRow
	Maps     []template.HTML
	Timeline template.HTML
	Changes  []draw.Change
}

// A scopeRow is one stage of the table: the constats at it, by subject.
type scopeRow struct {
	Stage embraye.Stage
	Cells [][]embraye.Update
}

// scopeRows are all stages that a constat can have, zero or not.
func scopeRows(states []embraye.Update) []scopeRow {
	var rows []scopeRow
	for _, stage := range embraye.DisplayStages() {
		if stage == embraye.NotAssessed {
			continue
		}
		row := scopeRow{Stage: stage}
		for _, subject := range embraye.Subjects() {
			var cell []embraye.Update
			for _, u := range states {
				if u.Stage == stage && u.Subject == subject {
					cell = append(cell, u)
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		rows = append(rows, row)
	}
	return rows
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
		content.Summary, content.Grid = m.Summary.In(v.lang), m.GridIn(v.lang)
	}
	h.drawMeasure(v, page, &content)
	page.Description = content.Summary
	if page.Description == "" {
		page.Description = content.Text
	}
	page.Content, page.Publisher = content, data.Organisation.Name
	return h.render("measure", http.StatusOK, page)
}

// drawMeasure adds the table of scopes and the pictures that equal it.
func (h *Handler) drawMeasure(v *view, page *htmlPage, content *measureContent) {
	content.Rows = scopeRows(content.States)
	for _, subject := range embraye.Subjects() {
		content.Maps = append(content.Maps, draw.TileMap(draw.TileMapInput{Words: h.catalogue, Lang: v.lang, Subject: subject, States: content.States}))
	}
	lanes := draw.Lanes(content.Latest)
	content.Changes = draw.Changes(lanes)
	content.Timeline = draw.Timeline(draw.TimelineInput{Words: h.catalogue, Lang: v.lang, Lanes: lanes, Name: page.Place,
		Deadline: embraye.Date(h.app.Reference().Deadline), Today: embraye.MakeDate(h.now())})
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
	page.Content, page.Publisher = content, a.Name
	return h.render("organisation", http.StatusOK, page)
}
