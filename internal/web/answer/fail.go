package answer

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

// retryAfter is what we ask for when the database is away.
const retryAfter = 30 * time.Second

// StatusOf maps an error to what a stranger learns about it. 401 and 421 come
// before the domain's kinds because a signature error may wrap one.
func StatusOf(err error) int {
	var many *embraye.TooMany
	switch {
	case errors.As(err, &many):
		return http.StatusTooManyRequests
	case errors.Is(err, httpsig.ErrWrongHost):
		return http.StatusMisdirectedRequest
	case errors.Is(err, httpsig.ErrUnsigned), errors.Is(err, httpsig.ErrInvalid):
		return http.StatusUnauthorized
	case errors.Is(err, embraye.ErrNoRoom):
		return http.StatusInsufficientStorage
	case errors.Is(err, embraye.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	case errors.Is(err, embraye.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, embraye.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, embraye.ErrGone):
		return http.StatusGone
	case errors.Is(err, embraye.ErrInvalid):
		return http.StatusBadRequest
	case errors.Is(err, embraye.ErrConflict):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// Fail answers an error of a GET; what is our own fault is logged.
func (h *Server) Fail(w http.ResponseWriter, r *http.Request, err error) {
	status := StatusOf(err)
	if status >= 500 {
		h.LogFailure(r, "request failed", err, "status", status)
	}
	SetRetryAfter(w, err, status)
	h.Refuse(w, r, status)
}

// SetRetryAfter says how long to wait, where waiting helps.
func SetRetryAfter(w http.ResponseWriter, err error, status int) {
	wait := retryAfter
	var many *embraye.TooMany
	if errors.As(err, &many) {
		wait = max(many.RetryAfter, time.Second)
	} else if status != http.StatusServiceUnavailable && status != http.StatusInsufficientStorage {
		return
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// Refuse answers a status in the representation that was asked for: a sentence
// to people, a small JSON object to programs. It repeats nothing of the request.
func (h *Server) Refuse(w http.ResponseWriter, r *http.Request, status int) {
	var a *Answer
	switch {
	case status == http.StatusMisdirectedRequest:
		a = New(status, TypeText, []byte("This server answers for "+h.site.Base+" only.\n"))
	case h.wantsPage(r):
		a = h.speaker.ErrorPage(r, status)
	default:
		a = errorDocument(status)
	}
	a.etag = nil
	if status != http.StatusGone && status != http.StatusNotFound {
		a.cacheControl = NoStore
	}
	a.Write(w, r)
}

func errorDocument(status int) *Answer {
	body, err := json.Marshal(map[string]string{"error": strings.ToLower(http.StatusText(status))})
	if err != nil {
		panic(err) // a map of strings
	}
	return New(status, TypeJSON, body)
}

// wantsPage: programs speak to these paths, whatever they accept.
func (h *Server) wantsPage(r *http.Request) bool {
	path := r.URL.Path
	if path == "/inbox" || strings.HasSuffix(path, "/inbox") || strings.HasPrefix(path, "/.well-known/") || strings.HasPrefix(path, "/nodeinfo/") {
		return false
	}
	if strings.HasPrefix(path, "/actors/") || strings.HasPrefix(path, "/activities/") || strings.HasPrefix(path, "/citations/") ||
		strings.HasPrefix(path, "/mises-en-avant/") {
		return StreamsFirst(r.Header) == FacePage
	}
	return PageFirst(r.Header) == FacePage
}
