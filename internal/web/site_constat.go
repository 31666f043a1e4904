package web

import (
	"context"
	"html/template"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// constatContent is a constat, or one version of it, as a page shows it.
type constatContent struct {
	Update       embraye.Update
	HTML         template.HTML // the long text
	Actor        embraye.Actor
	Organisation embraye.Actor
	Answer       string
	Timeliness   embraye.Timeliness
	Evidence     []evidence
	Copies       []evidence // those that can be checked
	Lessons      []lesson
	Related      []relation
	Replies      []reply
	Versions     []version // newest first
	MoreVersions int       // that only the page of versions shows
	Version      *version  // set when one version is shown
	CiteDate     string
	CiteURL      string
	React        followBox
}

type lesson struct{ ID, Text string }

type relation struct{ Rel, Href string }

// An evidence line with our copy of it, if there is one.
type evidence struct {
	embraye.Evidence
	File    *embraye.EvidenceFile
	Copy    string // address of a copy
	Picture bool
}

// Name of the file in the command that checks it.
func (e evidence) FileName() string { return path.Base(e.Copy) }

// A version is one revision in the history.
type version struct {
	Page *htmlPage // for its words
	embraye.Revision
	Href    string
	Current bool
	Diffs   []fieldDiff
}

type fieldDiff struct {
	Key  string // of the field's name
	Runs []change
}

const versionsOnPage = 3

func (h *Handler) constatPage(v *view, data *embraye.ConstatPage) (*answer, error) {
	u := &data.Update
	page := h.newPage(v, u.Title)
	h.describeConstat(page, u, string(h.site.UpdateID(u.ID)))
	page.LinkedData = h.claimReview(page, u, data.Organisation)
	content := h.constatContent(page, u, data.Actor, data.Organisation)
	content.addFiles(data.Files)
	for _, r := range data.Replies {
		content.Replies = append(content.Replies, h.reply(r))
	}
	content.Versions = page.versions(u, data.Revisions)
	if extra := len(content.Versions) - versionsOnPage; extra > 0 {
		content.Versions, content.MoreVersions = content.Versions[:versionsOnPage], extra
	}
	content.CiteDate = page.Day(lastChange(data))
	page.Content = content
	return h.render("constat", http.StatusOK, page)
}

// lastChange is when the served version was made.
func lastChange(data *embraye.ConstatPage) time.Time {
	for _, r := range data.Revisions {
		if r.Number == data.Update.Revision {
			return r.CreatedAt
		}
	}
	return data.Update.PublishedAt
}

// versionPage shows the constat as one revision said it.
func (h *Handler) versionPage(v *view, data *embraye.VersionPage) (*answer, error) {
	u := data.Update
	current := u.Revision
	u.Content, u.Revision = data.Revision.Content, data.Revision.Number
	page := h.newPage(v, u.Title)
	h.describeConstat(page, &u, page.Canonical)
	page.Hidden = true // search engines keep to the constat itself
	content := h.constatContent(page, &u, data.Actor, data.Organisation)
	content.Version = &version{Page: page, Revision: data.Revision, Href: page.Path, Current: u.Revision == current}
	if data.Before != nil {
		content.Version.Diffs = page.diffs(data.Before.Content, data.Revision.Content)
	}
	content.CiteDate = page.Day(data.Revision.CreatedAt)
	page.Content = content
	return h.render("constat", http.StatusOK, page)
}

type versionsContent struct {
	Update   embraye.Update
	Actor    embraye.Actor
	Versions []version
}

// constatVersions lists what the constat ever said, with what each correction
// changed.
func (h *Handler) constatVersions(ctx context.Context, v *view) (*answer, error) {
	id, err := idOf(v.param("id"))
	if err != nil {
		return nil, err
	}
	data, err := h.pages.ConstatPage(ctx, id)
	if err != nil {
		return nil, err
	}
	u := &data.Update
	if u.Withdrawn() {
		return h.gonePage(v, *u.WithdrawnAt, u.WithdrawReason)
	}
	page := h.newPage(v, h.catalogue.T(v.lang, "versions.title", u.Title))
	page.Description = page.T("versions.description", u.Title)
	page.Image, page.Creator = string(h.site.UpdateID(id))+"/card.png", h.site.Mention(u.Actor)
	page.Content = versionsContent{Update: *u, Actor: data.Actor, Versions: page.versions(u, data.Revisions)}
	return h.render("versions", http.StatusOK, page)
}

func (h *Handler) describeConstat(page *htmlPage, u *embraye.Update, id string) {
	page.Title = page.T("constat.title", u.Title, page.MeasureName(u.Measure), page.MeasureTitle(u.Measure))
	page.Description, page.Type, page.Streams = page.T("constat.description", page.MeasureName(u.Measure), u.Summary), "article", id
	page.Canonical, page.Language, page.Creator = id, u.Language, h.site.Mention(u.Actor)
	page.Image = string(h.site.UpdateID(u.ID)) + "/card.png"
	page.Feed, page.FeedTitle = "/@"+u.Actor+"/feed", page.MeasureName(u.Measure)
}

func (h *Handler) constatContent(page *htmlPage, u *embraye.Update, actor, org embraye.Actor) *constatContent {
	c := &constatContent{
		Update: *u,
		// Markdown of our own people: raw HTML in it is shown as text (W29).
		HTML:       template.HTML(activitypub.MarkdownHTML(u.Text)),
		Actor:      actor,
		Answer:     page.Name("answer", u.Stage.Answer()),
		Timeliness: embraye.TimelinessOf(u.Stage, u.EffectiveDate, embraye.Date(h.rooms.App.Reference().Deadline)),
		CiteURL:    string(h.site.UpdateID(u.ID)) + "/versions/" + strconv.Itoa(u.Revision),
		React:      page.followBox("react.title", u.ID, ""),
	}
	c.Organisation = org
	c.Answer = page.Capital(c.Answer)
	for _, e := range u.Evidence {
		line := evidence{Evidence: e}
		if embraye.WebAddress(e.ArchivedAt) {
			line.Copy = e.ArchivedAt
		}
		if !embraye.WebAddress(e.Href) {
			line.Href = ""
		}
		c.Evidence = append(c.Evidence, line)
	}
	for _, id := range u.Lessons {
		for _, l := range h.rooms.App.Reference().Lessons {
			if l.ID == id {
				c.Lessons = append(c.Lessons, lesson{id, l.Text.In(page.Lang)})
			}
		}
	}
	for _, r := range u.RelatedTo {
		if embraye.WebAddress(r.Href) {
			c.Related = append(c.Related, relation{r.Rel, r.Href})
		}
	}
	c.collectCopies()
	return c
}

// addFiles joins the evidence with the files that we keep.
func (c *constatContent) addFiles(files []embraye.EvidenceFile) {
	for i := range c.Evidence {
		e := &c.Evidence[i]
		for j := range files {
			if !strings.HasSuffix(e.Href, "/fichiers/"+files[j].Name) {
				continue
			}
			e.File, e.Copy = &files[j], e.Href
			e.Picture = files[j].Width > 0
			e.SHA256, _, _ = strings.Cut(files[j].Name, ".")
		}
	}
	c.collectCopies()
}

func (c *constatContent) collectCopies() {
	c.Copies = nil
	for _, e := range c.Evidence {
		if e.Copy != "" && e.SHA256 != "" {
			c.Copies = append(c.Copies, e)
		}
	}
}

// versions are the revisions, newest first, each with what it changed.
func (p *htmlPage) versions(u *embraye.Update, revisions []embraye.Revision) []version {
	var list []version
	for i := len(revisions) - 1; i >= 0; i-- {
		r := revisions[i]
		v := version{Page: p, Revision: r, Href: "/constats/" + u.ID + "/versions/" + strconv.Itoa(r.Number), Current: r.Number == u.Revision}
		if i > 0 {
			v.Diffs = p.diffs(revisions[i-1].Content, r.Content)
		}
		list = append(list, v)
	}
	return list
}

// diffs compares what two versions say, field by field.
func (p *htmlPage) diffs(before, after embraye.Content) []fieldDiff {
	old, changed := p.readable(before), p.readable(after)
	var list []fieldDiff
	for i, field := range changed {
		if runs := diffWords(old[i].text, field.text); runs != nil {
			for i := range runs {
				if runs[i].Kind != "" { // the template puts the space outside of the mark
					runs[i].Text = strings.TrimSpace(runs[i].Text)
				}
			}
			list = append(list, fieldDiff{field.key, runs})
		}
	}
	return list
}

type readableField struct{ key, text string }

// readable is a content as words, in the order of the page.
func (p *htmlPage) readable(c embraye.Content) []readableField {
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

// gone is the content of the page of something withdrawn.
type gone struct {
	At     time.Time
	Reason string
}

// gonePage is 410 for people: when and why.
func (h *Handler) gonePage(v *view, at time.Time, reason string) (*answer, error) {
	page := h.newPage(v, h.catalogue.T(v.lang, "site.gone"))
	page.Hidden = true
	page.Content = gone{at, reason}
	return h.render("gone", http.StatusGone, page)
}
