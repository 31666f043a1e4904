package fed

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
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
func (h *Handler) post(ctx context.Context, v *answer.View, kind string) (*post, error) {
	id, err := answer.IDOf(v.Param("id"))
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
	if kind == "/avis" {
		page, err := h.pages.ReviewPage(ctx, id)
		if err != nil {
			return nil, err
		}
		r := page.Review
		return &post{h.site.ReviewID(id), r.LikeCount, r.BoostCount, r.PublishedAt, r.WithdrawnAt}, nil
	}
	page, err := h.pages.ConstatPage(ctx, id)
	if err != nil {
		return nil, err
	}
	u := page.Update
	return &post{h.site.UpdateID(id), u.LikeCount, u.BoostCount, u.PublishedAt, u.WithdrawnAt}, nil
}

// reactions is …/likes or …/shares: how many, never who.
func (h *Handler) reactions(kind, name string) answer.Builder {
	return func(ctx context.Context, v *answer.View) (*answer.Answer, error) {
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
		return answer.Document(v)(h.rooms.App.Wire().Collection(id, total))
	}
}

// replies is …/replies: the addresses of those that the moderation shows.
func (h *Handler) replies(kind string) answer.PagedBuilder {
	return func(ctx context.Context, v *answer.View, p answer.Paging) (*answer.Answer, error) {
		of, err := h.post(ctx, v, kind)
		if err != nil {
			return nil, err
		}
		id := of.id + "/replies"
		switch {
		case of.gone != nil:
			return h.goneCollection(v, id, of)
		case p.First:
			return nil, fmt.Errorf("pages of replies are numbered: %w", embraye.ErrInvalid)
		}
		page, err := h.pages.RepliesPage(ctx, of.id, max(p.Number, 1), repliesPageSize)
		if err != nil {
			return nil, err
		}
		return h.repliesDocument(v, p, id, page)
	}
}

// repliesDocument is the head of the collection, or one page of it, oldest first.
func (h *Handler) repliesDocument(v *answer.View, p answer.Paging, id embraye.IRI, page *embraye.RepliesPage) (*answer.Answer, error) {
	wire := h.rooms.App.Wire()
	if p.Number == 0 {
		return answer.Document(v)(wire.OrderedCollection(id, page.Total, answer.Paging{Number: 1}.Of(id)))
	}
	items := make([]json.RawMessage, len(page.Replies))
	for i, reply := range page.Replies {
		items[i] = activitypub.Address(reply.URI)
	}
	var next embraye.IRI
	if page.More && p.Number < answer.MaxPageNumber {
		next = answer.Paging{Number: p.Number + 1}.Of(id)
	}
	return answer.Document(v)(wire.OrderedPage(p.Of(id), id, next, items))
}

func (h *Handler) goneCollection(v *answer.View, id embraye.IRI, of *post) (*answer.Answer, error) {
	return answer.Tombstone(v)(h.rooms.App.Wire().Tombstone(id, "Collection", of.published, *of.gone))
}
