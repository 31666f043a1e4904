package open

import (
	"context"
	"net/http"

	"embraye/internal/export"
	"embraye/internal/web/answer"
)

// described answers with a description of the open data, in the language of the
// instance.
func (h *Handler) described(contentType string, write func(export.About) ([]byte, error)) answer.Builder {
	return func(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
		about, err := h.source().About(ctx, h.pages)
		if err != nil {
			return nil, err
		}
		body, err := write(about)
		if err != nil {
			return nil, err
		}
		return answer.New(http.StatusOK, contentType, body).Bare().With("Access-Control-Allow-Origin", "*"), nil
	}
}

// source is whose open data these are.
func (h *Handler) source() export.Source {
	return export.Source{Site: h.site, Reference: h.app.Reference(), Territories: h.app.Wire().Territories, Catalogue: h.catalogue, Language: h.language}
}
