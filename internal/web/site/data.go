package site

import (
	"context"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/answer"
)

type dataContent struct {
	*embraye.DataCensus
	Columns []export.Column
}

// data is /donnees: the open data and what each column means.
func (h *Handler) data(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	census, err := h.pages.DataCensus(ctx)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "data.title"))
	page.Description = page.T("data.lede")
	page.Content = dataContent{census, export.Columns(h.catalogue, v.Lang)}
	return h.frame.Render("data", http.StatusOK, page)
}
