package voices

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

const (
	scopesOnPage    = 6
	contestedOnPage = 10
	maxQueryBytes   = 4096
)

// A place is what the query of the page chooses: a measure, and where one of
// its two lists goes on, which then stands alone.
type place struct {
	measure   string // all of them if empty
	before    *embraye.Divergence
	contested *embraye.ReviewPlace
}

type divergencesContent struct {
	Measures       []measureChoice
	First          string // the newest page of both lists
	Scopes         []page.Divergent
	NextHref       string
	Later          bool // not the newest scopes
	Contested      []page.Review
	NextContested  string
	LaterContested bool
}

type measureChoice struct {
	Value, Label string
	Chosen       bool
}

// divergences is /divergences: every scope where organisations give different
// answers, and every contestation that is open, the newest move first.
func (h *Handler) divergences(w http.ResponseWriter, r *http.Request) {
	at, err := h.readQuery(r.URL)
	if err != nil {
		h.Answers.Fail(w, r, err)
		return
	}
	h.Answers.ServeQuery(answer.PageOnly, at.String(), func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
		return h.divergencesAnswer(ctx, v, at)
	})(w, r)
}

func (h *Handler) divergencesAnswer(ctx context.Context, v *answer.View, at place) (*answer.Answer, error) {
	p := h.Frame.NewPage(v, h.Catalogue.T(v.Lang, "divergences.title"))
	p.Description, p.Hidden = p.T("divergences.lede"), at != place{}
	content := divergencesContent{First: "/divergences", Later: at.before != nil, LaterContested: at.contested != nil}
	if at.measure != "" {
		content.First += "?" + place{measure: at.measure}.String()
	}
	for _, m := range h.Reference.Measures {
		if m.Enabled || m.ID == at.measure {
			content.Measures = append(content.Measures, measureChoice{m.ID, p.MeasureName(m.ID), m.ID == at.measure})
		}
	}
	if at.contested == nil {
		data, err := h.Pages.DivergencesPage(ctx, at.measure, at.before, scopesOnPage)
		if err != nil {
			return nil, err
		}
		content.Scopes = p.Divergent(data.Scopes, data.Texts)
		if data.Next != nil {
			content.NextHref = "?" + place{measure: at.measure, before: data.Next}.String()
		}
	}
	if at.before == nil {
		data, err := h.Pages.ContestedPage(ctx, at.measure, at.contested, contestedOnPage)
		if err != nil {
			return nil, err
		}
		content.Contested = p.Judged(data.Lines)
		if data.Next != nil {
			content.NextContested = "?" + place{measure: at.measure, contested: data.Next}.String() + "#contestes"
		}
	}
	p.Content = content
	return h.Frame.Render("divergences", http.StatusOK, p)
}

// readQuery reads the filter and the place in a list. What is none is
// ErrInvalid.
func (h *Handler) readQuery(u *url.URL) (at place, err error) {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(u.RawQuery) > maxQueryBytes {
		return at, fmt.Errorf("web: query of the divergences: %w", embraye.ErrInvalid)
	}
	at.measure = values.Get("mesure")
	if _, ok := h.Reference.Measure(at.measure); at.measure != "" && !ok {
		return at, fmt.Errorf("web: measure of the divergences: %w", embraye.ErrInvalid)
	}
	scopes, contested := values.Get("apres"), values.Get("avis")
	if scopes == "" && contested == "" {
		return at, nil
	}
	name, parts := "apres", strings.SplitN(scopes, " ", 3)
	if scopes == "" {
		name, parts = "avis", strings.SplitN(contested, " ", 2)
	}
	micros, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || scopes != "" && contested != "" || micros < 0 || micros > 1<<53 || !embraye.Readable(scopes+contested) {
		return at, fmt.Errorf("web: page of the divergences: %w", embraye.ErrInvalid)
	}
	moved := time.UnixMicro(micros)
	switch {
	case name == "apres" && len(parts) == 3:
		at.before = &embraye.Divergence{MovedAt: moved, Measure: parts[1], ScopeKey: parts[2]}
	case name == "avis" && len(parts) == 2:
		at.contested = &embraye.ReviewPlace{MovedAt: moved, URI: embraye.IRI(parts[1])}
	default:
		return at, fmt.Errorf("web: page of the divergences: %w", embraye.ErrInvalid)
	}
	return at, nil
}

// String is the query in its one spelling. Neither a number nor the name of a
// measure has a space.
func (at place) String() string {
	values := url.Values{}
	if at.measure != "" {
		values.Set("mesure", at.measure)
	}
	if b := at.before; b != nil {
		values.Set("apres", fmt.Sprintf("%d %s %s", b.MovedAt.UnixMicro(), b.Measure, b.ScopeKey))
	}
	if c := at.contested; c != nil {
		values.Set("avis", fmt.Sprintf("%d %s", c.MovedAt.UnixMicro(), c.URI))
	}
	return values.Encode()
}
