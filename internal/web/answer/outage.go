package answer

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"

	"embraye/internal/embraye"
)

// An outage is told once when it begins and once when it is over, and not by
// every request that it fails.
type outage struct{ told atomic.Bool }

// tell says what has changed, if anything has.
func (o *outage) tell(log *slog.Logger, begins, over string, err error) {
	switch {
	case err != nil && !o.told.Swap(true):
		log.Warn(begins, "err", err)
	case err == nil && o.told.Load() && o.told.Swap(false): // read first: nearly always there is none
		log.Info(over)
	}
}

// reads tells requests that only read from those that write: a full disk, or a
// database that another process holds, fails the latter alone.
func reads(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead
}

// LogFailure logs what is our own fault, and not that somebody hung up, which is
// probably the reason for the error. What is away is an error the first time and then,
// until it is back, a line for whoever looks closely.
func (h *Server) LogFailure(r *http.Request, what string, err error, args ...any) {
	if r.Context().Err() != nil {
		return
	}
	level := slog.LevelError
	if errors.Is(err, embraye.ErrUnavailable) {
		o := &h.unwritten
		if errors.Is(err, embraye.ErrFilesAway) {
			o = &h.unfiled
		} else if reads(r) {
			o = &h.unread
		}
		if o.told.Swap(true) {
			level = slog.LevelDebug
		}
	}
	h.log.Log(context.WithoutCancel(r.Context()), level, what, append([]any{"method", r.Method, "path", PathOf(r), "err", err}, args...)...)
}

// written ends an outage of writing once a request that writes was taken.
func (h *Server) written(r *http.Request, status int) {
	if !reads(r) && status > 0 && status < http.StatusBadRequest {
		h.unwritten.tell(h.log, "", "what is sent is kept again", nil)
	}
}

// FileRead ends an outage of the store of files once one was opened.
func (h *Server) FileRead() { h.unfiled.tell(h.log, "", "the store of files answers again", nil) }
