package fed

import (
	"context"
	"encoding/json"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// outboxPageSize is small because pages embed whole activities (INTEROP 0.10).
const outboxPageSize = 20

// outbox has every Create and Announce of an actor that still holds.
func (h *Handler) outbox(ctx context.Context, v *answer.View, p answer.Paging) (*answer.Answer, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	if p.Number > 0 {
		return nil, fmt.Errorf("outbox pages have no number: %w", embraye.ErrInvalid)
	}
	id, wire := h.site.Outbox(handle), h.rooms.App.Wire()
	if !p.First {
		page, err := h.pages.OutboxPage(ctx, handle, "", 0)
		if err != nil {
			return nil, err
		}
		return answer.Document(v)(wire.OrderedCollection(id, page.Total, answer.Paging{First: true}.Of(id)))
	}
	page, err := h.pages.OutboxPage(ctx, handle, p.Before, outboxPageSize)
	if err != nil {
		return nil, err
	}
	var next embraye.IRI
	if page.Next != "" {
		next = answer.Paging{First: true, Before: page.Next}.Of(id)
	}
	items := make([]json.RawMessage, len(page.Activities))
	for i, a := range page.Activities {
		items[i] = activitypub.Bare(a.Body)
	}
	return answer.Document(v)(wire.OrderedPage(p.Of(id), id, next, items))
}
