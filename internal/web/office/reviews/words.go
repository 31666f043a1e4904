package reviews

import (
	"cmp"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web/office"
	"embraye/internal/web/page"
)

// verdicts are the four, in their order.
func verdicts() []string {
	var list []string
	for _, v := range embraye.Verdicts() {
		list = append(list, string(v))
	}
	return list
}

// reviewStates lists the states of the list of what was received.
func reviewStates(p *office.Page, chosen embraye.ReplyState) []office.Option {
	return p.Form.Options("office.review_state", cmp.Or(string(chosen), "all"), []string{"pending", "shown", "hidden", "all"})
}

// spareRows is how many rows for evidence are free: what is filled in is saved
// with any button, and there are free ones again.
const spareRows = 2

// sources are the rows of evidence: what there is, and room for more.
func sources(list []embraye.Evidence) []embraye.Evidence {
	return append(append([]embraye.Evidence{}, list...), make([]embraye.Evidence, spareRows)...)
}

// A row is one piece of evidence on a form.
type row struct {
	Page *office.Page
	N    int
	embraye.Evidence
}

func rowOf(p *office.Page, n int, e embraye.Evidence) row { return row{p, n, e} }

// Error is what is wrong with the row.
func (r row) Error() string {
	if r.Href == "" && r.Name == "" {
		return ""
	}
	for _, problem := range r.Page.Form.Problems {
		if r.Href == "" && problem.Field == "evidence" && problem.Code == "bad_url" && problem.Value == "" {
			return r.Page.Form.Sentence(problem)
		}
	}
	return cmp.Or(r.Page.Form.PartError("evidence", r.Href), r.Page.Form.PartError("evidence_name", r.Name), r.Page.Form.PartError("evidence_consulted", string(r.Consulted)))
}

// speaker is how a peer is called.
func speaker(p embraye.Peer) string { return cmp.Or(page.PlainName(p.Name), p.Host) }

// writer is how the author of a review is called.
func writer(l embraye.ReviewLine) string {
	return cmp.Or(page.PlainName(l.Author.Name), page.PlainName(l.Author.Username), l.Author.Host)
}

// act is « Conteste », for the beginning of a line.
func act(p *office.Page, v embraye.Verdict) string {
	if v == "" {
		return p.T("office.reviews.no_verdict")
	}
	return p.Capital(p.T("review.act." + string(v)))
}

// moment is an hour as a browser's field wants it.
func moment(p *office.Page, at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.In(p.Zone).Format(office.MomentLayout)
}

// A queue is a part of the list of what is to be read.
type queue struct {
	Page *office.Page
	List []embraye.ToRead
}

func queueOf(p *office.Page, list []embraye.ToRead) queue { return queue{p, list} }

// A told is what a review says, without a form.
type told struct {
	Page *office.Page
	Said embraye.ReviewContent
}

func toldOf(p *office.Page, said embraye.ReviewContent) told { return told{p, said} }
