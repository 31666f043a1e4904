package web

import (
	"strings"

	"embraye/internal/embraye"
)

// The answer in words is built from counts of scopes and never becomes one word
// or one number for a measure: « Oui dans 1 région, en partie dans 3. »

// An answerTerm is one answer and where it holds.
type answerTerm struct {
	Word   string // Oui
	Rest   string // dans 1 région,
	Strong bool
}

// subjectAnswer is the answer for one of the two subjects, which never merge.
type subjectAnswer struct {
	Subject embraye.Subject
	Terms   []answerTerm // empty: nobody looked
	Stages  []stageCount
	Unknown int // regions without a constat
}

// answers answers for both subjects.
func (p *htmlPage) answers(states []embraye.Update) []subjectAnswer {
	var both []subjectAnswer
	for _, subject := range embraye.Subjects() {
		both = append(both, p.answerOf(states, subject))
	}
	return both
}

func (p *htmlPage) answerOf(states []embraye.Update, subject embraye.Subject) subjectAnswer {
	a := subjectAnswer{Subject: subject, Stages: stageCountsOf(states, subject)}
	counts, unit, regional := map[embraye.Answer]int{}, "region", false
	for _, u := range states {
		if u.Subject != subject {
			continue
		}
		counts[u.Stage.Answer()]++
		if place, ok := p.territories.Lookup(u.Territory); ok && place.Kind == embraye.TerritoryRegion {
			regional = true
		} else {
			unit = "scope"
		}
	}
	if regional { // the others are regions too: worth saying that nobody looked there
		a.Unknown = len(p.unassessed(states, subject))
	}
	for _, answer := range []embraye.Answer{embraye.Yes, embraye.Partly, embraye.NotYet, embraye.No} {
		n := counts[answer]
		if n == 0 {
			continue
		}
		term := answerTerm{Word: p.Name("answer", answer), Rest: p.T("answer.in", n), Strong: true}
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
		a.Terms = append(a.Terms, answerTerm{Word: p.N("answer.unknown_region", a.Unknown)})
	}
	return a
}

// Sentence is the answer as one text.
func (a subjectAnswer) Sentence() string {
	var words []string
	for _, t := range a.Terms {
		words = append(words, strings.TrimSpace(t.Word+" "+t.Rest))
	}
	return strings.Join(words, " ")
}

// said are the answers of both subjects as one text; empty if nobody looked.
func (p *htmlPage) said(answers []subjectAnswer) string {
	var sentences []string
	for _, a := range answers {
		if len(a.Terms) > 0 {
			sentences = append(sentences, p.Name("subject", a.Subject)+p.T("site.colon")+a.Sentence())
		}
	}
	return strings.Join(sentences, " ")
}
