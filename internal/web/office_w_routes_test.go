package web

import "testing"

// Routes is the router's own list.
func Routes(t testing.TB, h *Handler) []Route {
	t.Helper()
	list, err := h.Routes()
	if err != nil || len(list) == 0 {
		t.Fatalf("walking the router: %d routes, %v", len(list), err)
	}
	return list
}
