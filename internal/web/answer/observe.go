package answer

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
)

// An Exchange is one request and what was answered, without a word about who
// asked. Method and Route are of a bounded number, as labels must be.
type Exchange struct {
	Method string // "_OTHER" for one that HTTP does not know, as OpenTelemetry says it
	Route  string // the pattern of the address; empty for one that we do not have
	Path   string // as PathOf says it, without the query
	Status int
	Bytes  int64 // of the body, as it was sent
	Took   time.Duration
}

// Observe has every exchange told from now on. It is called before the first
// request; while nobody observes, nothing is measured.
func (h *Server) Observe(tell func(Exchange)) { h.observers = append(h.observers, tell) }

// observed gives the router a place of ours to note its pattern in, and tells
// the observers when the answer is over.
func (h *Server) observed(out *recorder, r *http.Request) (with *http.Request, over func()) {
	start, route := h.now(), chi.NewRouteContext()
	with = r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, route))
	return with, func() {
		e := Exchange{Method: methodOf(r), Route: route.RoutePattern(), Path: PathOf(r), Status: out.answered(), Bytes: out.pace.moved, Took: h.now().Sub(start)}
		for _, tell := range h.observers {
			tell(e)
		}
	}
}

// methodOf is a method of RFC 9110 or 5789; strangers invent others.
func methodOf(r *http.Request) string {
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace, http.MethodPatch}, r.Method) {
		return r.Method
	}
	return "_OTHER"
}
