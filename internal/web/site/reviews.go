package site

import (
	"html/template"
	"strings"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/web/page"
)

// Reviews is what other organisations say of a constat, in words: how many say
// what, then each with its reasons and what the author answered.
type Reviews struct {
	Page  *page.Page // for its words
	Tally string
	List  []review
}

// A review as a page shows it. Its texts are plain; of answers the HTML was
// sanitised when it came in, and is again here.
type review struct {
	embraye.ShownReview
	Name       string // of the organisation, without tricks
	Handle     string
	State      string
	Answer     template.HTML
	AnswerHref string
	AnsweredAt *time.Time
}

// NewReviews makes the part of a page that shows reviews; nil without any.
func NewReviews(p *page.Page, list []embraye.ShownReview) *Reviews {
	if len(list) == 0 {
		return nil
	}
	part := &Reviews{Page: p, Tally: tally(p, embraye.Tally(list))}
	for _, r := range list {
		shown := review{ShownReview: r, Name: page.PlainName(r.Author.Name), Handle: r.Author.Host, State: p.T("review.state." + string(r.Response.State()))}
		if user := page.PlainName(r.Author.Username); user != "" {
			shown.Handle = "@" + user + "@" + r.Author.Host
		}
		if r.Ours {
			shown.Name, shown.Handle = p.Publisher(), p.Site.Mention(p.Frame.Organisation.Handle)
		}
		if a := r.Response; a != nil && a.Note != "" {
			shown.Answer, shown.AnsweredAt, shown.AnswerHref = template.HTML(activitypub.SanitizeHTML(a.HTML)), a.AnsweredAt, a.URL
		}
		part.List = append(part.List, shown)
	}
	return part
}

// tally is « 3 organisations confirment, 1 conteste »: words, and no sum.
func tally(p *page.Page, counts []embraye.ReviewTally) string {
	var words []string
	for i, c := range counts {
		key := "review.tally."
		if i > 0 {
			key = "review.tally_more."
		}
		words = append(words, p.N(key+string(c.Verdict), c.N))
	}
	return strings.Join(words, ", ")
}
