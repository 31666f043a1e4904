package open

import (
	"context"
	"io"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
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

// pieceOfData is how many copies are in memory at a time.
const pieceOfData = 100

// dataFile writes the open data as it is read: however much there is, it takes
// the memory of one piece. ?de= chooses whose constats: ours without it, all, or
// those of one peer.
func (h *Handler) dataFile(format dataFormat) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		by, err := page.Whose(h.site, r.URL.Query().Get("de"))
		if err != nil {
			h.answers.Fail(w, r, err)
			return
		}
		h.answers.Stream(format.contentType, func(ctx context.Context, piece answer.Piece, w io.Writer) error {
			out := format.open(w)
			if by == "" || by == embraye.EveryOrganisation {
				if err := h.source().Constats(ctx, h.pages, piece, out); err != nil {
					return err
				}
			}
			if by != "" {
				if err := h.peersData(ctx, piece, out, by); err != nil {
					return err
				}
			}
			return out.Close()
		})(w, r)
	}
}

// peersData writes our copies of peers' constats.
func (h *Handler) peersData(ctx context.Context, piece answer.Piece, out export.Writer, by string) error {
	for after := int64(0); ; {
		var copies []embraye.PeerCopy
		err := piece(ctx, func(ctx context.Context) (err error) {
			copies, err = h.pages.DataCopies(ctx, by, after, pieceOfData)
			return err
		})
		if err != nil || len(copies) == 0 {
			return err
		}
		if err := out.Write(export.CopyRows(h.site, h.app.Reference(), h.app.Wire().Territories, copies)); err != nil {
			return err
		}
		after = copies[len(copies)-1].PeerUpdate.ID
	}
}
