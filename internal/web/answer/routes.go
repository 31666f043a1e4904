package answer

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// Routes are the addresses of a router; what may be got may be asked about.
type Routes struct{ chi.Router }

// Get answers GET and HEAD.
func (r Routes) Get(pattern string, handler http.HandlerFunc) {
	r.Router.Get(pattern, handler)
	r.Router.Head(pattern, handler)
}

// Param is a part of the path of a request.
func Param(r *http.Request, name string) string { return chi.URLParam(r, name) }
