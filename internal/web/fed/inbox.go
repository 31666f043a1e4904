package fed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// maxInboxBytes bounds a message before anything looks at it (F137).
const maxInboxBytes = 256 << 10

// inbox takes what other servers send, to one actor or to all. What is wrong
// with the request itself is told before its body is read; who sent it, and
// whether that may be believed, is the use case's business. 202 means that the
// effects are committed.
func (h *Handler) inbox(w http.ResponseWriter, r *http.Request) {
	status, err := h.takeMessage(w, r)
	if err == nil {
		h.answers.CountMessage(http.StatusAccepted)
		w.Header()["Cache-Control"] = answer.NoStore
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if status == 0 {
		status = answer.StatusOf(err)
	}
	// Never 410: Misskey and PieFed forget us for it (INTEROP 0.22).
	if status == http.StatusGone {
		status = http.StatusNotFound
	}
	h.answers.CountMessage(status)
	h.logRefusal(r, status, err)
	if status == http.StatusRequestEntityTooLarge || status == http.StatusRequestTimeout {
		w.Header().Set("Connection", "close")
	}
	answer.SetRetryAfter(w, err, status)
	h.answers.Refuse(w, r, status)
}

// takeMessage returns a status for what HTTP has a word for, 0 for the rest.
func (h *Handler) takeMessage(w http.ResponseWriter, r *http.Request) (status int, err error) {
	handle := answer.Param(r, "handle")
	if handle != "" {
		if handle, err = answer.HandleOf(handle); err != nil {
			return 0, fmt.Errorf("inbox of %.64q: %w", handle, err)
		}
		if err = h.knowsActor(r.Context(), handle); err != nil {
			return 0, err
		}
	}
	if err := checkMediaType(r.Header); err != nil {
		return http.StatusUnsupportedMediaType, err
	}
	body, status, err := readMessage(w, r, maxInboxBytes)
	if err != nil {
		return status, err
	}
	ctx, cancel := apart(r)
	defer cancel()
	return 0, h.rooms.Inbox.Take(ctx, r, body, handle)
}

// takenWithin ends the taking of what was sent.
const takenWithin = time.Minute

// apart goes on though the sender hangs up: what was sent whole is sent. A client
// that closes its side behind the body waits for the answer, and one that has no
// patience would come again and again for what was nearly done.
func apart(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.Context()), takenWithin)
}

// knowsActor remembers who there is: an actor that is switched on stays on.
func (h *Handler) knowsActor(ctx context.Context, handle string) error {
	if _, known := h.actors.Load(handle); known {
		return nil
	}
	if _, err := h.pages.ActorPage(ctx, handle); err != nil {
		return fmt.Errorf("inbox of %s: %w", handle, err)
	}
	h.actors.Store(handle, struct{}{})
	return nil
}

// checkMediaType accepts the two names of ActivityStreams, exactly, and no
// compression: what a few bytes inflate to is nobody's gain here (F134, F135).
func checkMediaType(header http.Header) error {
	if encoding := header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return fmt.Errorf("Content-Encoding %.40q: %w", encoding, embraye.ErrInvalid)
	}
	values := header["Content-Type"]
	if len(values) != 1 {
		return fmt.Errorf("%d Content-Type lines: %w", len(values), embraye.ErrInvalid)
	}
	name, params, err := embraye.MediaType(values[0])
	switch {
	case err != nil:
	case name == "application/activity+json":
		return nil
	case name == "application/ld+json" && answer.HasProfile(params["profile"]):
		return nil
	}
	return fmt.Errorf("Content-Type %.100q: %w", values[0], embraye.ErrInvalid)
}

// readMessage reads at most the limit, within the deadline.
func readMessage(w http.ResponseWriter, r *http.Request, limit int64) (body []byte, status int, err error) {
	if r.ContentLength > limit {
		return nil, http.StatusRequestEntityTooLarge, fmt.Errorf("body of %d bytes: %w", r.ContentLength, embraye.ErrInvalid)
	}
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return body, 0, nil
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge, err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, http.StatusRequestTimeout, err
	}
	return nil, http.StatusBadRequest, fmt.Errorf("reading the body: %w", err)
}

// logRefusal is one line for each refused message; what is our own fault is an
// error. The reason is cut: strangers write parts of it.
func (h *Handler) logRefusal(r *http.Request, status int, err error) {
	reason := err.Error()
	if len(reason) > 500 {
		reason = strings.ToValidUTF8(reason[:500], "") + "…"
	}
	if status >= http.StatusInternalServerError {
		h.answers.LogFailure(r, "message not taken", err, "client", answer.ClientOf(r), "status", status)
		return
	}
	h.log.Info("message refused", "path", answer.PathOf(r), "client", answer.ClientOf(r), "status", status, "reason", reason)
}
