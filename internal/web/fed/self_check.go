package fed

import (
	"encoding/json"
	"fmt"
	"net/http"

	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// maxSelfCheckBytes is somewhat more than `embraye check` sends.
const maxSelfCheckBytes = 2 << 20

// selfCheck tells how a request arrived to whoever has the key of this instance,
// and to nobody else anything: the operator's command asks it through the public
// name, to see what a proxy makes of a message. Nothing is kept.
func (h *Handler) selfCheck(w http.ResponseWriter, r *http.Request) {
	arrival, status, err := h.readSelfCheck(w, r)
	switch {
	case err == nil:
		answer.New(http.StatusOK, answer.TypeJSON, arrival).Bare().Unkept().Write(w, r)
	case status != 0:
		w.Header().Set("Connection", "close")
		h.answers.Refuse(w, r, status)
	default:
		h.answers.Fail(w, r, err)
	}
}

// readSelfCheck returns a status for what HTTP has a word for, 0 for the rest.
func (h *Handler) readSelfCheck(w http.ResponseWriter, r *http.Request) (arrival []byte, status int, err error) {
	if err := h.rooms.Directory.AllowUnverified(r.RemoteAddr); err != nil {
		return nil, 0, err
	}
	if r.ContentLength > maxSelfCheckBytes && r.Header.Get("Expect") != "" { // no proxy minds its size
		return nil, http.StatusExpectationFailed, fmt.Errorf("a body of %d bytes is announced: %w", r.ContentLength, embraye.ErrInvalid)
	}
	body, status, err := readMessage(w, r, maxSelfCheckBytes)
	if err != nil {
		return nil, status, err
	}
	if err := directory.FromOurselves(r.Context(), h.rooms.Directory, r, body); err != nil {
		return nil, 0, err
	}
	a := answer.ArrivalOf(r)
	a.Bytes = len(body)
	arrival, err = json.Marshal(a)
	return arrival, 0, err
}
