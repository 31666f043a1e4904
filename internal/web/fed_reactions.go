package web

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
)

const repliesPageSize = 50

// A post is what the three collections of a Note need to know of it.
type post struct {
	id            embraye.IRI
	likes, shares int
	published     time.Time
	gone          *time.Time
}

// post finds the Note that a collection belongs to.
func (h *Handler) post(ctx context.Context, v *view, kind string) (*post, error) {
	id, err := idOf(v.param("id"))
	if err != nil {
		return nil, err
	}
	if kind == "/notes" {
		page, err := h.pages.NotePage(ctx, id)
		if err != nil {
			return nil, err
		}
		n := page.Note
		return &post{h.site.NoteID(id), n.LikeCount, n.BoostCount, n.PublishedAt, n.DeletedAt}, nil
	}
	page, err := h.pages.ConstatPage(ctx, id)
	if err != nil {
		return nil, err
	}
	u := page.Update
	return &post{h.site.UpdateID(id), u.LikeCount, u.BoostCount, u.PublishedAt, u.WithdrawnAt}, nil
}

// reactions is …/likes or …/shares: how many, never who.
func (h *Handler) reactions(kind, name string) builder {
	return func(ctx context.Context, v *view) (*answer, error) {
		of, err := h.post(ctx, v, kind)
		if err != nil {
			return nil, err
		}
		id, total := of.id+embraye.IRI("/"+name), of.likes
		if name == "shares" {
			total = of.shares
		}
		if of.gone != nil {
			return h.goneCollection(v, id, of)
		}
		return document(v)(h.rooms.App.Wire().Collection(id, total))
	}
}

// replies is …/replies: the addresses of those that the moderation shows.
func (h *Handler) replies(kind string) pagedBuilder {
	return func(ctx context.Context, v *view, p paging) (*answer, error) {
		of, err := h.post(ctx, v, kind)
		if err != nil {
			return nil, err
		}
		id := of.id + "/replies"
		switch {
		case of.gone != nil:
			return h.goneCollection(v, id, of)
		case p.first:
			return nil, fmt.Errorf("pages of replies are numbered: %w", embraye.ErrInvalid)
		}
		page, err := h.pages.RepliesPage(ctx, of.id, max(p.number, 1), repliesPageSize)
		if err != nil {
			return nil, err
		}
		return h.repliesDocument(v, p, id, page)
	}
}

// repliesDocument is the head of the collection, or one page of it, oldest first.
func (h *Handler) repliesDocument(v *view, p paging, id embraye.IRI, page *embraye.RepliesPage) (*answer, error) {
	wire := h.rooms.App.Wire()
	if p.number == 0 {
		return document(v)(wire.OrderedCollection(id, page.Total, paging{number: 1}.of(id)))
	}
	items := make([]json.RawMessage, len(page.Replies))
	for i, reply := range page.Replies {
		items[i] = activitypub.Address(reply.URI)
	}
	var next embraye.IRI
	if page.More && p.number < maxPageNumber {
		next = paging{number: p.number + 1}.of(id)
	}
	return document(v)(wire.OrderedPage(p.of(id), id, next, items))
}

func (h *Handler) goneCollection(v *view, id embraye.IRI, of *post) (*answer, error) {
	return tombstone(v)(h.rooms.App.Wire().Tombstone(id, "Collection", of.published, *of.gone))
}
