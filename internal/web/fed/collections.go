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

// collections lists the collections of accounts that an actor recommends
// (FEP-7aa9): the organisation and each measure have one.
func (h *Handler) collections(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	actor, name, err := h.recommends(ctx, v)
	if err != nil {
		return nil, err
	}
	list := []embraye.IRI{h.site.Collection(actor.Handle, name)}
	return answer.Document(v)(h.rooms.App.Wire().Items(h.site.Collections(actor.Handle), list))
}

// collection is « Les mesures du mémoire », or « Qui suit la mesure ».
func (h *Handler) collection(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	actor, name, err := h.recommends(ctx, v)
	if err != nil {
		return nil, err
	}
	if v.Param("name") != name {
		return nil, embraye.ErrNotFound
	}
	wire := h.rooms.App.Wire()
	if name == activitypub.FollowedBy {
		peers, err := h.pages.FeaturesPage(ctx, h.site.Collection(actor.Handle, name))
		if err != nil {
			return nil, err
		}
		return answer.Document(v)(activitypub.FeaturedPeers(*wire, *actor, peers))
	}
	measures, err := h.pages.MeasuresPage(ctx, actor.Handle)
	if err != nil {
		return nil, err
	}
	return answer.Document(v)(wire.FeaturedMeasures(*actor, measures))
}

// recommends is who has a collection of accounts, and its name.
func (h *Handler) recommends(ctx context.Context, v *answer.View) (actor *embraye.Actor, name string, err error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, "", err
	}
	page, err := h.pages.ActorPage(ctx, handle)
	if err != nil {
		return nil, "", err
	}
	switch page.Actor.Kind {
	case embraye.OrganisationActor:
		return &page.Actor, activitypub.MeasuresCollection, nil
	case embraye.MeasureActor:
		return &page.Actor, activitypub.FollowedBy, nil
	}
	return nil, "", embraye.ErrNotFound
}
