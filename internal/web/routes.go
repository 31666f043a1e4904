package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
)

// routes is the list of all addresses.
func (h *Handler) routes() chi.Router {
	r := chi.NewRouter()
	r.NotFound(func(w http.ResponseWriter, req *http.Request) { h.refuse(w, req, http.StatusNotFound) })
	r.MethodNotAllowed(h.methodNotAllowed(r))

	get := func(pattern string, handler http.HandlerFunc) {
		r.Get(pattern, handler)
		r.Head(pattern, handler)
	}
	get("/livez", h.livez)
	get("/readyz", h.readyz)

	h.office.routes(r)

	get("/assets/{file}", h.serve(otherOnly, h.asset))
	h.siteRoutes(get, r)
	get("/@{handle}", h.serve(pageFirst, h.profile))
	get("/constats/{id}", h.serve(pageFirst, h.constat))
	get("/constats/{id}/versions/{n}", h.serve(pageFirst, h.constatVersion))
	get("/notes/{id}", h.serve(pageFirst, h.note))

	get("/actors/{handle}", h.serve(streamsFirst, h.actor))
	get("/actors/{handle}/outbox", h.servePaged(streamsOnly, h.outbox))
	get("/actors/{handle}/followers", h.serve(streamsOnly, h.followers))
	get("/actors/{handle}/following", h.serve(streamsOnly, h.following))
	get("/actors/{handle}/featured", h.serve(streamsOnly, h.featured))
	get("/actors/{handle}/measures", h.serve(streamsOnly, h.measures))
	get("/actors/{handle}/icon.png", h.serve(otherOnly, h.icon))
	get("/activities/{id}", h.serve(streamsFirst, h.activity))
	get("/citations/{id}", h.serve(streamsOnly, h.citation))
	for _, kind := range []string{"/constats", "/notes"} {
		get(kind+"/{id}/replies", h.servePaged(streamsOnly, h.replies(kind)))
		get(kind+"/{id}/likes", h.serve(streamsOnly, h.reactions(kind, "likes")))
		get(kind+"/{id}/shares", h.serve(streamsOnly, h.reactions(kind, "shares")))
	}

	r.Post("/inbox", h.inbox)
	r.Post("/actors/{handle}/inbox", h.inbox)

	get("/.well-known/webfinger", h.webfinger)
	get("/.well-known/host-meta", h.serve(otherOnly, h.hostMeta))
	get("/.well-known/nodeinfo", h.serve(otherOnly, h.nodeInfoLinks))
	get("/nodeinfo/2.0", h.serve(otherOnly, h.nodeInfo("2.0")))
	get("/nodeinfo/2.1", h.serve(otherOnly, h.nodeInfo("2.1")))
	return r
}

// A Route is one method of one pattern of the router.
type Route struct{ Method, Pattern string }

// Routes lists all routes, for tests that may leave none out.
func (h *Handler) Routes() ([]Route, error) {
	var list []Route
	err := chi.Walk(h.router, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		list = append(list, Route{method, pattern})
		return nil
	})
	return list, err
}

// methodNotAllowed names the methods that the address has (RFC 9110 15.5.6).
func (h *Handler) methodNotAllowed(r *chi.Mux) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			if r.Match(chi.NewRouteContext(), method, req.URL.Path) {
				allowed = append(allowed, method)
			}
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		h.refuse(w, req, http.StatusMethodNotAllowed)
	}
}
