package site

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

type homeContent struct {
	*embraye.HomePage
	Lede   []page.AnswerTerm
	Rows   []measureRow
	Cards  []card
	Follow followBox

	Divergences int // scopes of all measures where answers differ
}

// A measureRow is a measure with its counts in words.
type measureRow struct {
	Number        string
	Title, Href   string
	Answers       []page.SubjectAnswer
	Assessed      bool
	Last          embraye.Date
	Organisations int
}

// home asks the question and answers it for each measure.
func (h *Handler) home(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	data, err := h.pages.HomePage(ctx)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, h.catalogue.T(v.Lang, "site.question"))
	page.Description = page.T("site.home_description", data.Organisation.Name)
	page.LinkedData = publisher(page)
	page.Feed, page.FeedTitle = "/feed", page.T("feed.all")
	content := homeContent{HomePage: data, Cards: cardsOf(page, data.Latest, data.Organisation.Name),
		Follow: newFollowBox(page, "follow.organisation", data.Organisation.Handle, "/feed.atom")}
	for _, m := range data.Measures {
		row := measureRow{Number: page.MeasureNumber(m.Actor.Measure), Title: page.MeasureTitle(m.Actor.Measure), Href: page.Actor(m.Actor.Handle),
			Answers: mainAnswers(page.Answers(m.States)), Assessed: len(m.States) > 0, Organisations: m.Organisations}
		for _, u := range m.States {
			row.Last = max(row.Last, u.FactDate())
		}
		content.Divergences += m.Divergences
		content.Rows = append(content.Rows, row)
	}
	content.Lede = homeLede(page, data.Measures)
	page.Content = content
	return h.frame.Render("home", http.StatusOK, page)
}

// maxMarks is how many stages of one subject the home page counts.
const maxMarks = 3

// mainAnswers keeps of each answer the stages that most scopes have, in their
// own order, and the sentence without what nobody looked at: the measure's page
// has the rest.
func mainAnswers(answers []page.SubjectAnswer) []page.SubjectAnswer {
	for i, a := range answers {
		most := slices.SortedStableFunc(slices.Values(a.Stages), func(x, y page.StageCount) int { return cmp.Compare(y.N, x.N) })
		for _, rest := range most[min(len(most), maxMarks):] {
			a.Stages = slices.DeleteFunc(a.Stages, func(s page.StageCount) bool { return s.Stage == rest.Stage })
		}
		a.Terms = slices.DeleteFunc(a.Terms, func(t page.AnswerTerm) bool { return !t.Strong })
		answers[i] = a
	}
	return answers
}

// homeLede counts scopes of all measures by answer, and the measures of which
// nothing is known.
func homeLede(p *page.Page, measures []embraye.MeasureCard) []page.AnswerTerm {
	counts, silent := map[embraye.Answer]int{}, 0
	for _, m := range measures {
		if len(m.States) == 0 {
			silent++
		}
		for _, u := range m.States {
			counts[u.Stage.Answer()]++
		}
	}
	if silent == len(measures) {
		return nil
	}
	terms := []page.AnswerTerm{{Word: p.N("home.assessed", len(measures)-silent, len(measures))}}
	for _, answer := range []embraye.Answer{embraye.Yes, embraye.Partly, embraye.NotYet, embraye.No} {
		if n := counts[answer]; n > 0 {
			rest := p.N("answer.in_scope", n)
			if len(terms) > 1 {
				rest = p.T("answer.in", n)
				terms[len(terms)-1].Rest += ","
			}
			terms = append(terms, page.AnswerTerm{Word: p.Name("answer", answer), Rest: rest, Strong: true})
		}
	}
	terms[len(terms)-1].Rest += "."
	if silent > 0 {
		terms = append(terms, page.AnswerTerm{Word: p.N("home.silent", silent)})
	}
	return terms
}
