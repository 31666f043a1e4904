package open

import (
	"context"
	"io"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/answer"
)

// A dataFormat is one of the ways to write all constats, one row per version.
type dataFormat struct {
	name, contentType string
	open              func(io.Writer) export.Writer
}

func dataFormats() []dataFormat {
	const csv = "text/csv; charset=utf-8; header=present"
	return []dataFormat{{"constats.csv", csv, export.NewCSV}, {"constats-tableur.csv", csv, export.NewSpreadsheet},
		{"constats.json", answer.TypeJSON, export.NewJSON}}
}

// pieceOfData is how many constats are in memory at a time.
const pieceOfData = 100

// dataFile writes the open data as it is read: however much there is, it takes
// the memory of one piece.
func (h *Handler) dataFile(format dataFormat) http.HandlerFunc {
	return h.answers.Stream(format.contentType, func(ctx context.Context, piece answer.Piece, w io.Writer) error {
		out := format.open(w)
		var damaged []string
		for after := ""; ; {
			var data *embraye.DataPage
			err := piece(ctx, func(ctx context.Context) (err error) {
				data, err = h.pages.DataPage(ctx, after, pieceOfData)
				return err
			})
			if err != nil {
				return err
			}
			if len(data.Updates) == 0 {
				return out.Close()
			}
			if after == "" {
				damaged = data.Damaged
			}
			rows := export.Rows(h.site, h.app.Reference(), h.app.Wire().Territories, data.Updates, data.Revisions)
			export.MarkDamaged(rows, damaged)
			if err := out.Write(rows); err != nil {
				return err
			}
			after = data.Updates[len(data.Updates)-1].ID
		}
	})
}
