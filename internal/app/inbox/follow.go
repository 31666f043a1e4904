package inbox

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/activitypub"
	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// receiveFollow keeps the follower and answers Accept to its personal inbox,
// signed by the followed actor (INTEROP 0.16, 0.17). A repeated Follow is
// answered again, unless an Accept still waits.
func (i *Inbox) receiveFollow(ctx context.Context, t store.Tables, m received) error {
	actor, err := i.localActor(ctx, t, m.in.Object.ID)
	if err != nil {
		return err
	}
	blocked, err := t.ActorBlocks.Exists(ctx, i.desk.Site.ActorID(actor.Handle), m.sender.URI)
	if err != nil {
		return err
	}
	if blocked {
		return i.answerFollow(ctx, t, actor, m, "Reject")
	}
	f := &embraye.Follower{Actor: actor.Handle, Follower: m.sender.URI, Host: m.sender.Host,
		Inbox: m.sender.Inbox, Delivery: m.sender.DeliveryInbox(), FollowID: string(m.id), CreatedAt: i.desk.Stamp()}
	if waits, err := waits(ctx, i, t, f); err != nil || waits {
		return err
	}
	if err := t.Followers.Upsert(ctx, f); err != nil {
		return err
	}
	if err := replaceMoved(ctx, t, m.sender); err != nil {
		return err
	}
	t.Changed()
	return i.answerFollow(ctx, t, actor, m, "Accept")
}

// waits keeps the wish to follow of who is on a domain that is limited, as Mastodon
// does, unless it follows already: somebody decides, and only then is it answered.
func waits(ctx context.Context, i *Inbox, t store.Tables, f *embraye.Follower) (bool, error) {
	refusal, err := directory.Refusal(ctx, i.directory, f.Host)
	if err != nil || !refusal.Silenced {
		return false, err
	}
	if follows, err := t.Followers.Exists(ctx, f.Actor, f.Follower); err != nil || follows {
		return false, err
	}
	return true, t.Aside.Ask(ctx, f)
}

func (i *Inbox) answerFollow(ctx context.Context, t store.Tables, actor *embraye.Actor, m received, kind string) error {
	waiting, err := t.Activities.Waiting(ctx, actor.Handle, kind, m.sender.URI)
	if err != nil || waiting {
		return err
	}
	id, err := i.desk.NewID()
	if err != nil {
		return err
	}
	follow := activitypub.Received{ID: string(m.id), Type: "Follow", Actor: string(m.sender.URI), Object: m.in.Object.ID}
	answer := i.desk.Wire().Accept
	if kind == "Reject" {
		answer = i.desk.Wire().Reject
	}
	body, err := answer(id, actor.Handle, follow)
	if err != nil {
		return err
	}
	return i.desk.SendToOne(ctx, t, app.Outgoing{ID: id, Actor: actor.Handle, KeyID: actor.KeyID, Kind: kind, Object: m.sender.URI, Body: body}, m.sender.Inbox)
}

// localActor is one of our actors, by any address of its. Anything else in a
// Follow is none of our business: Friendica follows posts.
func (i *Inbox) localActor(ctx context.Context, t store.Tables, id string) (*embraye.Actor, error) {
	handle, ok := i.desk.Site.NamedActor(embraye.IRI(id))
	if !ok {
		return nil, errIgnored
	}
	actor, err := t.Actors.Take(ctx, handle)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && !actor.Enabled {
		return nil, fmt.Errorf("inbox: no actor %.200s here: %w", id, embraye.ErrNotFound)
	}
	return actor, err
}

// receiveUndo takes back what the sender did: a Follow by the pair of actors,
// other things by id or by (actor, type, object) (INTEROP 0.17). What somebody
// else did is never touched, and nothing is fetched (F072).
func (i *Inbox) receiveUndo(ctx context.Context, t store.Tables, m received) error {
	undone := m.in.Object
	if undone.Actor != "" && undone.Actor != string(m.sender.URI) {
		return errIgnored
	}
	switch undone.Type {
	case "Follow":
		return i.undoFollow(ctx, t, m, undone)
	case "Like", "EmojiReact":
		return i.undoInteraction(ctx, t, m, embraye.Like, undone)
	case "Announce":
		return i.undoInteraction(ctx, t, m, embraye.Boost, undone)
	case "Block":
		return i.undoBlock(ctx, t, m, undone)
	case "":
		return i.undoByID(ctx, t, m, undone.ID)
	}
	return errIgnored
}

