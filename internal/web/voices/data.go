package voices

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/answer"
)

const typeCSV = "text/csv; charset=utf-8; header=present"

// organisationRows is ours, then the peers.
func (h *Handler) organisationRows(ctx context.Context) ([]export.Organisation, error) {
	data, err := h.Pages.OrganisationsPage(ctx)
	if err != nil {
		return nil, err
	}
	ours := data.Organisation
	rows := []export.Organisation{{Account: string(h.Site.ActorID(ours.Handle)), Name: ours.Name, Host: embraye.IRI(h.Site.Base).Host(),
		Page: h.Site.ActorPage(ours.Handle), Here: true, Constats: data.Count, Gathered: true, Software: "embraye", Version: h.Version,
		Reference: []string{h.Reference.IRI}, Since: moment(&ours.CreatedAt), Signatory: data.Signatory.State(), Proof: data.Signatory.Proof()}}
	for _, p := range data.Peers {
		row := export.Organisation{Account: string(p.Peer.Organisation), Name: p.Peer.Name, Host: p.Peer.Host, Page: h.Site.Base + "/organisations/" + p.Peer.Host,
			Constats: p.Constats, Gathered: p.Peer.Gather, Software: p.Peer.Software, Version: p.Peer.SoftwareVersion, Reference: []string{},
			Since: moment(&p.Peer.CreatedAt), LastNews: moment(p.Peer.LastNewsAt), SilentSince: moment(p.Peer.SilentSince),
			Signatory: p.Signatory.State(), Proof: p.Signatory.Proof()}
		if p.Peer.Known != nil && p.Peer.Known.Reference != nil {
			row.Reference = p.Peer.Known.Reference
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// organisationsCSV is /donnees/organisations.csv.
func (h *Handler) organisationsCSV(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
	rows, err := h.organisationRows(ctx)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := export.WriteOrganisations(&out, rows); err != nil {
		return nil, err
	}
	return answer.New(http.StatusOK, typeCSV, out.Bytes()), nil
}

// pieceOfReviews is how many reviews are in memory at a time.
const pieceOfReviews = 200

// reviewData is /donnees/avis.csv and .json, written as it is read.
func (h *Handler) reviewData(open func(io.Writer) export.ReviewWriter) answer.Stream {
	return func(ctx context.Context, piece answer.Piece, w io.Writer) error {
		out, after := open(w), &embraye.ReviewsAfter{}
		for after != nil {
			var data *embraye.ReviewData
			err := piece(ctx, func(ctx context.Context) (err error) {
				data, err = h.Pages.ReviewData(ctx, *after, pieceOfReviews)
				return err
			})
			if err != nil {
				return err
			}
			if err := out.Write(export.Reviews(h.Site, data.Organisation, data.Lines)); err != nil {
				return err
			}
			after = data.Next
		}
		return out.Close()
	}
}

// organisationsJSON is the same as a list of objects.
func (h *Handler) organisationsJSON(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
	rows, err := h.organisationRows(ctx)
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
