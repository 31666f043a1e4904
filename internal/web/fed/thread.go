package fed

import (
	"context"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// thread is /constats/{id}/fil, the context of a constat and of what we say
// below it (FEP-f228): everything public of its conversation that is known here,
// by id, oldest first.
func (h *Handler) thread(ctx context.Context, v *answer.View, p answer.Paging) (*answer.Answer, error) {
	of, err := h.post(ctx, v, "/constats")
	if err != nil {
		return nil, err
	}
	id := h.site.ThreadID(v.Param("id"))
	switch {
	case of.gone != nil:
		return answer.Tombstone(v)(h.rooms.App.Wire().Tombstone(id, "OrderedCollection", of.published, *of.gone))
	case p.First:
		return nil, fmt.Errorf("pages of a thread are numbered: %w", embraye.ErrInvalid)
	}
	page, err := h.pages.ThreadPage(ctx, v.Param("id"), max(p.Number, 1), repliesPageSize)
	if err != nil {
		return nil, err
	}
	wire := h.rooms.App.Wire()
	if p.Number == 0 {
		return answer.Document(v)(wire.OrderedCollection(id, page.Total, answer.Paging{Number: 1}.Of(id)))
	}
	var next embraye.IRI
	if page.More && p.Number < answer.MaxPageNumber {
		next = answer.Paging{Number: p.Number + 1}.Of(id)
	}
	return answer.Document(v)(wire.OrderedPage(p.Of(id), id, next, activitypub.Addresses(page.Items)))
}
