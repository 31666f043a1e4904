package site

import (
	"html"
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

type noteContent struct {
	*embraye.NotePage
	HTML        template.HTML
	Measure     string
	MeasureHref string
	Constat     string // title
	ConstatHref string
}

// NotePage shows one of our other Notes, with the way to its constat.
func (h *Handler) NotePage(v *answer.View, data *embraye.NotePage) (*answer.Answer, error) {
	n := &data.Note
	name := data.Actor.Name
	if data.Actor.Kind == embraye.MeasureActor {
		name = page.MeasureTitle(h.rooms.App.Reference(), data.Actor, v.Lang)
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "site.note_"+string(n.Kind), name))
	page.Type, page.Streams, page.Language = "article", string(h.site.NoteID(n.ID)), n.Language
	page.Canonical, page.Creator = page.Streams, h.site.Mention(n.Actor)
	page.Image, page.Description = h.site.ActorPage(n.Actor)+"/card.png", excerpt(n.HTML, 200)
	content := noteContent{
		NotePage: data,
		// Our own markup, stored as it was sent.
		HTML:        template.HTML(n.HTML),
		Measure:     name,
		MeasureHref: h.site.ActorPage(n.Actor),
	}
	if u := data.Update; u != nil && !u.Withdrawn() {
		content.Constat, content.ConstatHref = u.Title, string(h.site.UpdateID(u.ID))
	}
	page.Content = content
	return h.frame.Render("note", http.StatusOK, page)
}

var tags = regexp.MustCompile(`<[^>]*>`)

// excerpt is the beginning of our own markup as plain text.
func excerpt(markup string, most int) string {
	text := []rune(strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(markup, " "))), " "))
	if len(text) > most {
		return strings.TrimSpace(string(text[:most-1])) + "…"
	}
	return string(text)
}
