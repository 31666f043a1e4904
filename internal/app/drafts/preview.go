package drafts

import (
	"context"
	"slices"
	"unicode/utf8"

	"embraye/internal/embraye"
	"embraye/internal/markup"
)

// Preview is the HTML that other servers would get of what is there so far, and
// its length in characters as readers see them; empty while nothing is.
func (ds *Drafts) Preview(d *embraye.Draft) (html string, characters int) {
	c := d.Content
	if embraye.Blank(d.Measure+d.Territory+d.Institution.Name+c.Title+c.Summary+c.Text+string(c.Stage)) && len(c.Evidence)+len(c.Searched) == 0 {
		return "", 0
	}
	measure, _ := ds.desk.Reference().Measure(d.Measure)
	if !slices.Contains(embraye.Stages(), c.Stage) {
		c.Stage = ""
	}
	u := embraye.Update{ID: previewID, Actor: measure.Handle, Scope: d.Scope, Revision: 1, Substance: 1,
		Content: c.WithDefaults(embraye.MakeDate(ds.desk.Now()), ds.desk.Language)}
	html = ds.desk.Wire().Texts().Constat(u, "")
	return html, utf8.RuneCountInString(markup.Text(html))
}

// previewID stands for the address that a constat gets when it is published.
const previewID = "00000000000000000000000000"

// Recipients counts who gets a constat of a measure: its followers and the
// organisation's, once each, and through how many inboxes.
func (ds *Drafts) Recipients(ctx context.Context, measure string) (followers, servers int, err error) {
	m, ok := ds.desk.Reference().Measure(measure)
	if !ok {
		return 0, 0, nil // the draft does not say yet
	}
	return ds.desk.Store.Tables().Followers.Reach(ctx, m.Handle, ds.desk.Organisation())
}
