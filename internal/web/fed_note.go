package web

import (
	"context"
	"net/http"

	"embraye/internal/activitypub"
)

// note is /notes/{id}: pinned summaries, corrections, answers.
func (h *Handler) note(ctx context.Context, v *view) (*answer, error) {
	id, err := idOf(v.param("id"))
	if err != nil {
		return nil, err
	}
	page, err := h.pages.NotePage(ctx, id)
	if err != nil {
		return nil, err
	}
	n := &page.Note
	switch {
	case n.DeletedAt != nil && v.face == facePage:
		reason := ""
		if page.Update != nil {
			reason = page.Update.WithdrawReason
		}
		return h.gonePage(v, *n.DeletedAt, reason)
	case n.DeletedAt != nil:
		return tombstone(v)(h.rooms.App.Wire().Tombstone(h.site.NoteID(id), "Note", n.PublishedAt, *n.DeletedAt))
	case v.face == facePage:
		return h.notePage(v, page)
	}
	doc := activitypub.WithCounts(n.Wire, h.site.NoteID(id), n.LikeCount, n.BoostCount, n.ReplyCount)
	return streams(http.StatusOK, v.face, doc), nil
}
