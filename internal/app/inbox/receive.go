package inbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"

	"embraye/internal/activitypub"
	"embraye/internal/app/directory"
	"embraye/internal/app/peers"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"
)

// Take takes one request to an inbox: handle names the actor, "" is the
// shared one. nil means accepted, or known and deliberately ignored, and that
// its effects are committed. The order is the gate: shape,
// signature form, blocks, key, owner, proofs, repetition.
func (i *Inbox) Take(ctx context.Context, r *http.Request, body []byte, handle string) error {
	peek, err := activitypub.Peek(body)
	if err != nil {
		return err
	}
	err = take(ctx, i, r, peek, body, handle)
	i.desk.Tally.Heard.Add(peek.Type, err)
	return err
}

func take(ctx context.Context, i *Inbox, r *http.Request, peek *activitypub.Peeked, body []byte, handle string) error {
	actor, id, err := i.identities(peek)
	if err != nil {
		return err
	}
	sig, err := httpsig.Parse(r, body, i.directory.Policy())
	if err != nil {
		return err
	}
	if err := i.directory.RefuseBlocked(ctx, sig.KeyID, actor); err != nil {
		return err
	}
	if peek.Type == "Delete" && peek.Object == string(actor) {
		if known, err := i.directory.Knows(ctx, actor); err != nil || !known {
			return err // a wave of Deletes of strangers costs one look-up each (F155)
		}
	}
	if err := i.directory.AllowUnverified(r.RemoteAddr); err != nil {
		return err
	}
	signer, err := i.directory.Authenticate(ctx, sig, actor, directory.LookAgain(peek.Type))
	if err != nil {
		return err
	}
	if id.Origin() != actor.Origin() {
		return fmt.Errorf("inbox: activity id %s is not on its actor's server: %w", id, embraye.ErrForbidden)
	}
	if err := i.directory.Allow(signer, peek.Type); err != nil {
		return err
	}
	if err := i.directory.NoteContact(ctx, signer.Host, sig.Scheme); err != nil {
		i.desk.Log.Warn("contact is not noted", "host", signer.Host, "error", err) // the next message will do
	}
	sender, err := i.speaker(ctx, signer, actor, peek)
	if err != nil {
		return err
	}
	return i.receive(ctx, received{sender: sender, sig: sig, peek: peek, id: id, body: body, handle: handle})
}

// identities reads who speaks and under which id; an activity
// without an id of its own is refused.
func (i *Inbox) identities(p *activitypub.Peeked) (actor, id embraye.IRI, err error) {
	if actor, err = embraye.ParseIRI(p.Actor, i.desk.AllowHTTP); err != nil {
		return "", "", fmt.Errorf("inbox: actor: %w", err)
	}
	if id, err = embraye.ParseID(p.ID, i.desk.AllowHTTP); err != nil {
		return "", "", fmt.Errorf("inbox: activity id: %w", err)
	}
	return actor, id, nil
}

// received is a message whose sender is proved.
type received struct {
	sender *embraye.RemoteActor
	sig    *httpsig.Signature
	peek   *activitypub.Peeked
	id     embraye.IRI
	body   []byte
	handle string
	in     *activitypub.Incoming
	object []byte // the document of the object, if it had to be fetched
}

// wire is what the object was read from: the message, or the document that it
// named.
func (m received) wire() []byte {
	if m.object != nil {
		return m.object
	}
	return m.body
}

// receive applies a message in one transaction, once.
func (i *Inbox) receive(ctx context.Context, m received) (err error) {
	if m.in, err = m.peek.Read(); err != nil {
		return err
	}
	handler := i.receivers[m.in.Type]
	if m.in.Unknown || handler == nil {
		return nil // Listen, View, Dislike…: 202, nothing kept
	}
	if err := i.prepare(ctx, &m); errors.Is(err, errIgnored) {
		return nil
	} else if err != nil {
		return err
	}
	err = i.desk.Store.InTx(ctx, func(t store.Tables) error {
		if stays(m.in.Type) {
			if err := t.DomainBlocks.Hold(ctx); err != nil {
				return err
			}
		}
		if err := m.hold(ctx, t); err != nil {
			return err
		}
		// The gate asked a memory that is up to a second old, and not this
		// process alone blocks: what is committed decides here.
		fresh, err := t.Seen.Mark(ctx, m.digest(), m.sender.Host)
		if err != nil || !fresh {
			return err
		}
		return handler(ctx, t, m)
	})
	if errors.Is(err, errIgnored) {
		return nil
	}
	if m.in.Type == "Update" || m.in.Type == "Delete" {
		i.directory.ForgetActor(m.sender.URI) // it may have said who it is now
	}
	if err == nil && i.desk.Notify != nil {
		i.desk.Notify()
	}
	return err
}

