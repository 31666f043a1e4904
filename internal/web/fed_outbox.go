package web

import (
	"context"
	"encoding/json"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

// outboxPageSize is small because pages embed whole activities (INTEROP 0.10).
const outboxPageSize = 20

// outbox has every Create and Announce of an actor that still holds.
func (h *Handler) outbox(ctx context.Context, v *view, p paging) (*answer, error) {
	handle, err := handleOf(v.param("handle"))
	if err != nil {
		return nil, err
	}
	if p.number > 0 {
		return nil, fmt.Errorf("outbox pages have no number: %w", embraye.ErrInvalid)
	}
	id, wire := h.site.Outbox(handle), h.rooms.App.Wire()
	if !p.first {
		page, err := h.pages.OutboxPage(ctx, handle, "", 0)
		if err != nil {
			return nil, err
		}
		return document(v)(wire.OrderedCollection(id, page.Total, paging{first: true}.of(id)))
	}
	page, err := h.pages.OutboxPage(ctx, handle, p.before, outboxPageSize)
	if err != nil {
		return nil, err
	}
	var next embraye.IRI
	if page.Next != "" {
		next = paging{first: true, before: page.Next}.of(id)
	}
	items := make([]json.RawMessage, len(page.Activities))
	for i, a := range page.Activities {
		items[i] = activitypub.Bare(a.Body)
	}
	return document(v)(wire.OrderedPage(p.of(id), id, next, items))
}
