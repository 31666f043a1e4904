package fed

import (
	"context"
	"encoding/json"

	"embraye/internal/activitypub"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// followers says how many, never who.
func (h *Handler) followers(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	return h.counted(ctx, v, h.site.Followers, h.pages.FollowersPage)
}

// following is kept like followers.
func (h *Handler) following(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	return h.counted(ctx, v, h.site.Following, h.pages.FollowingPage)
}

func (h *Handler) counted(ctx context.Context, v *answer.View, id func(string) embraye.IRI,
	count func(context.Context, string) (int, error)) (*answer.Answer, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	total, err := count(ctx, handle)
	if err != nil {
		return nil, err
	}
	return answer.Document(v)(h.rooms.App.Wire().Collection(id(handle), total))
}

// featured is the only backfill that Mastodon and GoToSocial read: « où on en
// est » and the latest constats, by id, since both fetch each one anyway.
func (h *Handler) featured(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	page, err := h.pages.FeaturedPage(ctx, handle)
	if err != nil {
		return nil, err
	}
	var items []json.RawMessage
	if page.Pinned != nil {
		items = append(items, activitypub.Address(h.site.NoteID(page.Pinned.ID)))
	}
	for _, u := range page.Latest {
		items = append(items, activitypub.Address(h.site.UpdateID(u.ID)))
	}
	return answer.Document(v)(h.rooms.App.Wire().OrderedItems(h.site.Featured(handle), items))
}

// measures is the organisation's list of its measure actors, in one page:
// other instances of Embraye find us by it (FEDERATION.md).
func (h *Handler) measures(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	actors, err := h.pages.MeasuresPage(ctx, handle)
	if err != nil {
		return nil, err
	}
	items := make([]embraye.IRI, len(actors))
	for i, a := range actors {
		items[i] = h.site.ActorID(a.Handle)
	}
	return answer.Document(v)(h.rooms.App.Wire().Items(h.site.Measures(handle), items))
}

// collections lists the collections of accounts that the organisation
// recommends (FEP-7aa9); nobody else has any.
func (h *Handler) collections(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	if _, err := h.pages.MeasuresPage(ctx, handle); err != nil {
		return nil, err
	}
	list := []embraye.IRI{h.site.Collection(handle, activitypub.MeasuresCollection)}
	return answer.Document(v)(h.rooms.App.Wire().Items(h.site.Collections(handle), list))
}

// collection is « Les mesures du mémoire ».
func (h *Handler) collection(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	if v.Param("name") != activitypub.MeasuresCollection {
		return nil, embraye.ErrNotFound
	}
	measures, err := h.pages.MeasuresPage(ctx, handle)
	if err != nil {
		return nil, err
	}
	org, err := h.pages.ActorPage(ctx, handle)
	if err != nil {
		return nil, err
	}
	return answer.Document(v)(h.rooms.App.Wire().FeaturedMeasures(org.Actor, measures))
}
