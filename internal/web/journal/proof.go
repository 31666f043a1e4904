package journal

import (
	"context"
	"net/http"

	"embraye/internal/embraye"
	"embraye/internal/translog"
	"embraye/internal/web/answer"
)

// constatProof is that a version of a constat is in the log.
func (h *Handler) constatProof(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, n, err := version(v)
	if err != nil {
		return nil, err
	}
	page, err := h.Pages.VersionPage(ctx, id, n)
	if err != nil {
		return nil, err
	}
	if page.Revision.Waits {
		return notYet(), nil
	}
	return h.proof(ctx, translog.Revision, h.Site.UpdateID(id), n, page.Revision.Salt)
}

// reviewProof is the same of a review.
func (h *Handler) reviewProof(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, n, err := version(v)
	if err != nil {
		return nil, err
	}
	page, err := h.Pages.ReviewVersionPage(ctx, id, n)
	if err != nil {
		return nil, err
	}
	if page.Revision.Waits {
		return notYet(), nil
	}
	return h.proof(ctx, translog.Review, h.Site.ReviewID(id), n, page.Revision.Salt)
}

// notYet is the answer while the leaf waits: Retry-After tells it from what has
// no proof at all.
func notYet() *answer.Answer {
	return answer.New(http.StatusNotFound, answer.TypeText, []byte("This version waits to be entered in the log: its proof comes afterwards.\n")).
		Bare().With("Access-Control-Allow-Origin", "*").With("Retry-After", "300").KeptBriefly()
}

func version(v *answer.View) (id string, n int, err error) {
	if id, err = answer.IDOf(v.Param("id")); err != nil {
		return "", 0, err
	}
	n, err = answer.NumberOf(v.Param("n"))
	return id, n, err
}

// proof is by the newest checkpoint, so it is another one with every leaf. What
// was erased has no salt: the proof then says that something was there.
func (h *Handler) proof(ctx context.Context, kind translog.Kind, id embraye.IRI, n int, salt []byte) (*answer.Answer, error) {
	p, leaf, err := h.Log.Proof(ctx, kind, string(id), n)
	if err != nil {
		return nil, err
	}
	if p.Extra, err = translog.Extra(leaf, salt); err != nil {
		return nil, err
	}
	return open(translog.ProofType, []byte(p.Text())).KeptBriefly(), nil
}
