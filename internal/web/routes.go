package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"embraye/internal/web/answer"
)

// routes is the list of all addresses: what machines ask of the process, what
// people and servers visit alike, and what each room has for itself.
func (h *Handler) routes() chi.Router {
	r := chi.NewRouter()
	r.NotFound(h.notFound(r))
	r.MethodNotAllowed(h.methodNotAllowed(r))

	all := answer.Routes{Router: r}
	all.Get("/livez", h.answers.Livez)
	all.Get("/readyz", h.answers.Readyz)
	all.Get("/assets/{file}", h.answers.Serve(answer.OtherOnly, h.frame.Asset))

	all.Get("/@{handle}", h.answers.Serve(answer.PageFirst, h.profile))
	all.Get("/constats/{id}", h.answers.Serve(answer.PageFirst, h.constat))
	all.Get("/constats/{id}/versions/{n}", h.answers.Serve(answer.PageFirst, h.constatVersion))
	all.Get("/notes/{id}", h.answers.Serve(answer.PageFirst, h.note))
	all.Get("/actors/{handle}", h.answers.Serve(answer.StreamsFirst, h.actor))
	all.Get("/activities/{id}", h.answers.Serve(answer.StreamsFirst, h.activity))

	h.readers.Routes(all)
	h.others.Routes(all)
	h.files.Routes(all)
	h.servers.Routes(all)
	h.reviews.Routes(all)
	h.letters.Routes(all)
	h.verifier.Routes(all)
	h.chatons.Routes(all)
	h.log.Routes(all)
	h.proofs.Routes(all)
	h.office.Routes(all)
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

// notFound: an address with a slash at its end is what people and old links
// write for the one without. Ids of actors and activities have one spelling.
func (h *Handler) notFound(r *chi.Mux) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		path, slash := strings.CutSuffix(req.URL.Path, "/")
		id := strings.HasPrefix(path, "/actors/") || strings.HasPrefix(path, "/activities/") || strings.HasPrefix(path, "//")
		if !slash || id || req.Method != http.MethodGet && req.Method != http.MethodHead || !r.Match(chi.NewRouteContext(), req.Method, path) {
			h.answers.Refuse(w, req, http.StatusNotFound)
			return
		}
		to := h.site.Base + path
		if req.URL.RawQuery != "" {
			to += "?" + req.URL.RawQuery
		}
		answer.Redirect(http.StatusPermanentRedirect, to).Write(w, req)
	}
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
		h.answers.Refuse(w, req, http.StatusMethodNotAllowed)
	}
}
