package voices

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

type organisationContent struct {
	embraye.Peer
	Signatory embraye.Signatory
	Name      string
	Constats  int
	Rows      []measureRow
	Voices    []page.Voice
	Reviews   []page.Review
	Older     string // where its reviews go on
	Later     bool   // not its newest reviews: they stand alone
	Silent    bool
}

// A measureRow is what the organisation answers for one measure.
type measureRow struct {
	Name, Title, Href string
	Answers           []page.SubjectAnswer
}

// organisation is /organisations/{host}: what a peer says, of measures and of
// what others say.
func (h *Handler) organisation(w http.ResponseWriter, r *http.Request) {
	before, query := int64(0), ""
	if typed := r.URL.Query().Get("avis"); typed != "" {
		var err error
		if before, err = strconv.ParseInt(typed, 10, 64); err != nil || before <= 0 {
			h.Answers.Fail(w, r, fmt.Errorf("web: reviews of an organisation: %w", embraye.ErrInvalid))
			return
		}
		query = reviewsBefore(before)
	}
	h.Answers.ServeQuery(answer.PageOnly, query, func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
		return h.organisationAnswer(ctx, v, before)
	})(w, r)
}

func reviewsBefore(before int64) string { return "avis=" + strconv.FormatInt(before, 10) }

func (h *Handler) organisationAnswer(ctx context.Context, v *answer.View, before int64) (*answer.Answer, error) {
	host := v.Param("host")
	if host == "" || len(host) > embraye.MaxHostBytes || host != strings.ToLower(host) {
		return nil, embraye.ErrNotFound
	}
	data, err := h.Pages.PeerPage(ctx, host, before)
	if err != nil {
		return nil, err
	}
	name, _ := h.Frame.NewPage(v, "").Speaker(data.Peer.Name, data.Peer.Handle)
	p := h.Frame.NewPage(v, name)
	p.Description = p.T("peer.description", name)
	content := organisationContent{Peer: data.Peer, Name: name, Signatory: data.Signatory, Constats: data.Constats, Voices: p.Voices(data.Latest, data.Texts),
		Reviews: p.Judged(data.Reviews), Later: before > 0, Silent: h.silent(data.Peer)}
	if p.Hidden = before > 0; data.Before > 0 {
		content.Older = "?" + reviewsBefore(data.Before) + "#avis"
	}
	for _, m := range data.Measures {
		var states []embraye.Standing
		for _, s := range data.States {
			if s.Measure == m.Measure {
				states = append(states, s)
			}
		}
		if len(states) > 0 {
			content.Rows = append(content.Rows, measureRow{p.MeasureName(m.Measure), p.MeasureTitle(m.Measure), p.Actor(m.Handle), p.Answers(states)})
		}
	}
	p.Content = content
	return h.Frame.Render("peer", http.StatusOK, p)
}
