package export

import (
	"io"
	"strconv"
	"strings"
)

// Organisation is one line of the open data about organisations. Moments are in
// RFC 3339, UTC; what is not known is empty.
type Organisation struct {
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
	Signatory   string   `json:"signatory"`
	Proof       string   `json:"signatory_proof"`
}

// OrganisationColumns are the names of the columns, in their order; each is
// explained in the catalogue under data.organisation.NAME.
func OrganisationColumns() []string {
	return []string{"account", "name", "host", "page", "here", "constats", "gathered", "software", "version", "reference", "since", "last_news", "silent_since", "signatory", "signatory_proof"}
}

// fill writes the cells of a line, in the order of OrganisationColumns.
func (o *Organisation) fill(line []string) {
	copy(line, []string{o.Account, o.Name, o.Host, o.Page, strconv.FormatBool(o.Here), strconv.Itoa(o.Constats), strconv.FormatBool(o.Gathered),
		o.Software, o.Version, strings.Join(o.Reference, " "), o.Since, o.LastNews, o.SilentSince, o.Signatory, o.Proof})
}

// WriteOrganisations writes organisations.csv, as NewCSV writes constats.csv.
func WriteOrganisations(w io.Writer, rows []Organisation) error {
	return newCSVOf(w, ',', OrganisationColumns(), (*Organisation).fill).Write(rows)
}
