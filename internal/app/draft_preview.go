package app

import (
	"context"
	"slices"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// PreviewDraft is the HTML that other servers would get, and its length in
// characters as readers see them; empty until there is enough to show: measure,
// stage and title.
func (a *App) PreviewDraft(d *embraye.Draft) (html string, characters int) {
	measure, known := a.reference.Measure(d.Measure)
	if !known || !slices.Contains(embraye.Stages(), d.Stage) || embraye.Blank(d.Title) {
		return "", 0
	}
	u := embraye.Update{ID: previewID, Actor: measure.Handle, Scope: d.Scope, Revision: 1, Substance: 1,
		Content: d.Content.WithDefaults(embraye.MakeDate(a.Now()), a.Language)}
	html = a.Wire().ConstatHTML(u, "")
	return html, activitypub.TextLength(html)
}

// previewID stands for the address that a constat gets when it is published.
const previewID = "00000000000000000000000000"

// Recipients counts who gets a constat of a measure: its followers and the
// organisation's, once each, and through how many inboxes.
func (a *App) Recipients(ctx context.Context, measure string) (followers, servers int, err error) {
	m, ok := a.reference.Measure(measure)
	if !ok {
		return 0, 0, nil // the draft does not say yet
	}
	return a.Store.Tables().Followers.Reach(ctx, m.Handle, a.Organisation())
}
