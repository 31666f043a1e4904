package web

import (
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"
)

// A Route is one line of the router's own list.
type Route struct{ Method, Pattern string }

// Routes walks the router.
func Routes(t testing.TB, h *Handler) []Route {
	t.Helper()
	var list []Route
	err := chi.Walk(h.routes().(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		list = append(list, Route{method, pattern})
		return nil
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("walking the router: %d routes, %v", len(list), err)
	}
	return list
}
