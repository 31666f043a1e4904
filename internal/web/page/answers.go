package page

import (
	"slices"
	"strings"

	"embraye/internal/embraye"
)

// The answer in words is built from counts of scopes and never becomes one word
// or one number for a measure: « Oui dans 1 région, en partie dans 3. »

// An AnswerTerm is one answer and where it holds.
type AnswerTerm struct {
	Word   string // Oui
	Rest   string // dans 1 région,
	Strong bool
}

// A SubjectAnswer is the answer for one of the two subjects, which never merge.
type SubjectAnswer struct {
	Subject embraye.Subject
	Terms   []AnswerTerm // empty: nobody looked
	Stages  []StageCount
	Unknown int // regions without a constat
}

// Answers answers for both subjects.
func (p *Page) Answers(states []embraye.Standing) []SubjectAnswer {
	var both []SubjectAnswer
	for _, subject := range embraye.Subjects() {
		both = append(both, answerOf(p, states, subject))
	}
	return both
}

func answerOf(p *Page, states []embraye.Standing, subject embraye.Subject) SubjectAnswer {
	a := SubjectAnswer{Subject: subject, Stages: stageCountsOf(states, subject)}
	counts, unit, regional := map[embraye.Answer]int{}, "region", false
	for _, u := range states {
		if u.Subject != subject {
			continue
		}
		counts[u.Stage.Answer()]++
		if place, ok := p.Territories.Lookup(u.Territory); ok && place.Kind == embraye.TerritoryRegion {
			regional = true
		} else {
			unit = "scope"
		}
	}
	if regional { // the others are regions too: worth saying that nobody looked there
		a.Unknown = len(p.Unassessed(states, subject))
	}
	for _, answer := range []embraye.Answer{embraye.Yes, embraye.Partly, embraye.NotYet, embraye.No} {
		n := counts[answer]
		if n == 0 {
			continue
		}
		term := AnswerTerm{Word: p.Name("answer", answer), Rest: p.T("answer.in", n), Strong: true}
		if len(a.Terms) == 0 {
			term.Word, term.Rest = p.Capital(term.Word), p.N("answer.in_"+unit, n)
		} else {
			a.Terms[len(a.Terms)-1].Rest += ","
		}
		a.Terms = append(a.Terms, term)
	}
	if len(a.Terms) == 0 {
		return a
	}
	a.Terms[len(a.Terms)-1].Rest += "."
	if a.Unknown > 0 {
		a.Terms = append(a.Terms, AnswerTerm{Word: p.N("answer.unknown_region", a.Unknown)})
	}
	return a
}

// Sentence is the answer as one text.
func (a SubjectAnswer) Sentence() string {
	var words []string
	for _, t := range a.Terms {
		words = append(words, strings.TrimSpace(t.Word+" "+t.Rest))
	}
	return strings.Join(words, " ")
}

// Said are the answers of both subjects as one text; empty if nobody looked.
func (p *Page) Said(answers []SubjectAnswer) string {
	var sentences []string
	for _, a := range answers {
		if len(a.Terms) > 0 {
			sentences = append(sentences, p.Name("subject", a.Subject)+p.T("site.colon")+a.Sentence())
		}
	}
	return strings.Join(sentences, " ")
}

// Numbers of the states by stage, in the order of pages.
func stageCountsOf(states []embraye.Standing, subject embraye.Subject) []StageCount {
	var counts []StageCount
	for _, stage := range embraye.DisplayStages() {
		n := 0
		for _, u := range states {
			if u.Subject == subject && u.Stage == stage {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, StageCount{stage, n})
		}
	}
	return counts
}

// A StageCount is how many scopes are at a stage.
type StageCount struct {
	Stage embraye.Stage
	N     int
}

// Unassessed are the regions of which nobody said anything on a subject.
func (p *Page) Unassessed(states []embraye.Standing, subject embraye.Subject) []embraye.Territory {
	seen := map[string]bool{}
	for _, u := range states {
		if u.Subject == subject {
			seen[u.Territory] = true
		}
	}
	return slices.DeleteFunc(p.Territories.Regions(), func(r embraye.Territory) bool { return seen[r.Code] })
}
