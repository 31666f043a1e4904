// Package journal serves the public log to whoever does not take our word:
// checkpoints, tiles and the policy of C2SP, and the proof of each version of a
// constat or a review. It has no page; what people read stands on /journal.
//
// Anybody may read it from a page of theirs; nothing is written. Start reading at
// Routes.
package journal

import (
	"context"
	"fmt"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/translog"
	"embraye/internal/web/answer"
)

// Log is what is read of the log; what it does not have is ErrNotFound.
type Log interface {
	Of(ctx context.Context, epoch int) (*embraye.LogState, error)
	Tile(ctx context.Context, st *embraye.LogState, tile translog.Tile) ([]byte, error)
	Proof(ctx context.Context, kind translog.Kind, id string, n int) (translog.Proof, []byte, error)
	Shown(ctx context.Context, st *embraye.LogState) (string, error)
}

// Witness says whom this instance believes.
type Witness interface {
	Policy(ctx context.Context) (*translog.Policy, error)
}

// Pages is where the salts of versions lie.
type Pages interface {
	VersionPage(ctx context.Context, id string, number int) (*embraye.VersionPage, error)
	ReviewVersionPage(ctx context.Context, id string, number int) (*embraye.ReviewVersionPage, error)
}

// Options is what the answers are made with.
type Options struct {
	Log     Log
	Witness Witness
	Pages   Pages
	Answers *answer.Server
	Site    embraye.Site
}

// Handler answers at the addresses of the log.
type Handler struct{ Options }

// New makes a Handler.
func New(o Options) *Handler { return &Handler{o} }

// Routes are the addresses of the log, and of those that it followed or that
// follow it: the first keeps its address for good.
func (h *Handler) Routes(r answer.Routes) {
	r.Get("/journal/policy", h.Answers.Serve(answer.OtherOnly, h.policy))
	for _, log := range []string{"/journal", "/journal/{epoch}"} {
		r.Get(log+"/checkpoint", h.Answers.Serve(answer.OtherOnly, h.checkpoint))
		r.Get(log+"/tile/*", h.tile)
	}
	r.Get("/constats/{id}/versions/{n}/preuve.tlog-proof", h.Answers.Serve(answer.OtherOnly, h.constatProof))
	r.Get("/avis/{id}/versions/{n}/preuve.tlog-proof", h.Answers.Serve(answer.OtherOnly, h.reviewProof))
}

// open is an answer that anybody may read from a page of theirs.
func open(contentType string, body []byte) *answer.Answer {
	return answer.New(http.StatusOK, contentType, body).Bare().With("Access-Control-Allow-Origin", "*")
}

// of is the log that an address names.
func (h *Handler) of(ctx context.Context, v *answer.View) (*embraye.LogState, error) {
	epoch := 1
	if named := v.Param("epoch"); named != "" {
		var err error
		if epoch, err = answer.NumberOf(named); err != nil || epoch < 2 {
			return nil, fmt.Errorf("web: the log %.20q: %w", named, embraye.ErrNotFound)
		}
	}
	return h.Log.Of(ctx, epoch)
}

// checkpoint is the newest of a log; of one that was closed, the last.
func (h *Handler) checkpoint(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	st, err := h.of(ctx, v)
	if err != nil {
		return nil, err
	}
	if st.Checkpoint == "" {
		return nil, fmt.Errorf("web: the log has no checkpoint yet: %w", embraye.ErrNotFound)
	}
	signed, err := h.Log.Shown(ctx, st)
	if err != nil {
		return nil, err
	}
	return open(answer.TypeText, []byte(signed)).KeptBriefly(), nil
}

// tile is hashes or leaves. A full one never changes.
func (h *Handler) tile(w http.ResponseWriter, r *http.Request) {
	tile, err := translog.ParsePath("tile/" + answer.Param(r, "*"))
	if err != nil {
		answer.New(http.StatusBadRequest, answer.TypeText, []byte("This is not the address of a tile: …/tile/<level 0-6, or entries>/<number in groups of three digits>[.p/<width 1-255>], as c2sp.org/tlog-tiles says.\n")).
			Unkept().Write(w, r)
		return
	}
	h.Answers.Serve(answer.OtherOnly, func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
		st, err := h.of(ctx, v)
		if err != nil {
			return nil, err
		}
		body, err := h.Log.Tile(ctx, st, tile)
		if err != nil {
			return nil, err
		}
		a := open("application/octet-stream", body)
		if tile.W == translog.TileWidth {
			return a.KeptForGood(), nil
		}
		return a.KeptForADay(), nil
	})(w, r)
}

// policy says by which keys this instance's logs and those of its peers are
// signed, and whom it believes when they witness.
func (h *Handler) policy(ctx context.Context, _ *answer.View) (*answer.Answer, error) {
	policy, err := h.Witness.Policy(ctx)
	if err != nil {
		return nil, err
	}
	return open(answer.TypeText, []byte(policy.String())).KeptBriefly(), nil
}
