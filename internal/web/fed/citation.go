package fed

import (
	"context"
	"errors"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// citation is /citations/{id}: a permission to quote (FEP-044f), while it holds
// and what it lets quote is there. Mastodon fetches it before it shows a quote.
func (h *Handler) citation(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	quote, err := h.pages.QuotePage(ctx, id)
	if err != nil {
		return nil, err
	}
	author, err := h.authorOf(ctx, quote.Object)
	if err != nil {
		return nil, err
	}
	return answer.Document(v)(h.rooms.App.Wire().QuoteAuthorization(*quote, author))
}

// feature is /mises-en-avant/{id}: a permission to name an actor of ours in a
// collection (FEP-7aa9), while it holds.
func (h *Handler) feature(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	id, err := answer.IDOf(v.Param("id"))
	if err != nil {
		return nil, err
	}
	permission, err := h.pages.QuotePage(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		permission, err = h.ownFeature(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	if _, actor := h.site.LocalActor(permission.Object); !actor {
		return nil, embraye.ErrNotFound
	}
	return answer.Document(v)(h.rooms.App.Wire().FeatureAuthorization(*permission))
}

// ownFeature is the permission of a measure to be named among those of its
// organisation.
func (h *Handler) ownFeature(ctx context.Context, id string) (*embraye.Quote, error) {
	org := h.rooms.App.Organisation()
	measures, err := h.pages.MeasuresPage(ctx, org)
	if err != nil {
		return nil, err
	}
	collection := h.site.Collection(org, activitypub.MeasuresCollection)
	for _, m := range measures {
		if own := h.site.OwnFeature(collection, m.Handle); own.ID == id {
			return &own, nil
		}
	}
	return nil, embraye.ErrNotFound
}

// authorOf is the handle of who wrote a Note of ours that still stands.
func (h *Handler) authorOf(ctx context.Context, object embraye.IRI) (string, error) {
	if id, ok := h.site.LocalUpdate(object); ok {
		page, err := h.pages.ConstatPage(ctx, id)
		if err != nil {
			return "", err
		}
		if !page.Update.Withdrawn() {
			return page.Update.Actor, nil
		}
	}
	if id, ok := h.site.LocalNote(object); ok {
		page, err := h.pages.NotePage(ctx, id)
		if err != nil {
			return "", err
		}
		if page.Note.DeletedAt == nil {
			return page.Note.Actor, nil
		}
	}
	return "", embraye.ErrNotFound
}
