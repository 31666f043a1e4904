package voices

import (
	"context"
	"html/template"
	"net/http"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/markup"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

type copyContent struct {
	Update     embraye.PeerUpdate
	Peer       embraye.Peer
	Who        string
	WhoHref    string
	HTML       template.HTML
	Answer     string
	Timeliness embraye.Timeliness
	Evidence   []embraye.Evidence
	Revisions  []embraye.PeerRevision
	Reviews    *page.Reviews
	MeasureOf  string // address of the measure here; empty if it is not ours
	Silent     bool
}

// silentFor is how long a peer is silent before its copies say so.
const silentFor = 7 * 24 * time.Hour

func (h *Handler) silent(p embraye.Peer) bool {
	return p.SilentSince != nil && h.Now().Sub(*p.SilentSince) >= silentFor
}

// copy is /copies/{id}: a peer's constat as we keep it. Search engines and
// whoever cites it are sent to its home.
func (h *Handler) copy(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	data, err := h.Pages.CopyPage(ctx, id)
	if err != nil {
		return nil, err
	}
	u := data.Update
	if u.WithdrawnAt != nil {
		return h.Gone(v, *u.WithdrawnAt, "")
	}
	p := h.Frame.NewPage(v, u.Title)
	p.Hidden, p.Original, p.Language = true, u.URL, u.Language
	content := copyContent{Update: u, Peer: data.Peer, Revisions: data.Revisions, Reviews: p.ReviewsOf(data.Reviews), Silent: h.silent(data.Peer),
		// Markdown of strangers: what it comes to is cleaned like their posts.
		HTML:       template.HTML(markup.Sanitize(markup.Markdown(u.Text))),
		Answer:     p.Capital(p.Name("answer", u.Stage.Answer())),
		Timeliness: embraye.TimelinessOf(u.Stage, u.EffectiveDate, embraye.Date(p.Reference.Deadline))}
	content.Who, content.WhoHref = p.Speaker(data.Peer.Name, data.Peer.Handle)
	if m, ok := p.Reference.Measure(u.Measure); ok {
		content.MeasureOf = p.Actor(m.Handle)
	}
	for _, e := range u.Evidence {
		if !embraye.WebAddress(e.Href) {
			e.Href = ""
		}
		if !embraye.WebAddress(e.ArchivedAt) {
			e.ArchivedAt = ""
		}
		if len(e.SHA256) != 64 || strings.Trim(strings.ToLower(e.SHA256), "0123456789abcdef") != "" {
			e.SHA256 = ""
		}
		content.Evidence = append(content.Evidence, e)
	}
	p.Content = content
	return h.Frame.Render("copy", http.StatusOK, p)
}
