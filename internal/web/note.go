package web

import (
	"context"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/web/answer"
)

// note is /notes/{id}: pinned summaries, corrections, answers.
func (h *Handler) note(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	page, err := h.pages.NotePage(ctx, id)
	if err != nil {
		return nil, err
	}
	n := &page.Note
	switch {
	case n.DeletedAt != nil && v.Face == answer.FacePage:
		reason := ""
		if page.Update != nil {
			reason = page.Update.WithdrawReason
		}
		return h.readers.GonePage(v, *n.DeletedAt, reason)
	case n.DeletedAt != nil:
		return answer.Tombstone(v)(h.rooms.App.Wire().Tombstone(h.site.NoteID(id), "Note", n.PublishedAt, *n.DeletedAt))
	case v.Face == answer.FacePage:
		return h.readers.NotePage(v, page)
	}
	doc := activitypub.WithCounts(n.Wire, h.site.NoteID(id), n.LikeCount, n.BoostCount, n.ReplyCount)
	return answer.Document(v)(app.ProveServed(ctx, h.rooms.App, &page.Actor, doc, n.PublishedAt, n.UpdatedAt))
}
