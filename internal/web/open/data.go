package open

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"embraye/internal/export"
	"embraye/internal/web/answer"
)

// dataFile writes all constats, one row per version.
func (h *Handler) dataFile(contentType string, write func(io.Writer, []export.Row) error) answer.Builder {
	return func(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
		data, err := h.pages.DataPage(ctx)
		if err != nil {
			return nil, err
		}
		rows := export.Rows(h.site, h.app.Reference(), h.app.Wire().Territories, data.Updates, data.Revisions)
		export.MarkDamaged(rows, data.Damaged)
		var out bytes.Buffer
		if err := write(&out, rows); err != nil {
			return nil, fmt.Errorf("web: open data: %w", err)
		}
		a := answer.New(http.StatusOK, contentType, out.Bytes()).Bare()
		return a.With("Access-Control-Allow-Origin", "*"), nil // anybody may read it from a page of theirs
	}
}
