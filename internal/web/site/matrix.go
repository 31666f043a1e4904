package site

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

type matrixContent struct {
	Subject  embraye.Subject
	Sides    []matrixSide
	Measures []placeLink
	Rows     []matrixRow
}

// A matrixSide leads to what one of the two subjects did.
type matrixSide struct {
	Subject embraye.Subject
	Href    string
	Here    bool
}

// A matrixRow is one territory in words: « Engagé : mesures 2 et 5. »
type matrixRow struct {
	Code, Name string
	Stages     []matrixStage // empty: nobody looked
}

type matrixStage struct {
	Stage    embraye.Stage
	Measures string // « mesures 2, 5 »
}

// matrix is /territoires: what one subject did, territory by territory.
func (h *Handler) matrix(w http.ResponseWriter, r *http.Request) {
	subject := embraye.Subject(cmp.Or(r.URL.Query().Get("sujet"), string(embraye.BySubjectInstitution)))
	if !slices.Contains(embraye.Subjects(), subject) {
		h.answers.Fail(w, r, embraye.ErrInvalid)
		return
	}
	h.answers.ServeQuery(answer.PageOnly, sideQuery(subject), func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
		return h.matrixPage(ctx, v, subject)
	})(w, r)
}

// sideQuery names a subject in an address; institutions come first and need none.
func sideQuery(subject embraye.Subject) string {
	if subject == embraye.BySubjectInstitution {
		return ""
	}
	return url.Values{"sujet": {string(subject)}}.Encode()
}

func (h *Handler) matrixPage(ctx context.Context, v *answer.View, subject embraye.Subject) (*answer.Answer, error) {
	data, err := h.pages.MatrixPage(ctx)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "matrix.title"))
	page.Description = page.T("matrix.lede")
	page.Feed, page.FeedTitle = "/feed", page.T("feed.all")
	content := matrixContent{Subject: subject}
	for _, side := range embraye.Subjects() {
		href := "/territoires"
		if query := sideQuery(side); query != "" {
			href += "?" + query
		}
		content.Sides = append(content.Sides, matrixSide{side, href, side == subject})
	}
	for _, m := range data.Measures {
		content.Measures = append(content.Measures, placeLink{page.Actor(m.Handle), page.MeasureTitle(m.Measure)})
	}
	for _, code := range matrixPlaces(page, data.States) {
		content.Rows = append(content.Rows, matrixRow{code, page.Territory(code), matrixStages(page, data, subject, code)})
	}
	page.Content = content
	return h.frame.Render("matrix", http.StatusOK, page)
}

// matrixPlaces are the wide places that somebody spoke of, then all regions.
func matrixPlaces(p *page.Page, states []embraye.Standing) []string {
	var codes []string
	for _, wide := range []string{"world", "EU", "FR"} {
		if slices.ContainsFunc(states, func(u embraye.Standing) bool { return u.Territory == wide }) || wide == "FR" {
			codes = append(codes, wide)
		}
	}
	for _, r := range p.Territories.Regions() {
		codes = append(codes, r.Code)
	}
	return codes
}

// matrixStages are the stages that measures have in one place, each with its
// measures; several institutions can put one measure under several stages.
func matrixStages(p *page.Page, data *embraye.MatrixPage, subject embraye.Subject, code string) []matrixStage {
	var stages []matrixStage
	for _, stage := range embraye.DisplayStages() {
		var names []string
		for _, m := range data.Measures {
			if slices.ContainsFunc(data.States, func(u embraye.Standing) bool {
				return u.Measure == m.Measure && u.Subject == subject && u.Territory == code && u.Stage == stage
			}) {
				names = append(names, cmp.Or(p.MeasureNumber(m.Measure), p.MeasureTitle(m.Measure)))
			}
		}
		switch len(names) {
		case 0:
		case 1:
			stages = append(stages, matrixStage{stage, p.T("matrix.measure_named", names[0])})
		default:
			stages = append(stages, matrixStage{stage, p.T("matrix.measures_named", strings.Join(names, ", "))})
		}
	}
	return stages
}
