package reviews

import (
	"html/template"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/markup"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// content is a review, or one version of it, as its page shows it.
type content struct {
	*embraye.ReviewPage
	Said     embraye.ReviewContent
	Reviewed int                     // the version of the constat
	State    string                  // a sentence
	Answer   template.HTML           // the author's
	Author   string                  // who wrote the constat
	Version  *embraye.ReviewRevision // set when one version is shown
}

func (h *Handler) reviewPage(v *answer.View, data *embraye.ReviewPage) (*answer.Answer, error) {
	r := &data.Review
	p := h.describe(v, r, r.ReviewContent)
	c := &content{ReviewPage: data, Said: r.ReviewContent, Reviewed: r.ReviewedRevision, State: p.T("review.state." + string(data.Response.State())), Author: authorName(data.Author)}
	if data.Response != nil {
		c.Answer = template.HTML(markup.Sanitize(data.Response.HTML))
	}
	p.Content = c
	return h.Frame.Render("review", http.StatusOK, p)
}

func (h *Handler) versionPage(v *answer.View, data *embraye.ReviewVersionPage) (*answer.Answer, error) {
	p := h.describe(v, &data.Review, data.Revision.ReviewContent)
	p.Hidden, p.Streams = true, p.Canonical
	about := &embraye.ReviewPage{Review: data.Review, Organisation: data.Organisation}
	p.Content = &content{ReviewPage: about, Said: data.Revision.ReviewContent, Reviewed: data.Revision.ReviewedRevision, Version: &data.Revision,
		Author: authorName(embraye.RemoteActor{URI: data.Review.ObjectActor, Host: data.Review.ObjectActor.Host()})}
	return h.Frame.Render("review", http.StatusOK, p)
}

func (h *Handler) describe(v *answer.View, r *embraye.Review, said embraye.ReviewContent) *page.Page {
	p := h.Frame.NewPage(v, h.Catalogue.T(v.Lang, "review.title", h.Catalogue.T(v.Lang, "review.act."+string(said.Verdict)), r.ObjectTitle))
	p.Description, p.Type, p.Streams, p.Language = said.Reason, "article", string(h.Site.ReviewID(r.ID)), r.Language
	p.Creator = h.Site.Mention(h.App.Organisation())
	if p.Published = r.PublishedAt; r.UpdatedAt != nil {
		p.Modified = *r.UpdatedAt
	}
	return p
}

// authorName is who wrote a constat, without tricks.
func authorName(a embraye.RemoteActor) string {
	if user := page.PlainName(a.Username); user != "" {
		return "@" + user + "@" + a.Host
	}
	return a.Host
}
