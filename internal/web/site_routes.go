package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"embraye/internal/export"
)

// siteRoutes are the addresses that only readers ask for: pages, feeds, open
// data, pictures. Things that servers read too are in routes.
func (h *Handler) siteRoutes(get func(string, http.HandlerFunc), r chi.Router) {
	page := func(pattern string, build builder) { get(pattern, h.serve(pageOnly, build)) }
	file := func(pattern string, build builder) { get(pattern, h.serve(otherOnly, build)) }

	page("/", h.home)
	page("/@{handle}/{territory}", h.measurePlace)
	page("/constats/{id}/versions", h.constatVersions)
	page("/organisations", h.organisations)
	get("/territoires", h.matrix)
	page("/territoires/{territory}", h.territory)
	get("/chronologie", h.timeline)
	page("/comprendre", h.understand)
	page("/comprendre/memoire", h.memoire)
	page("/donnees", h.data)
	page("/suivre", h.follow)
	r.Post("/suivre/vers", h.followGo)
	get("/journal", h.journal)
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
	file("/donnees/constats.json", h.dataFile(typeJSON, export.WriteJSON))

	file("/constats/{id}/card.png", h.constatCard)
	file("/@{handle}/card.png", h.actorCard)
	file("/favicon.ico", picture("image/png", faviconPNG(32)))
	file("/favicon.svg", picture("image/svg+xml", faviconSVG))
	file("/apple-touch-icon.png", picture("image/png", faviconPNG(180)))
	file("/robots.txt", h.robots)
	file("/sitemap.xml", h.sitemap)
	get("/.well-known/security.txt", h.securityTxt)
}
