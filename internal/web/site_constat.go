package web

import (
	"html/template"
	"net/http"
	"strconv"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// constatContent is a constat, or one version of it, as a page shows it.
type constatContent struct {
	Update       embraye.Update
	Text         template.HTML // the long text, made from Markdown
	Measure      string
	MeasureHref  string
	Organisation string
	OrgHref      string
	Versions     []versionLine
	Version      *embraye.Revision // set when an earlier version is shown
	Current      string            // address of the constat as it is now
}

type versionLine struct {
	Number int
	Kind   embraye.RevisionKind
	Reason string
	At     time.Time
	Href   string
}

func (h *Handler) constatPage(v *view, data *embraye.ConstatPage) (*answer, error) {
	u := &data.Update
	page := h.newPage(v, u.Title)
	h.describeConstat(page, u, string(h.site.UpdateID(u.ID)))
	content := h.constatContent(v, u, data.Actor, data.Organisation)
	for _, r := range data.Revisions {
		content.Versions = append(content.Versions, versionLine{r.Number, r.Kind, r.Reason, r.CreatedAt,
			string(h.site.UpdateID(u.ID)) + "/versions/" + strconv.Itoa(r.Number)})
	}
	page.Content, page.Publisher = content, data.Organisation.Name
	return h.render("constat", http.StatusOK, page)
}

// versionPage shows the constat as one revision said it.
func (h *Handler) versionPage(v *view, data *embraye.VersionPage) (*answer, error) {
	u := data.Update
	u.Content, u.Revision = data.Revision.Content, data.Revision.Number
	page := h.newPage(v, u.Title)
	h.describeConstat(page, &u, page.Canonical)
	page.Hidden = true // search engines keep to the constat itself
	content := h.constatContent(v, &u, data.Actor, data.Organisation)
	content.Version = &data.Revision
	page.Content, page.Publisher = content, data.Organisation.Name
	return h.render("constat", http.StatusOK, page)
}

func (h *Handler) describeConstat(page *htmlPage, u *embraye.Update, id string) {
	page.Description, page.Type, page.Streams = u.Summary, "article", id
	page.Canonical, page.Language = id, u.Language
	page.Image, page.Creator = string(h.site.Icon(u.Actor)), h.site.Mention(u.Actor)
}

func (h *Handler) constatContent(v *view, u *embraye.Update, actor, org embraye.Actor) constatContent {
	return constatContent{
		Update: *u,
		// Made and sanitised by activitypub: what editors wrote is Markdown.
		Text:         template.HTML(activitypub.MarkdownHTML(u.Text)),
		Measure:      h.measureTitle(actor, v.lang),
		MeasureHref:  h.site.ActorPage(actor.Handle),
		Organisation: org.Name,
		OrgHref:      h.site.ActorPage(org.Handle),
		Current:      string(h.site.UpdateID(u.ID)),
	}
}
