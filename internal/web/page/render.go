package page

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// NewPage has what all pages share. Where that cannot be read, the page cannot
// be rendered: a thinner one would be kept for everybody.
func (h *Frame) NewPage(v *answer.View, title string) *Page {
	page := &Page{
		Lang: v.Lang, Title: title, Canonical: h.site.Base + v.Path, Type: "website", SiteName: h.catalogue.T(v.Lang, "site.name"),
		Home: h.site.Base + "/", Path: v.Path, Style: h.assets.byName["style.css"],
		query: v.Query, Site: h.site, Catalogue: h.catalogue, Territories: h.app.Wire().Territories, Reference: h.app.Reference(), ByMail: h.app.Mails(), Copies: h.app.Copies.On,
	}
	if v.Path == "" { // made by hand, without a cache key
		page.Path, page.Canonical = v.Request.URL.Path, h.site.Base+v.Request.URL.Path
	}
	frame, err := h.pages.FramePage(v.Request.Context())
	if err != nil {
		page.Incomplete = fmt.Errorf("web: frame of the page: %w", err)
		frame = &embraye.FramePage{Organisation: embraye.Actor{Handle: h.app.Organisation()}}
	}
	page.Frame = *frame
	page.Image = h.site.Base + "/@" + frame.Organisation.Handle + "/card.png"
	return page
}

// Render fills a template; the page varies by what was accepted and by language.
func (h *Frame) Render(name string, status int, page *Page) (*answer.Answer, error) {
	return h.within("layout", name, status, page)
}

// Embedded fills a template for a frame on somebody else's page: without masthead
// and foot, in a stylesheet of its own.
func (h *Frame) Embedded(name string, status int, page *Page) (*answer.Answer, error) {
	page.Style = h.assets.byName["embed.css"]
	return h.within("embedded", name, status, page)
}

func (h *Frame) within(layout, name string, status int, page *Page) (*answer.Answer, error) {
	if page.Incomplete != nil {
		return nil, page.Incomplete
	}
	body, err := h.templates.Fill(name+".html", page)
	if err != nil {
		return nil, fmt.Errorf("web: page %s: %w", name, err)
	}
	page.Body = template.HTML(body)
	whole, err := h.templates.Fill(layout, page)
	if err != nil {
		return nil, fmt.Errorf("web: layout of page %s: %w", name, err)
	}
	a := answer.New(status, answer.TypeHTML, whole)
	a.Vary = answer.VaryBoth
	return a.With("Content-Language", page.Lang), nil
}

// failure is what an error page says. Of what was sent and may be sent again with
// success it does not say that nothing is lost.
type failure struct {
	Status int
	Sent   bool
}

// ErrorPage says in a sentence what happened and how to go on. It repeats
// nothing of the request. A database that is away costs the name in its
// masthead, not the page that says so; nobody keeps it.
func (h *Frame) ErrorPage(r *http.Request, status int) *answer.Answer {
	v := &answer.View{Request: r, Key: answer.Key{Face: answer.FacePage, Lang: h.LanguageOf(r)}}
	key := fmt.Sprintf("site.error_%d", status)
	if !h.catalogue.Has(key) {
		key = "site.error_other"
	}
	page := h.NewPage(v, h.catalogue.T(v.Lang, key))
	if page.Incomplete != nil {
		level := slog.LevelWarn
		if errors.Is(page.Incomplete, embraye.ErrUnavailable) || r.Context().Err() != nil {
			level = slog.LevelDebug // an outage is told once, by whoever meets it first; that somebody hung up is none
		}
		h.log.Log(r.Context(), level, "an error page goes without the organisation's name", "path", answer.PathOf(r), "err", page.Incomplete)
		page.Incomplete = nil
	}
	page.Canonical, page.Path, page.Hidden = page.Home, "", true
	page.Content = failure{Status: status, Sent: r.Method == http.MethodPost && (status >= 500 || status == http.StatusTooManyRequests)}
	a, err := h.Render("error", status, page)
	if err != nil {
		h.log.Error("error page failed", "err", err)
		return answer.New(status, answer.TypeText, []byte(http.StatusText(status)+"\n"))
	}
	return a
}
