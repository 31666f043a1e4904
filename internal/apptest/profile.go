package apptest

import (
	"strings"
)

// Follower makes somebody follow a measure and forgets what they got so far.
func (h *House) Follower() (take func() (updated []string)) {
	h.T.Helper()
	server := h.Server("masto.example")
	Follow(h.T, h.Instance, server.Actor("fan"))
	h.Settle()
	server.Take()
	return func() (updated []string) {
		h.Settle()
		for _, m := range server.Take() {
			object, isObject := m.JSON["object"].(map[string]any)
			if m.JSON["type"] != "Update" || !isObject {
				h.T.Errorf("they got %v", m.JSON)
				continue
			}
			name, isName := object["name"].(string)
			id, isID := object["id"].(string)
			if !isName || !isID {
				h.T.Errorf("they got %v", object)
			}
			updated = append(updated, strings.TrimPrefix(id, "https://ours.example/actors/")+" "+name)
		}
		return updated
	}
}
