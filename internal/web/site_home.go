package web

import (
	"context"
	"net/http"
	"time"

	"embraye/internal/embraye"
)

// home asks the question and answers it for each measure.
func (h *Handler) home(ctx context.Context, v *view) (*answer, error) {
	data, err := h.pages.HomePage(ctx)
	if err != nil {
		return nil, err
	}
	page := h.newPage(v, h.catalogue.T(v.lang, "site.question"))
	page.Description = h.catalogue.T(v.lang, "site.home_description", data.Organisation.Name)
	content := homeContent{HomePage: data}
	for _, card := range data.Measures {
		content.Cards = append(content.Cards, h.measureCard(v.lang, card))
	}
	page.Content, page.Publisher = content, data.Organisation.Name
	return h.render("home", http.StatusOK, page)
}

type homeContent struct {
	*embraye.HomePage
	Cards []measureCard
}

// A measureCard is a measure with its counts in words.
type measureCard struct {
	Title, Href string
	Counts      []stageCounts
	Known       bool      // somebody has looked
	LastMove    time.Time // zero if nobody has
}

type stageCounts struct {
	Subject embraye.Subject
	Stages  []stageCount
}

// An answerCount is how many scopes answer the question so; More tells that
// another follows in the sentence.
type answerCount struct {
	Answer embraye.Answer
	N      int
	More   bool
}

// Answers sums the stages up in words: counts of scopes, never a percentage.
func (c stageCounts) Answers() []answerCount {
	var list []answerCount
	for _, answer := range []embraye.Answer{embraye.Yes, embraye.Partly, embraye.NotYet, embraye.No} {
		n := 0
		for _, s := range c.Stages {
			if s.Stage.Answer() == answer {
				n += s.N
			}
		}
		if n == 0 {
			continue
		}
		if len(list) > 0 {
			list[len(list)-1].More = true
		}
		list = append(list, answerCount{answer, n, false})
	}
	return list
}

type stageCount struct {
	Stage embraye.Stage
	N     int
}

func (h *Handler) measureCard(lang string, card embraye.MeasureCard) measureCard {
	c := measureCard{
		Title:  h.measureTitle(card.Actor, lang),
		Href:   h.site.ActorPage(card.Actor.Handle),
		Counts: countStages(card.States),
		Known:  len(card.States) > 0,
	}
	for _, u := range card.States {
		if u.PublishedAt.After(c.LastMove) {
			c.LastMove = u.PublishedAt
		}
	}
	return c
}

// measureTitle is the reference text's short title, in the reader's language.
func (h *Handler) measureTitle(a embraye.Actor, lang string) string {
	if m, ok := h.app.Reference().Measure(a.Measure); ok {
		return m.Title.In(lang)
	}
	return a.Name
}

// countStages counts scopes by stage, the two subjects apart, never merged.
func countStages(states []embraye.Update) []stageCounts {
	var counts []stageCounts
	for _, subject := range embraye.Subjects() {
		of := stageCounts{Subject: subject}
		for _, stage := range embraye.DisplayStages() {
			n := 0
			for _, u := range states {
				if u.Subject == subject && u.Stage == stage {
					n++
				}
			}
			if n > 0 {
				of.Stages = append(of.Stages, stageCount{stage, n})
			}
		}
		counts = append(counts, of)
	}
	return counts
}
