// Package open is what programs take away: feeds, open data, the pictures that a
// shared link shows, and what search engines and browsers ask of every site. It
// has no page.
//
// Everything here may be read from a page of anybody's; nothing is written. Start
// reading at Routes.
package open

import (
	"context"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/export"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// Pages is what the files are made of, one method each. What does not exist, is
// switched off or was never public is ErrNotFound.
type Pages interface {
	ActorPage(ctx context.Context, handle string) (*embraye.ActorPage, error)
	ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error)
	MeasurePage(ctx context.Context, handle string) (*embraye.MeasurePage, error)
	FeedPage(ctx context.Context, f embraye.FeedFilter) (*embraye.FeedPage, error)
	DataPage(ctx context.Context, after string, limit int) (*embraye.DataPage, error)
	DataCopies(ctx context.Context, by string, after int64, limit int) ([]embraye.PeerCopy, error)
	LegalPage(ctx context.Context) (*embraye.LegalPage, error)
	MapPage(ctx context.Context) (*embraye.MapPage, error)
}

// Options is what the files are made with.
type Options struct {
	App       *app.App
	Pages     Pages
	Answers   *answer.Server
	Frame     *page.Frame
	Site      embraye.Site
	Catalogue *locale.Catalogue
	Language  string // of feeds and cards
	Now       func() time.Time
}

// Handler answers programs.
type Handler struct {
	app       *app.App
	pages     Pages
	answers   *answer.Server
	frame     *page.Frame
	site      embraye.Site
	catalogue *locale.Catalogue
	language  string
	now       func() time.Time
	cards     *cards
}

// New makes a Handler.
func New(o Options) *Handler {
	return &Handler{app: o.App, pages: o.Pages, answers: o.Answers, frame: o.Frame, site: o.Site, catalogue: o.Catalogue,
		language: o.Language, now: o.Now, cards: newCards()}
}

// actorPage is the actor that a view's address names.
func (h *Handler) actorPage(ctx context.Context, v *answer.View) (*embraye.ActorPage, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	return h.pages.ActorPage(ctx, handle)
}

// Routes are the addresses of files.
func (h *Handler) Routes(r answer.Routes) {
	file := func(pattern string, build answer.Builder) { r.Get(pattern, h.answers.Serve(answer.OtherOnly, build)) }

	for _, format := range feedFormats() {
		feed := h.feed(format)
		for _, of := range []string{"", "/@{handle}", "/@{handle}/{territory}", "/territoires/{territory}"} {
			r.Get(of+"/feed."+format.name, feed)
		}
	}
	for _, format := range dataFormats() {
		r.Get("/donnees/"+format.name, h.dataFile(format))
	}

	file("/donnees/datapackage.json", h.described(answer.TypeJSON, export.DataPackage))
	file("/catalog.jsonld", h.described("application/ld+json", export.DCAT))

	r.Get("/oembed", h.oEmbed)

	file("/constats/{id}/card.png", h.constatCard)
	file("/@{handle}/card.png", h.actorCard)
	file("/favicon.ico", picture("image/png", faviconPNG(32)))
	file("/favicon.svg", picture("image/svg+xml", faviconSVG))
	file("/apple-touch-icon.png", picture("image/png", faviconPNG(180)))
	file("/robots.txt", h.robots)
	file("/sitemap.xml", h.sitemap)
	r.Get("/.well-known/security.txt", h.securityTxt)
}
