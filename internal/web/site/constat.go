package site

import (
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/markup"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
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
	Reviews      *page.Reviews
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
	Kept    *embraye.EvidenceCopy // of the page, made here
	Dead    bool
	Sizes   string // srcset: the smaller one for phones, and the whole; empty where there is none
}

// UncheckedPDF: we keep it as it came, and have only seen that it is one.
func (e evidence) UncheckedPDF() bool { return e.File != nil && e.File.MediaType == "application/pdf" }

// Name of the file in the command that checks it.
func (e evidence) FileName() string { return path.Base(e.Copy) }

// ConstatPage is a constat with all that belongs to it.
func (h *Handler) ConstatPage(v *answer.View, data *embraye.ConstatPage) (*answer.Answer, error) {
	u := &data.Update
	page := h.frame.NewPage(v, u.Title)
	describeConstat(page, u, string(h.site.UpdateID(u.ID)))
	offerEmbed(page)
	page.LinkedData = h.claimReview(page, u, data.Organisation) + breadcrumbs(page, crumb{page.MeasureTitle(u.Measure), page.Site.ActorPage(u.Actor)}, crumb{u.Title, page.Canonical})
	content := newConstatContent(page, u, data.Actor, data.Organisation)
	content.addFiles(data.Files)
	content.addCopies(data)
	content.Reviews = page.ReviewsOf(data.Reviews)
	for _, r := range data.Replies {
		content.Replies = append(content.Replies, newReply(r))
	}
	content.Versions = versions(page, u, data.Revisions)
	if extra := len(content.Versions) - versionsOnPage; extra > 0 {
		content.Versions, content.MoreVersions = content.Versions[:versionsOnPage], extra
	}
	content.CiteDate = page.Day(lastChange(data))
	page.Content = content
	return h.frame.Render("constat", http.StatusOK, page)
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

func describeConstat(page *page.Page, u *embraye.Update, id string) {
	page.Title = page.T("constat.title", u.Title, page.MeasureName(u.Measure), page.MeasureTitle(u.Measure))
	page.Description, page.Type, page.Streams = page.T("constat.description", page.MeasureName(u.Measure), u.Summary), "article", id
	if page.Published = u.PublishedAt; u.UpdatedAt != nil {
		page.Modified = *u.UpdatedAt
	}
	page.Canonical, page.Language, page.Creator = id, u.Language, page.Site.Mention(u.Actor)
	page.Image = string(page.Site.UpdateID(u.ID)) + "/card.png"
	page.Feed, page.FeedTitle = "/@"+u.Actor+"/feed", page.MeasureName(u.Measure)
}

func newConstatContent(page *page.Page, u *embraye.Update, actor, org embraye.Actor) *constatContent {
	c := &constatContent{
		Update: *u,
		// Markdown of our own people: raw HTML in it is shown as text (W29).
		HTML:       template.HTML(markup.Markdown(u.Text)),
		Actor:      actor,
		Answer:     page.Name("answer", u.Stage.Answer()),
		Timeliness: embraye.TimelinessOf(u.Stage, u.EffectiveDate, embraye.Date(page.Reference.Deadline)),
		CiteURL:    string(page.Site.UpdateID(u.ID)) + "/versions/" + strconv.Itoa(u.Revision),
		React:      newFollowBox(page, "react.title", u.ID, ""),
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
		for _, l := range page.Reference.Lessons {
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
	return c
}

// addFiles joins the evidence with the files that we keep.
func (c *constatContent) addFiles(list []embraye.EvidenceFile) {
	for i := range c.Evidence {
		e := &c.Evidence[i]
		for j := range list {
			kept := &list[j]
			if !strings.HasSuffix(embraye.PageOf(e.Href), "/fichiers/"+kept.Name) {
				continue
			}
			e.File, e.Copy = kept, e.Href
			e.Picture, e.Sizes = kept.Width > 0, sizes(kept)
			e.SHA256, _, _ = strings.Cut(kept.Name, ".")
		}
	}
	c.collectCopies()
}

// addCopies joins the evidence with the copies of its pages.
func (c *constatContent) addCopies(data *embraye.ConstatPage) {
	for i := range c.Evidence {
		e := &c.Evidence[i]
		page := embraye.PageOf(e.Evidence.Href)
		e.Dead = data.Dead[page]
		for j := range data.Copies {
			if data.Copies[j].Href == page {
				e.Kept = &data.Copies[j]
				if e.Copy == e.Kept.ArchivedAt {
					e.Copy = "" // told beside our copy
				}
			}
		}
	}
}

func sizes(f *embraye.EvidenceFile) string {
	if !files.Scales(f.MediaType, f.Width, files.Column) {
		return ""
	}
	return fmt.Sprintf("/fichiers/%d/%s %[1]dw, /fichiers/%[2]s %[3]dw", files.Column, f.Name, f.Width)
}

func (c *constatContent) collectCopies() {
	c.Copies = nil
	for _, e := range c.Evidence {
		if e.File != nil && e.SHA256 != "" {
			c.Copies = append(c.Copies, e)
		}
	}
}

// gone is the content of the page of something withdrawn.
type gone struct {
	At     time.Time
	Reason string
}

// GonePage is 410 for people: when and why.
func (h *Handler) GonePage(v *answer.View, at time.Time, reason string) (*answer.Answer, error) {
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "site.gone"))
	page.Hidden = true
	page.Content = gone{at, reason}
	return h.frame.Render("gone", http.StatusGone, page)
}
