package site

import (
	"embraye/internal/export"
	"embraye/internal/web/answer"
)

// Routes are the addresses that only readers ask for: pages, feeds, open
// data, pictures. Things that servers read too are in routes.
func (h *Handler) Routes(r answer.Routes) {
	page := func(pattern string, build answer.Builder) { r.Get(pattern, h.answers.Serve(answer.PageOnly, build)) }
	file := func(pattern string, build answer.Builder) { r.Get(pattern, h.answers.Serve(answer.OtherOnly, build)) }

	page("/", h.home)
	page("/@{handle}/{territory}", h.measurePlace)
	page("/constats/{id}/versions", h.constatVersions)
	page("/organisations", h.organisations)
	r.Get("/territoires", h.matrix)
	page("/territoires/{territory}", h.territory)
	r.Get("/chronologie", h.timeline)
	page("/comprendre", h.understand)
	page("/comprendre/memoire", h.memoire)
	page("/donnees", h.data)
	page("/suivre", h.follow)
	r.Post("/suivre/vers", h.followGo)
	r.Get("/journal", h.journal)
	for path := range responsibilityPages {
		page(path, h.legal)
	}

	for _, format := range feedFormats() {
		file("/feed."+format.name, h.feed(format))
		file("/@{handle}/feed."+format.name, h.feed(format))
		file("/@{handle}/{territory}/feed."+format.name, h.feed(format))
		file("/territoires/{territory}/feed."+format.name, h.feed(format))
	}
	file("/donnees/constats.csv", h.dataFile("text/csv; charset=utf-8; header=present", export.WriteCSV))
	file("/donnees/constats.json", h.dataFile(answer.TypeJSON, export.WriteJSON))

	file("/constats/{id}/card.png", h.constatCard)
	file("/@{handle}/card.png", h.actorCard)
	file("/favicon.ico", picture("image/png", faviconPNG(32)))
	file("/favicon.svg", picture("image/svg+xml", faviconSVG))
	file("/apple-touch-icon.png", picture("image/png", faviconPNG(180)))
	file("/robots.txt", h.robots)
	file("/sitemap.xml", h.sitemap)
	r.Get("/.well-known/security.txt", h.securityTxt)
}
