package voices

import (
	"context"
	"net/http"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

type organisationContent struct {
	embraye.Peer
	Name     string
	Constats int
	Rows     []measureRow
	Voices   []page.Voice
	Silent   bool
}

// A measureRow is what the organisation answers for one measure.
type measureRow struct {
	Name, Title, Href string
	Answers           []page.SubjectAnswer
}

// organisation is /organisations/{host}: what a peer says.
func (h *Handler) organisation(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	host := v.Param("host")
	if host == "" || len(host) > embraye.MaxHostBytes || host != strings.ToLower(host) {
		return nil, embraye.ErrNotFound
	}
	data, err := h.Pages.PeerPage(ctx, host)
	if err != nil {
		return nil, err
	}
	name, _ := h.Frame.NewPage(v, "").Speaker(data.Peer.Name, data.Peer.Handle)
	p := h.Frame.NewPage(v, name)
	p.Description = p.T("peer.description", name)
	content := organisationContent{Peer: data.Peer, Name: name, Constats: data.Constats, Voices: p.Voices(data.Latest, data.Texts),
		Silent: h.silent(data.Peer)}
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
