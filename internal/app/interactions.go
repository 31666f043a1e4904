package app

import (
	"context"
	"errors"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveLike counts a Like or an EmojiReact of a Note of ours, once per actor
// (F082).
func (a *App) receiveLike(ctx context.Context, t store.Tables, m received) error {
	return a.interact(ctx, t, m, embraye.Like, m.in.Content)
}

// receiveAnnounce counts a boost of a Note of ours. Only the id counts: an
// embedded copy is never believed (F075), and what is boosted of others is not
// ours to keep or to repeat (F152).
func (a *App) receiveAnnounce(ctx context.Context, t store.Tables, m received) error {
	return a.interact(ctx, t, m, embraye.Boost, "")
}

func (a *App) interact(ctx context.Context, t store.Tables, m received, kind embraye.InteractionKind, emoji string) error {
	object := embraye.IRI(m.in.Object.ID)
	if !a.ownNote(object) || a.Site.Ours(m.sender.URI) {
		return errIgnored
	}
	if blocked, err := t.ActorBlocks.Exists(ctx, a.Site.ActorID(a.Organisation()), m.sender.URI); err != nil {
		return err
	} else if blocked {
		return errIgnored // what it liked before stays counted, so that it hears of a withdrawal
	}
	added, err := t.Interactions.Add(ctx, &embraye.Interaction{Kind: kind, Actor: m.sender.URI, Object: object,
		ActivityID: string(m.id), Emoji: cut(embraye.Straight(emoji), 100), Delivery: m.sender.DeliveryInbox(), CreatedAt: a.now()})
	if err != nil || !added {
		return err
	}
	err = a.count(ctx, t, object, kind, 1)
	if errors.Is(err, embraye.ErrNotFound) {
		return errIgnored // withdrawn, deleted or never there: the row goes with the transaction
	}
	return err
}

// ownNote tells whether an address can be that of a Note of ours.
func (a *App) ownNote(object embraye.IRI) bool {
	_, update := a.Site.LocalUpdate(object)
	_, note := a.Site.LocalNote(object)
	return update || note
}

// authorOf is the handle of who wrote a Note of ours that stands, or "".
func (a *App) authorOf(ctx context.Context, t store.Tables, object embraye.IRI) (handle string, err error) {
	if id, ok := a.Site.LocalUpdate(object); ok {
		handle, err = t.Updates.Author(ctx, id)
	} else if id, ok := a.Site.LocalNote(object); ok {
		handle, err = t.Notes.Author(ctx, id)
	}
	if errors.Is(err, embraye.ErrNotFound) {
		return "", nil
	}
	return handle, err
}

// uncount takes a reaction back; of what is withdrawn nothing is counted.
func (a *App) uncount(ctx context.Context, t store.Tables, gone *embraye.Interaction) error {
	err := a.count(ctx, t, gone.Object, gone.Kind, -1)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil
	}
	return err
}

// countReply puts a reply into the public count, or takes it out.
func (a *App) countReply(ctx context.Context, t store.Tables, r *embraye.Reply, by int) error {
	t.Changed()
	err := a.addCounts(ctx, t, r.Object, 0, 0, by)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil
	}
	return err
}

// count moves the live counter of a Note of ours.
func (a *App) count(ctx context.Context, t store.Tables, object embraye.IRI, kind embraye.InteractionKind, by int) error {
	likes, boosts := 0, by
	if kind == embraye.Like {
		likes, boosts = by, 0
	}
	t.Changed()
	return a.addCounts(ctx, t, object, likes, boosts, 0)
}

func (a *App) addCounts(ctx context.Context, t store.Tables, object embraye.IRI, likes, boosts, replies int) error {
	if id, ok := a.Site.LocalUpdate(object); ok {
		return t.Updates.AddCounts(ctx, id, likes, boosts, replies)
	}
	if id, ok := a.Site.LocalNote(object); ok {
		return t.Notes.AddCounts(ctx, id, likes, boosts, replies)
	}
	return nil
}
