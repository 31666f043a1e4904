package answer

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// readyTimeout bounds the question to the database; a probe that waits longer
// would count as failed anyway.
const readyTimeout = 2 * time.Second

type health struct {
	Status  string `json:"status"` // ok or unavailable
	Version string `json:"version,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// Livez: the process answers.
func (h *Server) Livez(w http.ResponseWriter, r *http.Request) {
	h.writeHealth(w, r, http.StatusOK, health{Status: "ok", Version: h.version})
}

// Readyz: requests can be served. The reason is one of ours, not the
// database's own words, which may name hosts and users.
func (h *Server) Readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if h.ready != nil {
		if err := h.ready(ctx); err != nil {
			h.log.Warn("not ready", "err", err)
			w.Header().Set("Retry-After", "5")
			h.writeHealth(w, r, http.StatusServiceUnavailable, health{"unavailable", h.version, reasonOf(err)})
			return
		}
	}
	h.writeHealth(w, r, http.StatusOK, health{Status: "ok", Version: h.version})
}

func reasonOf(err error) string {
	if StatusOf(err) == http.StatusServiceUnavailable {
		return "the database does not answer"
	}
	return "the instance is starting or stopping, or its database is broken; the log says more"
}

func (h *Server) writeHealth(w http.ResponseWriter, r *http.Request, status int, body health) {
	doc, err := json.Marshal(body)
	if err != nil {
		panic(err) // three strings
	}
	New(status, TypeJSON, append(doc, '\n')).Bare().Unkept().Write(w, r)
}
