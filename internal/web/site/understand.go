package site

import (
	"context"
	"net/http"
	"strings"

	"embraye/configs"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
)

type understandContent struct {
	Lessons  []lesson
	Stages   []embraye.Stage
	Terms    []string // keys of the glossary
	Deadline string
	Source   string
}

// glossary are the words of the source text that the page explains; each is a
// pair of keys term.NAME and term.NAME.means.
var glossary = []string{"commons", "negative_commons", "ppc", "enclosure", "open_governance", "open", "ess", "frugality", "sovereignty",
	"mediation", "rights", "ami", "federation", "measure", "constat", "scope", "evidence"}

// understand is /comprendre: scale, method, lessons, glossary.
func (h *Handler) understand(_ context.Context, v *answer.View) (*answer.Answer, error) {
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "understand.title"))
	page.Description = page.T("understand.lede")
	reference := h.rooms.App.Reference()
	content := understandContent{Stages: page.Stages(), Terms: glossary, Deadline: page.Date(embraye.Date(reference.Deadline)), Source: reference.Source}
	for _, l := range reference.Lessons {
		content.Lessons = append(content.Lessons, lesson{l.ID, l.Text.In(v.Lang)})
	}
	page.Content = content
	return h.frame.Render("understand", http.StatusOK, page)
}

type memoireContent struct {
	configs.Memoire
	Source  string
	Licence string
}

// memoire is the whole text that the measures come from, its paragraphs
// numbered so that a constat can point at one. An instance that follows another
// text does not have it.
func (h *Handler) memoire(_ context.Context, v *answer.View) (*answer.Answer, error) {
	reference := h.rooms.App.Reference()
	if !strings.HasPrefix(reference.ID, "memoire-covid19") {
		return nil, embraye.ErrNotFound
	}
	text, err := configs.ReadMemoire()
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, locale.Typography(v.Lang, reference.Name.In(v.Lang)))
	page.Description, page.Type = page.T("memoire.description"), "article"
	page.Content = memoireContent{Memoire: text, Source: reference.Source, Licence: reference.Licence}
	return h.frame.Render("memoire", http.StatusOK, page)
}
