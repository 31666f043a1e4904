package fed

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/translog"
	"embraye/internal/web/answer"
)

// addCheckpoint is POST /temoin/add-checkpoint (C2SP tlog-witness): a log has its
// checkpoint signed. Nobody signs the request: the checkpoint's own signature is
// what counts.
func (h *Handler) addCheckpoint(w http.ResponseWriter, r *http.Request) {
	w.Header()["Cache-Control"] = answer.NoStore
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, translog.MaxAddBytes))
	if err != nil {
		status := http.StatusBadRequest
		if errors.As(err, new(*http.MaxBytesError)) {
			status = http.StatusRequestEntityTooLarge
			w.Header().Set("Connection", "close")
		}
		plain(w, status, answer.TypeText, fmt.Sprintf("at most %d bytes, and to their end\n", translog.MaxAddBytes))
		return
	}
	ctx, cancel := apart(r)
	defer cancel()
	lines, err := h.rooms.Witness.Add(ctx, body)
	var refusal *translog.Refusal
	switch {
	case err == nil:
		plain(w, http.StatusOK, answer.TypeText, lines)
	case errors.As(err, &refusal) && refusal.Status == http.StatusConflict:
		plain(w, refusal.Status, translog.SizeType, fmt.Sprintf("%d\n", refusal.Size))
	case errors.As(err, &refusal):
		plain(w, refusal.Status, answer.TypeText, refusal.Why+"\n")
	default:
		h.answers.Fail(w, r, err)
	}
}

func plain(w http.ResponseWriter, status int, mediaType, text string) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // whoever asked may have gone
}

// witnessed is what we signed of a log last.
func (h *Handler) witnessed(w http.ResponseWriter, r *http.Request) {
	text, err := h.rooms.Witness.Checkpoint(r.Context(), answer.Param(r, "hash"))
	if err != nil {
		h.answers.Fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "max-age=5")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	plain(w, http.StatusOK, answer.TypeText, text)
}

// mirrored is a tile of the leaves of a log that is kept here.
func (h *Handler) mirrored(w http.ResponseWriter, r *http.Request) {
	hash := answer.Param(r, "hash")
	_, path, _ := strings.Cut(r.URL.Path, "/temoin/"+hash+"/")
	tile, err := translog.ParsePath(path)
	if err != nil || tile.Level != translog.Entries {
		h.answers.Fail(w, r, fmt.Errorf("web: tile %.100q: %w", path, embraye.ErrNotFound))
		return
	}
	bundle, err := h.rooms.Witness.Tile(r.Context(), hash, tile)
	if err != nil {
		h.answers.Fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	plain(w, http.StatusOK, "application/octet-stream", string(bundle))
}
