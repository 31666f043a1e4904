package export

import (
	"io"
	"strconv"
	"strings"

	"embraye/internal/embraye"
)

// Review is one line of the open data about reviews, ours and those of others
// that readers see here. Moments are in RFC 3339, UTC; what is not known is
// empty.
type Review struct {
	ID             string     `json:"id"`
	Page           string     `json:"page"`
	Account        string     `json:"account"`
	Organisation   string     `json:"organisation"`
	Here           bool       `json:"here"`
	Constat        string     `json:"constat"`
	ConstatPage    string     `json:"constat_page"`
	ConstatVersion int        `json:"constat_version"`
	ConstatRevised bool       `json:"constat_revised"`
	Verdict        string     `json:"verdict"`
	Reason         string     `json:"reason"`
	Evidence       []Evidence `json:"evidence"`
	Published      string     `json:"published"`
	Updated        string     `json:"updated"`
	State          string     `json:"state"`
	Answer         string     `json:"answer"`
	Answered       string     `json:"answered"`
	IntegratedBy   string     `json:"integrated_by"`
	Licence        string     `json:"licence"`
	Language       string     `json:"language"`
}

// ReviewColumns are the names of the columns, in their order; each is explained
// in the catalogue under data.review.NAME.
func ReviewColumns() []string {
	return []string{"id", "page", "account", "organisation", "here", "constat", "constat_page", "constat_version", "constat_revised", "verdict", "reason",
		"evidence", "published", "updated", "state", "answer", "answered", "integrated_by", "licence", "language"}
}

// fill writes the cells of a line, in the order of ReviewColumns.
func (r *Review) fill(line []string) {
	evidence := make([]string, len(r.Evidence))
	for i, e := range r.Evidence {
		evidence[i] = e.Address
	}
	copy(line, []string{r.ID, r.Page, r.Account, r.Organisation, strconv.FormatBool(r.Here), r.Constat, r.ConstatPage, strconv.Itoa(r.ConstatVersion),
		strconv.FormatBool(r.ConstatRevised), r.Verdict, r.Reason, strings.Join(evidence, " "), r.Published, r.Updated, r.State, r.Answer, r.Answered, r.IntegratedBy,
		r.Licence, r.Language})
}

// A ReviewWriter writes reviews as they come.
type ReviewWriter = writer[Review]

// NewReviewsCSV writes avis.csv, as NewCSV writes constats.csv.
func NewReviewsCSV(w io.Writer) ReviewWriter {
	return newCSVOf(w, ',', ReviewColumns(), (*Review).fill)
}

// NewReviewsJSON writes the same as a list of objects.
func NewReviewsJSON(w io.Writer) ReviewWriter { return newJSONOf[Review](w) }

// Reviews are the rows of reviews; organisation is ours.
func Reviews(site embraye.Site, organisation embraye.Actor, lines []embraye.ReviewLine) []Review {
	rows := make([]Review, len(lines))
	for i := range lines {
		l := &lines[i]
		row := Review{ID: string(l.URI), Page: l.Page, Account: string(l.Actor), Organisation: l.Author.Name, Here: l.Ours, Constat: string(l.Object),
			ConstatVersion: l.ReviewedRevision, ConstatRevised: l.Older, Verdict: string(l.Verdict), Reason: l.Reason, Evidence: evidenceRows(l.Evidence),
			Published: moment(l.PublishedAt), Updated: optional(l.UpdatedAt), State: string(l.Response.State()), Licence: l.Licence, Language: l.Language}
		if l.Ours {
			row.Account, row.Organisation = string(site.ActorID(organisation.Handle)), organisation.Name
		}
		if l.Subject != nil {
			row.ConstatPage = site.Base + l.Subject.Path
		}
		if a := l.Response; a != nil {
			row.Answer, row.Answered, row.IntegratedBy = string(a.Note), optional(a.AnsweredAt), string(a.IntegratedBy)
		}
		rows[i] = row
	}
	return rows
}

func evidenceRows(list []embraye.Evidence) []Evidence {
	rows := make([]Evidence, len(list))
	for i, e := range list {
		rows[i] = evidenceRow(e)
	}
	return rows
}
