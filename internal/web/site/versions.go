package site

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// A version is one revision in the history.
type version struct {
	Page *page.Page // for its words
	embraye.Revision
	Href    string
	Current bool
	Diffs   []FieldDiff
}

// A FieldDiff is how one field was changed.
type FieldDiff struct {
	Key  string // of the field's name
	Runs []Change
}

const versionsOnPage = 3

// VersionPage shows the constat as one revision said it.
func (h *Handler) VersionPage(v *answer.View, data *embraye.VersionPage) (*answer.Answer, error) {
	u := data.Update
	current := u.Revision
	u.Content, u.Revision = data.Revision.Content, data.Revision.Number
	page := h.frame.NewPage(v, u.Title)
	describeConstat(page, &u, page.Canonical)
	page.Hidden = true // search engines keep to the constat itself
	content := newConstatContent(page, &u, data.Actor, data.Organisation)
	content.Version = &version{Page: page, Revision: data.Revision, Href: page.Path, Current: u.Revision == current}
	if data.Before != nil {
		content.Version.Diffs = Diffs(page, data.Before.Content, data.Revision.Content)
	}
	content.CiteDate = page.Day(data.Revision.CreatedAt)
	page.Content = content
	return h.frame.Render("constat", http.StatusOK, page)
}

type versionsContent struct {
	Update   embraye.Update
	Actor    embraye.Actor
	Versions []version
}

// constatVersions lists what the constat ever said, with what each correction
// changed.
func (h *Handler) constatVersions(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	data, err := h.pages.ConstatPage(ctx, id)
	if err != nil {
		return nil, err
	}
	u := &data.Update
	if u.Withdrawn() {
		return h.GonePage(v, *u.WithdrawnAt, u.WithdrawReason)
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "versions.title", u.Title))
	page.Description = page.T("versions.description", u.Title)
	page.Image, page.Creator = string(h.site.UpdateID(id))+"/card.png", h.site.Mention(u.Actor)
	page.Content = versionsContent{Update: *u, Actor: data.Actor, Versions: versions(page, u, data.Revisions)}
	return h.frame.Render("versions", http.StatusOK, page)
}

// versions are the revisions, newest first, each with what it changed.
func versions(p *page.Page, u *embraye.Update, revisions []embraye.Revision) []version {
	var list []version
	for i := len(revisions) - 1; i >= 0; i-- {
		r := revisions[i]
		v := version{Page: p, Revision: r, Href: "/constats/" + u.ID + "/versions/" + strconv.Itoa(r.Number), Current: r.Number == u.Revision}
		if i > 0 {
			v.Diffs = Diffs(p, revisions[i-1].Content, r.Content)
		}
		list = append(list, v)
	}
	return list
}

// Diffs compares what two versions say, field by field.
func Diffs(p *page.Page, before, after embraye.Content) []FieldDiff {
	old, changed := readable(p, before), readable(p, after)
	var list []FieldDiff
	for i, field := range changed {
		if runs := diffWords(old[i].text, field.text); runs != nil {
			for i := range runs {
				if runs[i].Kind != "" { // the template puts the space outside of the mark
					runs[i].Text = strings.TrimSpace(runs[i].Text)
				}
			}
			list = append(list, FieldDiff{field.key, runs})
		}
	}
	return list
}

type readableField struct{ key, text string }

// readable is a content as words, in the order of the page.
func readable(p *page.Page, c embraye.Content) []readableField {
	var proofs, lessons []string
	for _, e := range c.Evidence {
		proofs = append(proofs, "• "+strings.TrimSpace(e.Name+" "+e.Publisher+" "+e.Href+" "+e.ArchivedAt)+"\n")
	}
	lessons = append(lessons, c.Lessons...)
	figure := ""
	if i := c.Indicator; i != nil {
		figure = strings.TrimSpace(i.Name + " : " + i.Value + " " + i.Unit + " " + i.Goal + " " + string(i.AsOf))
	}
	return []readableField{
		{"title", c.Title}, {"stage", p.Name("stage", c.Stage)}, {"summary", c.Summary}, {"text", c.Text},
		{"effective", p.Date(c.EffectiveDate)}, {"observed", p.Date(c.ObservedDate)}, {"evidence", strings.Join(proofs, "")},
		{"searched", strings.Join(c.Searched, " ; ")}, {"confidence", p.Name("confidence", c.Confidence)}, {"indicator", figure},
		{"lessons", strings.Join(lessons, " ")}, {"licence", c.Licence},
	}
}
