package activitypub

import (
	"encoding/json"
	"fmt"
	"time"

	"embraye/internal/activitypub/streams"

	"embraye/internal/embraye"
)

// addressed is what an activity copies from the object it carries, so that
// both say the same (Akkoma and Lemmy compare them).
type addressed struct {
	ID           embraye.IRI     `json:"id"`
	Type         string          `json:"type"`
	AttributedTo json.RawMessage `json:"attributedTo"`
	To           []embraye.IRI   `json:"to"`
	CC           []embraye.IRI   `json:"cc"`
	Context      embraye.IRI     `json:"context"`
	Audience     embraye.IRI     `json:"audience"`
	Published    time.Time       `json:"published"`
	Followers    embraye.IRI     `json:"followers"`
}

// author is attributedTo of a Note: one string.
func (a addressed) author() (embraye.IRI, error) {
	var i embraye.IRI
	if err := json.Unmarshal(a.AttributedTo, &i); err != nil {
		return "", fmt.Errorf("attributedTo of %s is not one address: %w", a.ID, embraye.ErrInvalid)
	}
	return i, nil
}

// carry makes an activity around a document: embedded whole (Mastodon fetches
// nothing for Create, GoToSocial ignores bare ids in Undo), without its
// context.
func carry(b *builder, v activity, doc []byte, a addressed) ([]byte, error) {
	b.audience(v, a.To, a.CC)
	extra := map[string]any{"object": Bare(doc)}
	if a.Context != "" {
		extra["context"] = a.Context
	}
	if a.Audience != "" {
		extra["audience"] = a.Audience
	}
	return b.finish(v, extra)
}

// Create publishes a Note of ours; id is the ULID of the activity.
func (w Wire) Create(id string, note []byte) ([]byte, error) {
	var a addressed
	if err := decodeOwn(note, &a); err != nil {
		return nil, err
	}
	author, err := a.author()
	if err != nil {
		return nil, err
	}
	b, v := &builder{}, streams.NewActivityStreamsCreate()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, author)
	b.published(v, a.Published)
	return carry(b, v, note, a)
}

// UpdateOf tells of a changed Note, or of a changed actor document (a profile,
// a new key: INTEROP 0.21). actor is a local handle.
func (w Wire) UpdateOf(id, actor string, object []byte, at time.Time) ([]byte, error) {
	var a addressed
	if err := decodeOwn(object, &a); err != nil {
		return nil, err
	}
	if len(a.To) == 0 { // an actor document has no audience of its own
		a.To, a.CC = []embraye.IRI{Public}, []embraye.IRI{w.Site.Followers(actor)}
	}
	b, v := &builder{}, streams.NewActivityStreamsUpdate()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.published(v, at)
	return carry(b, v, object, a)
}

// Delete takes back an object; it carries the Tombstone, whose id is what
// everybody reads.
func (w Wire) Delete(id, actor string, object embraye.IRI, deletedAt time.Time) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsDelete()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.published(v, deletedAt)
	b.audience(v, []embraye.IRI{Public}, []embraye.IRI{w.Site.Followers(actor)})
	tombstone := map[string]any{"id": object, "type": "Tombstone", "deleted": wireTime(deletedAt).Format(time.RFC3339)}
	return b.finish(v, map[string]any{"object": tombstone})
}

// Announce boosts an object by its bare id (INTEROP 0.15); embedded copies are
// fetched again anyway. author is told by cc; it may be empty.
func (w Wire) Announce(id, actor string, object, author embraye.IRI, at time.Time) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsAnnounce()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.published(v, at)
	cc := []embraye.IRI{w.Site.Followers(actor)}
	if author != "" {
		cc = append(cc, author)
	}
	b.audience(v, []embraye.IRI{Public}, cc)
	b.objectIRI(v, object)
	return b.finish(v, nil)
}

// Undo takes back an activity of ours, embedded whole: GoToSocial and PeerTube
// ignore one that is only named. It goes where the activity went.
func (w Wire) Undo(id, actor string, undone []byte, at time.Time) ([]byte, error) {
	var a addressed
	if err := decodeOwn(undone, &a); err != nil {
		return nil, err
	}
	a.Context, a.Audience = "", ""
	b, v := &builder{}, streams.NewActivityStreamsUndo()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.published(v, at)
	return carry(b, v, undone, a)
}

// Tombstone is what a withdrawn object's address answers, with 410.
func (w Wire) Tombstone(id embraye.IRI, formerType string, published, deleted time.Time) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsTombstone()
	b.id(v, id)
	b.published(v, published)
	extra := map[string]any{"deleted": wireTime(deleted).Format(time.RFC3339)}
	if formerType != "" {
		extra["formerType"] = formerType
	}
	return b.finish(v, extra)
}

// Move says that an account of ours is another one now (FEP-7628), to its
// followers, as Mastodon and GoToSocial send it.
func Move(w Wire, id, actor string, target embraye.IRI, at time.Time) ([]byte, error) {
	b, v := &builder{}, streams.NewActivityStreamsMove()
	b.id(v, w.Site.ActivityID(id))
	b.actor(v, w.Site.ActorID(actor))
	b.published(v, at)
	b.audience(v, []embraye.IRI{w.Site.Followers(actor)}, []embraye.IRI{Public})
	b.objectIRI(v, w.Site.ActorID(actor))
	return b.finish(v, map[string]any{"target": target})
}
