package inbox

import (
	"context"
	"errors"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveLike counts a Like or an EmojiReact of a Note of ours, once per actor
// (F082).
func (i *Inbox) receiveLike(ctx context.Context, t store.Tables, m received) error {
	return i.interact(ctx, t, m, embraye.Like, m.in.Content)
}

// receiveAnnounce counts a boost of a Note of ours. Only the id counts: an
// embedded copy is never believed (F075), and what is boosted of others is not
// ours to keep or to repeat (F152).
func (i *Inbox) receiveAnnounce(ctx context.Context, t store.Tables, m received) error {
	return i.interact(ctx, t, m, embraye.Boost, "")
}

func (i *Inbox) interact(ctx context.Context, t store.Tables, m received, kind embraye.InteractionKind, emoji string) error {
	object := embraye.IRI(m.in.Object.ID)
	if !i.desk.Ours.IsNote(object) || i.desk.Site.Ours(m.sender.URI) {
		return errIgnored
	}
	refusal, err := directory.Refusal(ctx, i.directory, m.sender.Host)
	if err != nil {
		return err
	}
	if refusal.Silenced { // nothing is counted that could tell whether it stands
		if author, err := i.desk.Ours.AuthorOf(ctx, t, object); err != nil {
			return err
		} else if author == "" {
			return errIgnored
		}
	}
	us := i.desk.Site.ActorID(i.desk.Organisation())
	added, err := i.desk.Ours.React(ctx, t, &embraye.Interaction{Kind: kind, Actor: m.sender.URI, Object: object, ActivityID: string(m.id),
		Emoji: app.Cut(embraye.Straight(emoji), 100), Delivery: m.sender.DeliveryInbox(), Aside: refusal.Silenced, CreatedAt: i.desk.Stamp()}, us)
	if errors.Is(err, embraye.ErrNotFound) {
		return errIgnored // withdrawn, deleted or never there: the row goes with the transaction
	}
	if err != nil || added {
		return err
	}
	if blocked, err := t.ActorBlocks.Exists(ctx, us, m.sender.URI); err != nil {
		return err
	} else if blocked {
		return errIgnored // what it liked before stays counted, so that it hears of a withdrawal
	}
	return nil // once more
}