// stays tells what is there for good once it is taken: nothing of the kind may
// slip past a block that is being made at the same moment.
func stays(kind string) bool {
	return kind == "Follow" || kind == "QuoteRequest" || kind == "FeatureRequest" || kind == "Create"
}

// hold makes two messages about one thing of the sender's wait for each other.
func (m received) hold(ctx context.Context, t store.Tables) error {
	return t.Tombstones.Hold(ctx, embraye.Grave(m.sender.URI, m.subject()))
}

// subject is what a message makes, changes or ends: a post, or what it says itself.
func (m received) subject() embraye.IRI {
	switch m.in.Type {
	case "Create", "Update", "Delete", "Undo":
		return embraye.IRI(m.in.Object.ID)
	}
	return m.id
}

// errIgnored rolls back and is answered 202: the message was understood and is
// none of our business, so nothing of it is kept, not even that it was seen.
var errIgnored = errors.New("ignored")

// digest decides what counts as a repetition (INTEROP 0.18): for Follow and
// Undo the signature, because Misskey's and Pixelfed's have one id and one
// body for ever; for the rest sender, id and body.
func (m received) digest() []byte {
	h := sha256.New()
	if m.in.Type == "Follow" || m.in.Type == "Undo" {
		h.Write([]byte("signature\x00"))
		h.Write(m.sig.Raw)
		return h.Sum(nil)
	}
	sum := sha256.Sum256(m.body)
	h.Write([]byte("activity\x00" + string(m.sender.URI) + "\x00" + string(m.id) + "\x00"))
	h.Write(sum[:])
	return h.Sum(nil)
}

type handler func(ctx context.Context, t store.Tables, m received) error

// handlers is the list of what we act on; all else is answered 202.
func (i *Inbox) handlers() map[string]handler {
	return map[string]handler{
		"Follow":         i.receiveFollow,
		"Undo":           i.receiveUndo,
		"Like":           i.receiveLike,
		"EmojiReact":     i.receiveLike,
		"Announce":       i.receiveAnnounce,
		"Create":         i.receiveCreate,
		"Update":         i.receiveUpdate,
		"Delete":         i.receiveDelete,
		"Block":          i.receiveBlock,
		"Flag":           i.receiveFlag,
		"QuoteRequest":   i.receiveQuoteRequest,
		"FeatureRequest": i.receiveFeatureRequest,
		"Accept":         i.receiveAccept,
		"Reject":         i.receiveReject,
		"Add":            i.receiveCollectionChange,
		"Remove":         i.receiveCollectionChange,
		"Move":           i.receiveMove,
	}
}

// prepare is the place for what a handler needs from elsewhere before the
// transaction opens; nothing is fetched inside one.
func (i *Inbox) prepare(ctx context.Context, m *received) error {
	switch m.in.Type {
	case "Move":
		return i.checkMove(ctx, m)
	case "Delete":
		err := peers.MayEnd(ctx, i.posts.peers, m.sender)
		if errors.Is(err, peers.ErrKeyWaits) { // the sender comes again, and says first by the key before who it is now
			err = fmt.Errorf("inbox: Delete by %s: %w: %w", m.sender.URI, httpsig.ErrInvalid, err)
		}
		return err
	}
	if err := i.fetchNamed(ctx, m); err != nil {
		return err
	}
	if m.in.Post != nil && m.in.Type == "Create" && m.in.Post.AttributedTo != m.sender.URI {
		return fmt.Errorf("inbox: object by %s in an activity of %s: %w", m.in.Post.AttributedTo, m.sender.URI, embraye.ErrForbidden)
	}
	return nil
}

// receiveCollectionChange refuses Add and Remove on collections of ours, and
// ignores all others (F074).
func (i *Inbox) receiveCollectionChange(ctx context.Context, t store.Tables, m received) error {
	if i.desk.Site.Ours(embraye.IRI(m.in.Target.ID)) {
		return fmt.Errorf("inbox: %s on our collection %s: %w", m.in.Type, m.in.Target.ID, embraye.ErrForbidden)
	}
	return errIgnored
}
