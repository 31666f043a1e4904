package site

import (
	"embraye/internal/app"
	"embraye/internal/web/answer"
)

// Routes are the addresses of pages. Things that servers read too are in the
// routes of web.
func (h *Handler) Routes(r answer.Routes) {
	page := func(pattern string, build answer.Builder) { r.Get(pattern, h.answers.Serve(answer.PageOnly, build)) }

	page("/", h.home)
	page("/@{handle}/embed", h.embed)
	page("/@{handle}/{territory}", h.measurePlace)
	page("/constats/{id}/versions", h.constatVersions)
	page("/organisations", h.organisations)
	r.Get("/territoires", h.matrix)
	page("/territoires/{territory}", h.territory)
	r.Get("/chronologie", h.timeline)
	page("/comprendre", h.understand)
	page(app.MemoirePath, h.memoire)
	page("/donnees", h.data)
	page("/suivre", h.follow)
	r.Post("/suivre/vers", h.followGo)
	r.Get("/journal", h.journal)
	for path := range responsibilityPages {
		page(path, h.legal)
	}
}
