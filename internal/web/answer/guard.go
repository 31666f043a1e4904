package answer

import (
	"cmp"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// maxURIBytes is far more than any address of ours is long (F171).
const maxURIBytes = 8 << 10

// Guard wraps the router in what holds for every answer: security headers, a
// panic that stays ours, the client's address, our own name, a bounded URI.
func (h *Server) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.headers.set(w.Header())
		out := &recorder{ResponseWriter: w, pace: mover{Pace: h.writing, set: http.NewResponseController(w).SetWriteDeadline}}
		defer func() { h.counts.request(r, out.answered()) }()
		if len(h.observers) > 0 {
			with, over := h.observed(out, r)
			defer over()
			r = with
		}
		defer h.recover(out, r)
		if h.log.Enabled(r.Context(), slog.LevelDebug) {
			defer h.logRequest(out, r, h.now())
		}
		r = h.noting(r)
		h.proxies.resolve(r)
		// The server asks its own body whether it was read to the end: if not, it
		// lingers before it closes, so that our answer arrives (RFC 9112 9.6).
		defer func(body io.ReadCloser) { r.Body = body }(r.Body)
		if err := h.paceBody(w, r); err != nil {
			h.Fail(out, r, err)
			return
		}
		switch {
		case len(r.RequestURI) > maxURIBytes:
			h.Refuse(out, r, http.StatusRequestURITooLong)
		case r.URL.RawPath != "":
			// No path of ours needs an escape: another spelling of one is no path.
			h.Refuse(out, r, http.StatusNotFound)
		case !h.hosts.answersFor(r):
			h.Refuse(out, r, http.StatusMisdirectedRequest)
		default:
			next.ServeHTTP(out, r)
			h.written(r, out.status)
		}
		out.finish()
	})
}

// A recorder remembers what was answered, for the log and for recover, and
// writes at the pace of the client.
type recorder struct {
	http.ResponseWriter
	status int
	pace   mover
}

// WriteHeader remembers the status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// answered is the status; without one of ours it is net/http's 200.
func (w *recorder) answered() int { return cmp.Or(w.status, http.StatusOK) }

// Write remembers that a body was begun.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.writePaced(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// recover answers 500 without a word about why; the log has the stack.
func (h *Server) recover(w *recorder, r *http.Request) {
	reason := recover()
	if reason == nil {
		return
	}
	if reason == http.ErrAbortHandler {
		panic(reason) // the server closes the connection and says nothing
	}
	h.log.Error("request panicked", "method", r.Method, "path", PathOf(r), "reason", reason, "stack", string(debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler) // half an answer is worse than none
	}
	header := w.Header()
	clear(header)
	h.headers.set(header)
	h.Refuse(w, r, http.StatusInternalServerError)
}

func (h *Server) logRequest(w *recorder, r *http.Request, start time.Time) {
	h.log.Debug("request", "method", r.Method, "path", PathOf(r), "status", w.status,
		"client", ClientOf(r), "took", h.now().Sub(start))
}

// securityHeaders are the header lines of every answer, whatever it is
// (W33, W35).
type securityHeaders []headerLine

// ContentPolicy allows what pages of ours are made of and nothing else.
const ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

func newSecurityHeaders(base string) securityHeaders {
	lines := securityHeaders{
		{"Content-Security-Policy", []string{ContentPolicy}},
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Referrer-Policy", []string{"same-origin"}},
		{"Permissions-Policy", []string{"camera=(), geolocation=(), microphone=(), payment=(), usb=()"}},
		{"X-Frame-Options", []string{"DENY"}},
	}
	if strings.HasPrefix(base, "https://") {
		lines = append(lines, headerLine{"Strict-Transport-Security", []string{"max-age=31536000"}})
	}
	return lines
}

func (s securityHeaders) set(header http.Header) {
	for _, line := range s {
		header[line.name] = line.values
	}
}
