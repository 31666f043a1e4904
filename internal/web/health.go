package web

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

// livez: the process answers.
func (h *Handler) livez(w http.ResponseWriter, r *http.Request) {
	h.writeHealth(w, r, http.StatusOK, health{Status: "ok", Version: h.version})
}

// readyz: requests can be served. The reason is one of ours, not the
// database's own words, which may name hosts and users.
func (h *Handler) readyz(w http.ResponseWriter, r *http.Request) {
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
	if statusOf(err) == http.StatusServiceUnavailable {
		return "the database does not answer"
	}
	return "the instance is starting or stopping, or its database is broken; the log says more"
}

func (h *Handler) writeHealth(w http.ResponseWriter, r *http.Request, status int, body health) {
	doc, err := json.Marshal(body)
	if err != nil {
		panic(err) // three strings
	}
	newAnswer(status, typeJSON, append(doc, '\n')).bare().unkept().write(w, r)
}