// undoFollow finds the Follow by who followed whom, or by its id where whom is
// not said.
func (i *Inbox) undoFollow(ctx context.Context, t store.Tables, m received, undone activitypub.Ref) error {
	handle, named := i.desk.Site.NamedActor(embraye.IRI(undone.Object))
	if !named && undone.Object != "" {
		return errIgnored
	}
	if !named {
		_, err := i.undoFollowByID(ctx, t, m, undone.ID)
		return err
	}
	removed, err := t.Followers.Remove(ctx, handle, m.sender.URI)
	if err == nil && removed {
		t.Changed()
	}
	return err
}

func (i *Inbox) undoFollowByID(ctx context.Context, t store.Tables, m received, id string) (removed bool, err error) {
	removed, err = t.Followers.RemoveByFollowID(ctx, m.sender.URI, id)
	if err == nil && removed {
		t.Changed()
	}
	return removed, err
}

func (i *Inbox) undoInteraction(ctx context.Context, t store.Tables, m received, kind embraye.InteractionKind, undone activitypub.Ref) error {
	var removed *embraye.Interaction
	var err error
	if undone.ID != "" {
		removed, err = t.Interactions.RemoveByActivity(ctx, m.sender.URI, undone.ID)
	}
	if err == nil && removed == nil && undone.Object != "" {
		removed, err = t.Interactions.Remove(ctx, kind, m.sender.URI, embraye.IRI(undone.Object))
	}
	if err != nil {
		return err
	}
	if removed != nil {
		i.desk.Ours.Uncount(t, removed)
		return nil
	}
	author, err := i.desk.Ours.AuthorOf(ctx, t, embraye.IRI(undone.Object))
	if err != nil || author == "" {
		return err
	}
	return bury(ctx, i, t, m, undone)
}

// bury remembers an activity about ours that was undone before it came: the first
// try to send it failed, and it comes after its Undo. A Follow is not remembered:
// Misskey's and Pixelfed's have one id for ever, and to unfollow and follow again
// is how people mend one that was lost.
func bury(ctx context.Context, i *Inbox, t store.Tables, m received, undone activitypub.Ref) error {
	id, err := embraye.ParseID(undone.ID, i.desk.AllowHTTP)
	if err != nil || !embraye.SameOrigin(id, m.sender.URI) {
		return errIgnored
	}
	return t.Tombstones.Add(ctx, embraye.Grave(m.sender.URI, id))
}

// undoBlock finds the Block by who blocked whom, or by its id.
func (i *Inbox) undoBlock(ctx context.Context, t store.Tables, m received, undone activitypub.Ref) error {
	if handle, named := i.desk.Site.NamedActor(embraye.IRI(undone.Object)); named {
		if removed, err := t.ActorBlocks.Remove(ctx, m.sender.URI, i.desk.Site.ActorID(handle)); err != nil || removed {
			return err
		}
		return bury(ctx, i, t, m, undone)
	}
	if undone.Object != "" || undone.ID == "" {
		return errIgnored
	}
	return t.ActorBlocks.RemoveByActivity(ctx, m.sender.URI, undone.ID)
}

// undoByID is for Akkoma and its kin, whose Undo names an id only.
func (i *Inbox) undoByID(ctx context.Context, t store.Tables, m received, id string) error {
	removed, err := t.Interactions.RemoveByActivity(ctx, m.sender.URI, id)
	if err != nil {
		return err
	}
	if removed != nil {
		i.desk.Ours.Uncount(t, removed)
		return nil
	}
	if gone, err := i.undoFollowByID(ctx, t, m, id); err != nil || gone {
		return err
	}
	return t.ActorBlocks.RemoveByActivity(ctx, m.sender.URI, id)
}
