package voices

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/web/answer"
)

// organisationRow is one line of the open data about organisations.
type organisationRow struct {
	Account     string   `json:"account"`
	Name        string   `json:"name"`
	Host        string   `json:"host"`
	Page        string   `json:"page"`
	Here        bool     `json:"here"`
	Constats    int      `json:"constats"`
	Gathered    bool     `json:"gathered"`
	Software    string   `json:"software"`
	Version     string   `json:"version"`
	Reference   []string `json:"reference"`
	Since       string   `json:"since"`
	LastNews    string   `json:"last_news"`
	SilentSince string   `json:"silent_since"`
}

// organisationColumns are the names of the columns, in their order; each is
// explained under data.organisation.NAME.
func organisationColumns() []string {
	return []string{"account", "name", "host", "page", "here", "constats", "gathered", "software", "version", "reference", "since", "last_news", "silent_since"}
}

func (r *organisationRow) cells() []string {
	return []string{r.Account, r.Name, r.Host, r.Page, strconv.FormatBool(r.Here), strconv.Itoa(r.Constats), strconv.FormatBool(r.Gathered),
		r.Software, r.Version, strings.Join(r.Reference, " "), r.Since, r.LastNews, r.SilentSince}
}

// organisationRows is ours, then the peers.
func (h *Handler) organisationRows(ctx context.Context) ([]organisationRow, error) {
	data, err := h.Pages.OrganisationsPage(ctx)
	if err != nil {
		return nil, err
	}
	ours := data.Organisation
	rows := []organisationRow{{Account: string(h.Site.ActorID(ours.Handle)), Name: ours.Name, Host: embraye.IRI(h.Site.Base).Host(),
		Page: h.Site.ActorPage(ours.Handle), Here: true, Constats: data.Count, Gathered: true, Software: "embraye", Version: h.Version,
		Reference: []string{h.Reference.IRI}, Since: moment(&ours.CreatedAt)}}
	for _, p := range data.Peers {
		row := organisationRow{Account: string(p.Peer.Organisation), Name: p.Peer.Name, Host: p.Peer.Host, Page: h.Site.Base + "/organisations/" + p.Peer.Host,
			Constats: p.Constats, Gathered: p.Peer.Gather, Software: p.Peer.Software, Version: p.Peer.SoftwareVersion, Reference: []string{},
			Since: moment(&p.Peer.CreatedAt), LastNews: moment(p.Peer.LastNewsAt), SilentSince: moment(p.Peer.SilentSince)}
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

// organisationsCSV is /donnees/organisations.csv: RFC 4180, cells that a
// spreadsheet will not run.
func (h *Handler) organisationsCSV(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
	rows, err := h.organisationRows(ctx)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	lines := [][]string{organisationColumns()}
	for i := range rows {
		line := rows[i].cells()
		for n := range line {
			line[n] = export.CSVCell(line[n])
		}
		lines = append(lines, line)
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, err
	}
	return answer.New(http.StatusOK, "text/csv; charset=utf-8; header=present", out.Bytes()), nil
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
