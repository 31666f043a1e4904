package answer

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"embraye/internal/embraye"
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
		err := h.ready(ctx)
		h.unready.tell(h.log, "not ready", "ready again", err)
		if err != nil {
			w.Header().Set("Retry-After", "5")
			h.writeHealth(w, r, http.StatusServiceUnavailable, health{"unavailable", h.version, reasonOf(err)})
			return
		}
	}
	h.writeHealth(w, r, http.StatusOK, health{Status: "ok", Version: h.version})
}

func reasonOf(err error) string {
	var path *fs.PathError
	switch {
	case errors.Is(err, embraye.ErrNoRoom):
		return "the disk is full or read-only: nothing that is sent here is kept until there is room; the log says where"
	case errors.As(err, &path):
		return "the folder of evidence files cannot be written to; the log says why"
	}
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
