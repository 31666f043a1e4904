package open

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/hashicorp/golang-lru/v2"

	"embraye/internal/draw"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// cards are the drawn previews. Drawing costs tens of milliseconds, so one is
// drawn at a time and kept as long as what it says stays the same, whatever
// else changes on the site.
type cards struct {
	mu    sync.Mutex
	drawn *lru.Cache[draw.CardInput, []byte]
}

const maxCardsKept = 200 // of about 20 kB

func newCards() *cards {
	drawn, err := lru.New[draw.CardInput, []byte](maxCardsKept)
	if err != nil {
		panic(err) // the size is a constant
	}
	return &cards{drawn: drawn}
}

func (c *cards) get(in draw.CardInput) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if picture, ok := c.drawn.Get(in); ok {
		return picture, nil
	}
	picture, err := draw.Card(in)
	if err != nil {
		return nil, err
	}
	c.drawn.Add(in, picture)
	return picture, nil
}

func (h *Handler) cardAnswer(in draw.CardInput) (*answer.Answer, error) {
	in.Words = h.catalogue
	body, err := h.cards.get(in)
	if err != nil {
		return nil, fmt.Errorf("web: card: %w", err)
	}
	return answer.New(http.StatusOK, "image/png", body).Bare(), nil
}

// constatCard is the preview of a constat, in its own language.
func (h *Handler) constatCard(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	data, err := h.pages.ConstatPage(ctx, id)
	if err != nil {
		return nil, err
	}
	u := &data.Update
	if u.Withdrawn() {
		return nil, fmt.Errorf("web: card of %s: %w", id, embraye.ErrGone)
	}
	v.Lang = u.Language
	page := h.frame.NewPage(v, "")
	return h.cardAnswer(draw.CardInput{Lang: u.Language, Heading: page.MeasureName(u.Measure) + " · " + page.Name("subject", u.Subject),
		Title: page.Text(u.Language, u.Title), Stage: u.Stage, Place: page.Place(u.Scope), Organisation: data.Organisation.Name})
}

// actorCard is the preview of a measure, or of the organisation and with it of
// every page that has no card of its own.
func (h *Handler) actorCard(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	actor, err := h.actorPage(ctx, v)
	if err != nil {
		return nil, err
	}
	a := actor.Actor
	v.Lang = h.language
	page := h.frame.NewPage(v, "")
	in := draw.CardInput{Lang: h.language, Organisation: actor.Organisation.Name}
	switch a.Kind {
	case embraye.MeasureActor:
		data, err := h.pages.MeasurePage(ctx, a.Handle)
		if err != nil {
			return nil, err
		}
		in.Heading, in.Title = page.MeasureName(a.Measure), page.MeasureTitle(a.Measure)
		in.Line = page.T("home.not_assessed")
		for _, answer := range page.Answers(data.States) {
			if text := answer.Sentence(); text != "" {
				in.Line = page.Name("subject", answer.Subject) + page.T("site.colon") + text
				break
			}
		}
	case embraye.OrganisationActor:
		in.Heading, in.Title, in.Line = page.T("card.heading"), page.T("site.question"), page.T("card.line")
	default:
		return nil, fmt.Errorf("web: %s has no card: %w", a.Handle, embraye.ErrNotFound)
	}
	return h.cardAnswer(in)
}
