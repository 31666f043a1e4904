package page

import (
	"cmp"
	"html/template"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/markup"
)

// Reviews is what other organisations say of a constat, in words: how many say
// what, then each with its reasons and what the author answered.
type Reviews struct {
	Page  *Page // for its words
	Tally string
	List  []Review
}

// A Review as a page shows it. Its texts are plain; of answers the HTML was
// sanitised when it came in, and is again here.
type Review struct {
	embraye.ReviewLine
	Page       *Page  // for its words
	Name       string // of the organisation, without tricks
	Handle     string
	State      string
	Answer     template.HTML
	AnswerHref string
	AnsweredAt *time.Time
}

// ReviewsOf makes the part of a page that shows the reviews of its constat; nil
// without any.
func (p *Page) ReviewsOf(list []embraye.ShownReview) *Reviews {
	if len(list) == 0 {
		return nil
	}
	part := &Reviews{Page: p, Tally: tally(p, embraye.Tally(list))}
	for _, r := range list {
		part.List = append(part.List, reviewOn(p, embraye.ReviewLine{ShownReview: r}))
	}
	return part
}

// Judged are reviews of several constats, each with what it is about.
func (p *Page) Judged(lines []embraye.ReviewLine) []Review {
	list := make([]Review, len(lines))
	for i, l := range lines {
		list[i] = reviewOn(p, l)
	}
	return list
}

func reviewOn(p *Page, l embraye.ReviewLine) Review {
	r := Review{ReviewLine: l, Page: p, Name: PlainName(l.Author.Name), Handle: l.Author.Host, State: p.T("review.state." + string(l.Response.State()))}
	if user := PlainName(l.Author.Username); user != "" {
		r.Handle = "@" + user + "@" + l.Author.Host
	}
	if l.Ours {
		r.Name, r.Handle = p.Publisher(), p.Site.Mention(p.Frame.Organisation.Handle)
	}
	if a := l.Response; a != nil && a.Note != "" {
		r.Answer, r.AnsweredAt, r.AnswerHref = template.HTML(markup.Sanitize(a.HTML)), a.AnsweredAt, a.URL
	}
	return r
}

// Who is the organisation, by its name if it has one.
func (r Review) Who() string { return cmp.Or(r.Name, r.Handle) }

// tally is « 3 organisations confirment, 1 conteste »: words, and no sum.
func tally(p *Page, counts []embraye.ReviewTally) string {
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
