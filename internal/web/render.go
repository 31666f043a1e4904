package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"embraye/internal/embraye"
)

//go:embed templates/*.html templates/site/*.html
var templateFiles embed.FS

// templates are the pages by name, each with the layout around it.
type templates map[string]*template.Template

func parseTemplates() (templates, error) {
	layout, err := template.ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/site/*.html")
	if err != nil {
		return nil, err
	}
	all := templates{}
	for _, name := range names {
		page, err := layout.Clone()
		if err != nil {
			return nil, err
		}
		base := strings.TrimSuffix(path.Base(name), ".html")
		if all[base], err = page.ParseFS(templateFiles, name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// newPage has what all pages share. Where that cannot be read, the page cannot
// be rendered: a thinner one would be kept for everybody.
func (h *Handler) newPage(v *view, title string) *htmlPage {
	page := &htmlPage{
		Lang: v.lang, Title: title, Canonical: h.site.Base + v.path, Type: "website", SiteName: h.catalogue.T(v.lang, "site.name"),
		Home: h.site.Base + "/", Path: v.path, Style: h.assets.byName["style.css"],
		query: v.query, site: h.site, catalogue: h.catalogue, territories: h.rooms.App.Wire().Territories, reference: h.rooms.App.Reference(),
	}
	if v.path == "" { // made by hand, without a cache key
		page.Path, page.Canonical = v.r.URL.Path, h.site.Base+v.r.URL.Path
	}
	frame, err := h.pages.FramePage(v.r.Context())
	if err != nil {
		page.incomplete = fmt.Errorf("web: frame of the page: %w", err)
		frame = &embraye.FramePage{Organisation: embraye.Actor{Handle: h.rooms.App.Organisation()}}
	}
	page.Frame = *frame
	page.Image = h.site.Base + "/@" + frame.Organisation.Handle + "/card.png"
	return page
}

// render fills a template; the page varies by what was accepted and by language.
func (h *Handler) render(name string, status int, page *htmlPage) (*answer, error) {
	if page.incomplete != nil {
		return nil, page.incomplete
	}
	var out bytes.Buffer
	tmpl, ok := h.templates[name]
	if !ok {
		return nil, fmt.Errorf("web: no template %s", name)
	}
	if err := tmpl.ExecuteTemplate(&out, "layout", page); err != nil {
		return nil, fmt.Errorf("web: page %s: %w", name, err)
	}
	a := newAnswer(status, typeHTML, out.Bytes())
	a.vary = varyBoth
	return a.with("Content-Language", page.Lang), nil
}

// errorPage says in a sentence what happened and how to go on. It repeats
// nothing of the request. A database that is away costs the name in its
// masthead, not the page that says so; nobody keeps it.
func (h *Handler) errorPage(r *http.Request, status int) *answer {
	v := &view{r: r, cacheKey: cacheKey{face: facePage, lang: h.languageOf(r)}}
	key := fmt.Sprintf("site.error_%d", status)
	if !h.catalogue.Has(key) {
		key = "site.error_other"
	}
	page := h.newPage(v, h.catalogue.T(v.lang, key))
	if page.incomplete != nil {
		h.log.Warn("an error page goes without the organisation's name", "path", pathOf(r), "err", page.incomplete)
		page.incomplete = nil
	}
	page.Canonical, page.Path, page.Hidden = page.Home, "", true
	page.Content = status
	a, err := h.render("error", status, page)
	if err != nil {
		h.log.Error("error page failed", "err", err)
		return newAnswer(status, typeText, []byte(http.StatusText(status)+"\n"))
	}
	return a
}
