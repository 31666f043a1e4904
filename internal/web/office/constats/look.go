package constats

import (
	"html/template"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/web/office"
	"embraye/internal/web/site"
)

// A lookPage is the last look at a correction of substance: what changes, and
// what others will get.
type lookPage struct {
	Constat *embraye.OfficeConstat
	Input   constats.ReviseInput
	Changes []site.FieldDiff
	Stage   bool // the stage changes: perhaps it is something that came next
	Preview template.HTML
	Draft   *embraye.Draft // as corrected
	Posted  map[string][]string
}

// look shows what a correction will change before it goes.
func look(v *office.Visit, page *correctPage, in constats.ReviseInput) error {
	after, html, err := v.Rooms.Constats.Look(page.Constat.Update, in)
	if err != nil {
		return correctAgain(v, page, err)
	}
	before := page.Constat.Update.Content
	c := &lookPage{Constat: page.Constat, Input: in, Stage: before.Stage != after.Stage, Posted: map[string][]string{},
		Preview: template.HTML(html), Draft: &embraye.Draft{Scope: page.Constat.Update.Scope, Content: after}} // made by activitypub, which escapes and sanitises
	for name, values := range v.R.PostForm {
		if name != "action" {
			c.Posted[name] = values
		}
	}
	shown := v.Page("office.correct.look", c, nil, nil)
	c.Changes = site.Diffs(&shown.Page, before, after)
	return v.Show("look", "office.correct.look", c)
}
