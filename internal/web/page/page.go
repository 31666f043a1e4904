package page

import (
	"cmp"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"embraye/internal/draw"
	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// A Page is what a template gets: the head of the page, the words, and the
// content, whose type is the page's own.
type Page struct {
	Lang        string
	Title       string
	Description string
	Canonical   string // address of the page
	Streams     string // id of the same thing for servers, if there is one
	Feed        string // address of its Atom feed without the extension
	FeedTitle   string
	Type        string        // Open Graph: website, profile, article
	Image       string        // 1200 × 630, unless the page has only an icon
	Creator     string        // fediverse:creator, @handle@host
	Published   time.Time     // of an article
	Modified    time.Time     // likewise, if it was
	Language    string        // of the content, where it is not the page's
	LinkedData  template.HTML // a script of data, not of code
	OEmbed      string        // address that says how to show the page elsewhere
	SiteName    string
	Home        string
	Path        string // "" on pages that are no place of their own
	Style       *Asset
	Frame       embraye.FramePage
	Hidden      bool   // not for search engines
	ByMail      bool   // readers can follow by mail
	Copies      bool   // pages that constats name are copied
	Original    string // address of what this is a copy of
	Content     any
	Body        template.HTML // the page, filled with all this, for the layout

	query       string
	Incomplete  error // why something that the page shows could not be read
	Site        embraye.Site
	Catalogue   *locale.Catalogue
	Territories *embraye.Territories
	Reference   *embraye.Reference
}

// T is a text of the catalogue in the page's language.
func (p *Page) T(key string, args ...any) string { return p.Catalogue.T(p.Lang, key, args...) }

// N is T for a count.
func (p *Page) N(key string, n int, args ...any) string {
	return p.Catalogue.N(p.Lang, key, n, args...)
}

// Name is the word of the catalogue for a value of a closed list.
func (p *Page) Name(area string, value any) string {
	return p.Catalogue.T(p.Lang, fmt.Sprint(area, ".", value))
}

// Day is the day of a moment for people.
func (p *Page) Day(t time.Time) string { return p.Catalogue.Day(p.Lang, t) }

// Date is a date of any precision for people.
func (p *Page) Date(d embraye.Date) string { return p.Catalogue.Date(p.Lang, string(d)) }

// ISO is the moment in a time element.
func (p *Page) ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Number is a count for people.
func (p *Page) Number(n int) string { return p.Catalogue.Number(p.Lang, n) }

// Bytes is the size of a file for people: « 42 ko », « 1,3 Mo ».
func (p *Page) Bytes(n int64) string {
	const kB, MB = 1000, 1000 * 1000
	if n < MB {
		return p.T("site.kB", p.Number(int((n+kB-1)/kB)))
	}
	tenths := (n + MB/20) / (MB / 10)
	return p.T("site.MB", p.Number(int(tenths/10))+p.T("site.decimal")+strconv.Itoa(int(tenths%10)))
}

// Publisher is whose site this is: the organisation, once it has a name.
func (p *Page) Publisher() string { return cmp.Or(p.Frame.Organisation.Name, p.SiteName) }

// Demand is what a measure asks for in one plain sentence, if the reference text
// has one.
func (p *Page) Demand(id string) string {
	m, _ := p.Reference.Measure(id)
	return locale.Typography(p.Lang, m.Summary.In(p.Lang))
}

// Mark is the sign beside the name.
func (p *Page) Mark() template.HTML { return draw.Mark() }

// Stages are the steps of the scale, the unknown first.
func (p *Page) Stages() []embraye.Stage {
	return append([]embraye.Stage{embraye.NotAssessed}, embraye.Stages()...)
}

// Place is the name of a constat's territory.
func (p *Page) Place(s embraye.Scope) string {
	if s.TerritoryName != "" {
		return s.TerritoryName
	}
	return p.Territory(s.Territory)
}

// Territory is the name of a code.
func (p *Page) Territory(code string) string {
	return locale.Typography(p.Lang, p.Territories.Name(code, p.Lang))
}

// Actor is the path of one of our actors' pages.
func (p *Page) Actor(handle string) string { return "/@" + handle }

// MeasureTitle is the short title of a measure.
func (p *Page) MeasureTitle(id string) string {
	if m, ok := p.Reference.Measure(id); ok {
		return locale.Typography(p.Lang, m.Title.In(p.Lang))
	}
	return id
}

// MeasureName is « Mesure 2 »; a measure without a number has its title.
func (p *Page) MeasureName(id string) string {
	if n := p.MeasureNumber(id); n != "" {
		return p.T("site.measure_n", n)
	}
	return p.MeasureTitle(id)
}

// MeasureNumber is 2 for m2; empty for m0, the demand that has none.
func (p *Page) MeasureNumber(id string) string { return embraye.MeasureNumber(id) }

// Tongue is what a text of another language needs: its lang, or nothing.
func (p *Page) Tongue(lang string) template.HTMLAttr {
	if lang == "" || lang == p.Lang {
		return ""
	}
	return template.HTMLAttr(` lang="` + template.HTMLEscapeString(lang) + `"`)
}

// Text is a text of an editor or of the reference with the no-break spaces of
// its language: no quotation mark stands alone at the end of a line, no number is
// broken over two.
func (p *Page) Text(lang, s string) string {
	if lang == "fr" {
		return locale.NoBreak(s)
	}
	return s
}

// prose is Text for what somebody wrote at length, as HTML; templates know it.
func prose(lang string, s template.HTML) template.HTML {
	if lang == "fr" {
		return template.HTML(locale.NoBreakHTML(string(s)))
	}
	return s
}

// Breakable is a handle that may break before its host.
func (p *Page) Breakable(mention string) template.HTML {
	at := strings.LastIndexByte(mention, '@')
	if at <= 0 {
		return template.HTML(template.HTMLEscapeString(mention))
	}
	return template.HTML(template.HTMLEscapeString(mention[:at]) + "<wbr>" + template.HTMLEscapeString(mention[at:]))
}

// Mention is @handle@host of one of ours.
func (p *Page) Mention(handle string) string { return p.Site.Mention(handle) }

// Licence is the name of a licence, and the address of its text if we know it.
func (p *Page) Licence(spdx string) licence {
	l := licence{Name: strings.ReplaceAll(spdx, "CC-BY-", "CC BY ")}
	switch spdx {
	case "CC-BY-4.0":
		l.Href = "https://creativecommons.org/licenses/by/4.0/deed." + p.Lang
	case "CC-BY-SA-4.0":
		l.Name, l.Href = "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/deed."+p.Lang
	case "CC0-1.0":
		l.Name, l.Href = "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/deed."+p.Lang
	case "etalab-2.0":
		l.Name, l.Href = "Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
	}
	return l
}

type licence struct{ Name, Href string }

// OtherLanguages are the ways to this page in the languages that it is not in.
func (p *Page) OtherLanguages() []LanguageLink {
	var links []LanguageLink
	for _, lang := range locale.Languages() {
		if lang != p.Lang {
			query := "?lang=" + lang
			if p.query != "" {
				query = "?" + p.query + "&lang=" + lang
			}
			links = append(links, LanguageLink{lang, p.Catalogue.T(lang, "site.this_language"), cmp.Or(p.Path, "/") + query})
		}
	}
	return links
}

// A LanguageLink leads to a page in another language.
type LanguageLink struct{ Lang, Name, Href string }

// A navLink is one line of a list of links; Here marks the page itself.
type navLink struct {
	Href, Key string
	Here      bool
}

// Nav are the links of the masthead, Foot those of the footer.
func (p *Page) Nav() []navLink {
	return p.links("/", "/territoires", "/chronologie", "/comprendre", "/suivre")
}

// Foot are the links below every page.
func (p *Page) Foot() []navLink {
	return p.links("/organisations", "/donnees", "/journal", "/feed.atom", "/mentions-legales", "/confidentialite",
		"/accessibilite", "/ecoconception", "/signaler")
}

func (p *Page) links(paths ...string) []navLink {
	links := make([]navLink, len(paths))
	for i, path := range paths {
		links[i] = navLink{Href: path, Key: "nav." + strings.Trim(path, "/"), Here: path == p.Path}
		if path == "/" {
			links[i].Key = "nav.home"
		}
	}
	return links
}

// Capital begins a sentence.
func (p *Page) Capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// Plain is a stranger's name without tricks.
func (p *Page) Plain(s string) string { return PlainName(s) }

// Lines is Text of what somebody typed, with its line ends.
func (p *Page) Lines(s string) template.HTML {
	escaped := template.HTMLEscapeString(p.Text(p.Lang, strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))))
	return template.HTML(strings.ReplaceAll(escaped, "\n", "<br>"))
}
