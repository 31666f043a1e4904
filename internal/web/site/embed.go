package site

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// embedContent is a measure as it stands in a frame on a page of somebody else's.
type embedContent struct {
	Name         string // Mesure 2
	Handle       string
	Organisation embraye.Actor
	Answers      []page.SubjectAnswer
	Last         string // day of the latest fact
}

// embedPolicy lets every page show this one in a frame: nothing can be done in
// it, and it runs no script.
var embedPolicy = strings.NewReplacer("frame-ancestors 'none'", "frame-ancestors *", "script-src 'self'; ", "", "form-action 'self'", "form-action 'none'").Replace(answer.ContentPolicy)

// offerEmbed tells programs how to show a page on other sites, and returns the
// line that people copy for that.
func offerEmbed(p *page.Page) string {
	p.OEmbed = page.OEmbedAddress(p.Site, p.Canonical)
	return page.EmbedLine(p.Canonical, p.Title, page.EmbedWidth, page.EmbedHeight)
}

// embed is /@{measure}/embed: where a measure stands, in a few lines.
func (h *Handler) embed(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	actor, err := h.ActorPage(ctx, v)
	if err != nil {
		return nil, err
	}
	if actor.Actor.Kind != embraye.MeasureActor {
		return nil, fmt.Errorf("web: %s is no measure: %w", actor.Actor.Handle, embraye.ErrNotFound)
	}
	data, err := h.pages.MeasurePage(ctx, actor.Actor.Handle)
	if err != nil {
		return nil, err
	}
	page := h.frame.NewPage(v, page.MeasureTitle(h.rooms.App.Reference(), actor.Actor, v.Lang))
	describe(page, actor.Actor)
	last := embraye.Date("")
	for _, s := range data.States {
		last = max(last, s.FactDate())
	}
	content := embedContent{Name: page.MeasureName(actor.Actor.Measure), Handle: actor.Actor.Handle, Organisation: data.Organisation, Answers: page.Answers(data.States)}
	if last != "" {
		content.Last = page.Date(last)
	}
	page.Content = content
	a, err := h.frame.Embedded("embed", http.StatusOK, page)
	if err != nil {
		return nil, err
	}
	return a.With("Content-Security-Policy", embedPolicy).Without("X-Frame-Options"), nil
}
