package voices

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"embraye/internal/export"
	"embraye/internal/web/answer"
)

const typeCSV = "text/csv; charset=utf-8; header=present"

// source is whose open data these are.
func (h *Handler) source() export.Source {
	return export.Source{Site: h.Site, Reference: h.Reference, Version: h.Version}
}

// organisationsCSV is /donnees/organisations.csv.
func (h *Handler) organisationsCSV(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
	rows, err := h.source().Organisations(ctx, h.Pages)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := export.WriteOrganisations(&out, rows); err != nil {
		return nil, err
	}
	return answer.New(http.StatusOK, typeCSV, out.Bytes()), nil
}

// reviewData is /donnees/avis.csv and .json, written as it is read.
func (h *Handler) reviewData(open func(io.Writer) export.ReviewWriter) answer.Stream {
	return func(ctx context.Context, piece answer.Piece, w io.Writer) error {
		return h.source().Reviews(ctx, h.Pages, piece, open(w))
	}
}

// organisationsJSON is the same as a list of objects.
func (h *Handler) organisationsJSON(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
	rows, err := h.source().Organisations(ctx, h.Pages)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	return answer.New(http.StatusOK, answer.TypeJSON, body), nil
}

// organisationsTXT is /organisations.txt: the handles of the peers, one a line,
// as lists are read here too.
func (h *Handler) organisationsTXT(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
	handles, err := h.Pages.ListedPeers(ctx)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, handle := range handles {
		out.WriteString("@" + handle + "\n")
	}
	return answer.New(http.StatusOK, answer.TypeText, out.Bytes()), nil
}
