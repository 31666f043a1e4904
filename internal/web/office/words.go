package office

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/markup"
	"embraye/internal/web/page"
)

// clean is a stranger's text, sanitised when it came and once more here.
func clean(html string) template.HTML {
	return template.HTML(markup.Sanitize(html))
}

// codes are the codes of a closed list.
func codes[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// Closed lists of the forms.
func stages() []string { return codes(embraye.Stages()) }

func subjects() []string { return codes(embraye.Subjects()) }

func confidences() []string { return codes(embraye.Confidences()) }

func institutionKinds() []string { return codes(embraye.InstitutionKinds()) }

func revisionKinds() []string { return codes(embraye.RevisionKinds()) }

// Roles are those that a person may have.
func Roles() []string { return codes(embraye.Roles()) }

func licences() []string { return embraye.Licences() }

func pageLanguages() []string { return locale.Languages() }

// lines is a list as lines of a text.
func lines(list []string) string { return strings.Join(list, "\n") }

// includes reports whether a list has a value.
func includes(list []string, value string) bool { return slices.Contains(list, value) }

// Weight is the size of a file for people.
func (p *Page) Weight(bytes int64) string { return weight(&p.Page, bytes) }

// weight writes a size in kB, or in MB with one decimal unless they are whole.
func weight(p *page.Page, bytes int64) string {
	if bytes < 1<<20 {
		return p.T("office.kilobytes", p.Number(int(max(1, (bytes+512)>>10))))
	}
	digits := strings.TrimSuffix(strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64), ".0")
	return p.T("office.megabytes", strings.ReplaceAll(digits, ".", p.T("office.decimal")))
}

// draftTitle names a draft that may have no title yet.
func draftTitle(p *Page, d embraye.Draft) string {
	switch {
	case d.Title == "":
		return p.T("office.untitled")
	case d.OfReview():
		return p.T("office.review_of", d.Title)
	}
	return d.Title
}

// draftPlace is the measure and the place of a draft, as far as they are known.
func draftPlace(p *Page, d embraye.Draft) string {
	var parts []string
	if d.Measure != "" {
		parts = append(parts, p.MeasureTitle(d.Measure))
	}
	if d.Territory != "" {
		parts = append(parts, p.Place(d.Scope))
	}
	return strings.Join(parts, " · ")
}

// waiting reports whether anything waits for the reader.
func waiting(p *Page, s *startPage) bool {
	return s.Clock != nil || len(s.Drafts)+len(s.InReview)+len(s.Asked)+len(s.ForReview)+len(s.Scheduled)+len(s.Failed)+len(s.Reset)+len(s.NotMailed)+len(s.DeadLinks)+s.Changed+s.Moved+len(s.Unread)+s.Replies+s.Reviews+s.Reports+s.FailingHosts+s.PeersChanged+s.PeersAsking > 0 ||
		len(s.LegalMissing) > 0 && p.May("admin")
}

// whyNot says in words why there is no copy, or not yet.
func whyNot(p *Page, failure string) string {
	if strings.Trim(failure, "0123456789") == "" {
		return p.T("office.copy_failure.status", failure)
	}
	return p.T("office.copy_failure." + failure)
}

// replyState names the state of a reply; what could never be shown is filed,
// not hidden.
func replyState(p *Page, r embraye.Reply) string {
	if r.State == embraye.ReplyHidden && !r.Showable() {
		return p.T("office.reply_state.filed")
	}
	return p.T("office.reply_state." + string(r.State))
}

// A wayPart is how far a constat has come.
type wayPart struct {
	Page   *Page
	Report *embraye.DeliveryReport
}

// way hands a delivery report to a part.
func way(p *Page, report *embraye.DeliveryReport) wayPart { return wayPart{p, report} }

// draftSteps says what becomes of a draft: whom it waits for, or when it leaves.
func draftSteps(p *Page, names map[int64]string, d embraye.Draft) string {
	switch {
	case d.State == embraye.DraftInReview && names[d.Reviewer] != "":
		return p.T("office.list.waits_for", names[d.Reviewer])
	case d.State == embraye.DraftInReview:
		return p.T("office.list.waits_for_anybody")
	case d.State == embraye.DraftScheduled && d.ScheduledAt != nil:
		return p.T("office.leaves_on", p.Minute(*d.ScheduledAt))
	}
	return ""
}
