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
	scopesOnPage  = 6
	maxQueryBytes = 4096
)

type divergencesContent struct {
	Measure  string // all of them if empty
	Measures []measureChoice
	Scopes   []page.Divergent
	NextHref string
	Later    bool // not the newest page
}

type measureChoice struct {
	Value, Label string
	Chosen       bool
}

// divergences is /divergences: every scope where organisations give different
// answers, the newest move first.
func (h *Handler) divergences(w http.ResponseWriter, r *http.Request) {
	measure, before, err := h.readQuery(r.URL)
	if err != nil {
		h.Answers.Fail(w, r, err)
		return
	}
	h.Answers.ServeQuery(answer.PageOnly, writeQuery(measure, before), func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
		return h.divergencesAnswer(ctx, v, measure, before)
	})(w, r)
}

func (h *Handler) divergencesAnswer(ctx context.Context, v *answer.View, measure string, before *embraye.Divergence) (*answer.Answer, error) {
	data, err := h.Pages.DivergencesPage(ctx, measure, before, scopesOnPage)
	if err != nil {
		return nil, err
	}
	p := h.Frame.NewPage(v, h.Catalogue.T(v.Lang, "divergences.title"))
	p.Description, p.Hidden = p.T("divergences.lede"), measure != "" || before != nil
	content := divergencesContent{Measure: measure, Scopes: p.Divergent(data.Scopes, data.Texts), Later: before != nil}
	for _, m := range h.Reference.Measures {
		if m.Enabled || m.ID == measure {
			content.Measures = append(content.Measures, measureChoice{m.ID, p.MeasureName(m.ID), m.ID == measure})
		}
	}
	if data.Next != nil {
		content.NextHref = "?" + writeQuery(measure, data.Next)
	}
	p.Content = content
	return h.Frame.Render("divergences", http.StatusOK, p)
}

// readQuery reads the filter and the place in the list. What is none is
// ErrInvalid.
func (h *Handler) readQuery(u *url.URL) (measure string, before *embraye.Divergence, err error) {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(u.RawQuery) > maxQueryBytes {
		return "", nil, fmt.Errorf("web: query of the divergences: %w", embraye.ErrInvalid)
	}
	measure = values.Get("mesure")
	if _, ok := h.Reference.Measure(measure); measure != "" && !ok {
		return "", nil, fmt.Errorf("web: measure of the divergences: %w", embraye.ErrInvalid)
	}
	cursor := values.Get("apres")
	if cursor == "" {
		return measure, nil, nil
	}
	parts := strings.SplitN(cursor, " ", 3)
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || len(parts) != 3 || at < 0 || at > 1<<53 || !embraye.Readable(cursor) {
		return "", nil, fmt.Errorf("web: page of the divergences: %w", embraye.ErrInvalid)
	}
	return measure, &embraye.Divergence{MovedAt: time.UnixMicro(at), Measure: parts[1], ScopeKey: parts[2]}, nil
}

// writeQuery writes them in their one spelling. Neither a number nor the name
// of a measure has a space.
func writeQuery(measure string, before *embraye.Divergence) string {
	values := url.Values{}
	if measure != "" {
		values.Set("mesure", measure)
	}
	if before != nil {
		values.Set("apres", strconv.FormatInt(before.MovedAt.UnixMicro(), 10)+" "+before.Measure+" "+before.ScopeKey)
	}
	return values.Encode()
}
