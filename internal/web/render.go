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
	"time"

	"embraye/internal/draw"
	"embraye/internal/embraye"
	"embraye/internal/locale"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages by name, each with the layout around it.
type templates map[string]*template.Template

func parseTemplates() (templates, error) {
	layout, err := template.ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	all := templates{}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base == "layout" || base == "parts" {
			continue
		}
		page, err := layout.Clone()
		if err != nil {
			return nil, err
		}
		if all[base], err = page.ParseFS(templateFiles, name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// An htmlPage is what a template gets: the head of the page, the words, and the
// content, whose type is the page's own.
type htmlPage struct {
	Lang        string
	Title       string
	Description string
	Canonical   string // address of the page
	Streams     string // id of the same thing for servers, if there is one
	Type        string // Open Graph: website, profile, article
	Image       string
	ImageAlt    string
	Creator     string // fediverse:creator, @handle@host
	Language    string // of the content, where it is not the page's
	SiteName    string
	Home        string
	Hidden      bool   // not for search engines
	Publisher   string // name of the organisation, in the masthead
	Style       *asset
	Content     any

	catalogue   *locale.Catalogue
	territories *embraye.Territories
	reference   *embraye.Reference
}

// newPage has what all pages share.
func (h *Handler) newPage(v *view, title string) *htmlPage {
	return &htmlPage{
		Lang: v.lang, Title: title, Canonical: h.site.Base + v.r.URL.Path, Type: "website",
		Image: string(h.site.Icon(h.app.Organisation())), SiteName: h.catalogue.T(v.lang, "site.name"),
		Style: h.assets.byName["style.css"], Home: h.site.Base + "/", catalogue: h.catalogue, territories: h.app.Wire().Territories, reference: h.app.Reference(),
	}
}

// render fills a template; the page varies by what was accepted and by language.
func (h *Handler) render(name string, status int, page *htmlPage) (*answer, error) {
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

// T is a text of the catalogue in the page's language.
func (p *htmlPage) T(key string, args ...any) string { return p.catalogue.T(p.Lang, key, args...) }

// N is T for a count.
func (p *htmlPage) N(key string, n int, args ...any) string {
	return p.catalogue.N(p.Lang, key, n, args...)
}

// Name is the word of the catalogue for a value of a closed list.
func (p *htmlPage) Name(area string, value any) string {
	return p.catalogue.T(p.Lang, fmt.Sprint(area, ".", value))
}

// Day is a date for people, ISO one for machines.
func (p *htmlPage) Day(t time.Time) string { return p.catalogue.Day(p.Lang, t) }

// ISO is the date in a time element.
func (p *htmlPage) ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Place is the name of a constat's territory.
func (p *htmlPage) Place(s embraye.Scope) string {
	if s.TerritoryName != "" {
		return s.TerritoryName
	}
	return p.territories.Name(s.Territory, p.Lang)
}

// Date is a date as an editor wrote it, of any precision.
func (p *htmlPage) Date(d embraye.Date) string { return p.catalogue.Date(p.Lang, string(d)) }

// Mark is the sign of Embraye.
func (p *htmlPage) Mark() template.HTML { return draw.Mark() }

// Scale is the legend: all stages in the order of pages.
func (p *htmlPage) Scale() []embraye.Stage { return embraye.DisplayStages() }

// Count is a list's number for people.
func (p *htmlPage) Count(i int) int { return i + 1 }

// MeasureTitle is the short title of a measure of the reference text.
func (p *htmlPage) MeasureTitle(id string) string {
	m, _ := p.reference.Measure(id)
	return m.Title.In(p.Lang)
}

// OtherLanguages are the ways to this page in the languages that it is not in.
func (p *htmlPage) OtherLanguages() []languageLink {
	var links []languageLink
	for _, lang := range locale.Languages() {
		if lang != p.Lang {
			links = append(links, languageLink{lang, p.catalogue.T(lang, "site.this_language"), p.Canonical + "?lang=" + lang})
		}
	}
	return links
}

// A part is what a template shared by pages gets: the page, for its words, and
// one list.
type part struct {
	Page    *htmlPage
	Updates []embraye.Update
	Counts  []stageCounts
}

// Constats hands a list of constats to a part.
func (p *htmlPage) Constats(updates []embraye.Update) part { return part{Page: p, Updates: updates} }

// Tally hands the counts of one subject to a part.
func (p *htmlPage) Tally(counts stageCounts) part {
	return part{Page: p, Counts: []stageCounts{counts}}
}

type languageLink struct{ Lang, Name, Href string }

// errorPage says in a sentence what happened and how to go on. It repeats
// nothing of the request.
func (h *Handler) errorPage(r *http.Request, status int) *answer {
	v := &view{r: r, cacheKey: cacheKey{face: facePage, lang: h.languageOf(r)}}
	key := fmt.Sprintf("site.error_%d", status)
	if !h.catalogue.Has(key) {
		key = "site.error_other"
	}
	page := h.newPage(v, h.catalogue.T(v.lang, key))
	page.Canonical, page.Hidden = page.Home, true
	page.Content = status
	a, err := h.render("error", status, page)
	if err != nil {
		h.log.Error("error page failed", "err", err)
		return newAnswer(status, typeText, []byte(http.StatusText(status)+"\n"))
	}
	return a
}

// gone is the content of the page of something withdrawn.
type gone struct {
	At     time.Time
	Reason string
}

// gonePage is 410 for people: when and why.
func (h *Handler) gonePage(v *view, at time.Time, reason string) (*answer, error) {
	page := h.newPage(v, h.catalogue.T(v.lang, "site.gone"))
	page.Hidden = true
	page.Content = gone{at, reason}
	return h.render("gone", http.StatusGone, page)
}
