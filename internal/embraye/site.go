package embraye

import "strings"

// Site builds every address of the instance from its configured origin, never
// from a request.
type Site struct {
	Base         string // https://suivi.example, no slash at the end
	HandleDomain string // after the @ of handles; a non-default port belongs to it
}

// ActorID is the id of a local actor.
func (s Site) ActorID(handle string) IRI { return IRI(s.Base + "/actors/" + handle) }

// ActorPage is the page of a measure or organisation.
func (s Site) ActorPage(handle string) string { return s.Base + "/@" + handle }

// PageOf is the page of an actor; the instance has none but the home page.
func (s Site) PageOf(a Actor) string {
	if a.Kind == InstanceActor {
		return s.Base + "/"
	}
	return s.ActorPage(a.Handle)
}

// KeyID names an actor's key: always #main-key (INTEROP 0.21).
func (s Site) KeyID(handle string) string { return string(s.ActorID(handle)) + "#main-key" }

// Ed25519KeyID names the other half of that key (FEP-521a).
func (s Site) Ed25519KeyID(handle string) string { return string(s.ActorID(handle)) + "#ed25519-key" }

// Inbox, Outbox and the collections of an actor.
func (s Site) Inbox(handle string) IRI     { return s.ActorID(handle) + "/inbox" }
func (s Site) Outbox(handle string) IRI    { return s.ActorID(handle) + "/outbox" }
func (s Site) Followers(handle string) IRI { return s.ActorID(handle) + "/followers" }
func (s Site) Following(handle string) IRI { return s.ActorID(handle) + "/following" }
func (s Site) Featured(handle string) IRI  { return s.ActorID(handle) + "/featured" }
func (s Site) Measures(handle string) IRI  { return s.ActorID(handle) + "/measures" }
func (s Site) Icon(handle string) IRI      { return s.ActorID(handle) + "/icon.png" }

// Collections lists the collections of accounts that an actor recommends, and
// Collection is one of them (FEP-7aa9).
func (s Site) Collections(handle string) IRI      { return s.ActorID(handle) + "/collections" }
func (s Site) Collection(handle, name string) IRI { return s.Collections(handle) + IRI("/"+name) }

// SharedInbox is the inbox of all actors.
func (s Site) SharedInbox() IRI { return IRI(s.Base + "/inbox") }

// ThreadID is the collection of a constat's conversation.
func (s Site) ThreadID(id string) IRI { return s.UpdateID(id) + "/fil" }

// UpdateID is the id of a constat's Note, and its page.
func (s Site) UpdateID(id string) IRI { return IRI(s.Base + "/constats/" + id) }

// NoteID is the id of another Note of ours, and its page.
func (s Site) NoteID(id string) IRI { return IRI(s.Base + "/notes/" + id) }

// ReviewID is the id of a review of ours, and its page.
func (s Site) ReviewID(id string) IRI { return IRI(s.Base + "/avis/" + id) }

// ReviewsAbout is the template of where the reviews of an object are listed, by
// the SHA-256 of its id: they are found without its author's help.
func (s Site) ReviewsAbout() string { return s.Base + "/avis/sur/" + DigestPlace }

// DigestPlace stands for the digest of an id, in hex, in an address template.
const DigestPlace = "{sha256}"

// ActivityID is the id of something we said.
func (s Site) ActivityID(id string) IRI { return IRI(s.Base + "/activities/" + id) }

// CopyPage is the page of our copy of a peer's constat.
func (s Site) CopyPage(id string) string { return s.Base + "/copies/" + id }

// QuoteID is the id of a QuoteAuthorization.
func (s Site) QuoteID(id string) IRI { return IRI(s.Base + "/citations/" + id) }

// FeatureID is the id of a FeatureAuthorization.
func (s Site) FeatureID(id string) IRI { return IRI(s.Base + "/mises-en-avant/" + id) }

// OwnFeature is the permission of an actor of ours to be named in a collection of
// ours: nobody asked for it, so it is made of the two and kept nowhere.
func (s Site) OwnFeature(collection IRI, handle string) Quote {
	object := s.ActorID(handle)
	return Quote{ID: CopyID(collection + " " + object), Object: object, Quoting: collection}
}

// PermissionID is the id of a permission: to quote a post of ours, or to name an
// actor of ours in a collection.
func (s Site) PermissionID(q *Quote) IRI {
	if _, actor := s.LocalActor(q.Object); actor {
		return s.FeatureID(q.ID)
	}
	return s.QuoteID(q.ID)
}

// Mention is @handle@domain.
func (s Site) Mention(handle string) string { return "@" + handle + "@" + s.HandleDomain }

// Names reports whether handles at a host are those of this instance.
func (s Site) Names(host string) bool { return host == s.HandleDomain || host == IRI(s.Base).Host() }

// Ours reports whether an address is on this instance.
func (s Site) Ours(i IRI) bool { return i.Origin() == s.Base }

// LocalActor returns the handle of an actor of ours named by its id.
func (s Site) LocalActor(i IRI) (string, bool) { return s.cut(i, "/actors/") }

// NamedActor returns the handle of an actor of ours named by any address that
// WebFinger gives for it: its id, or its page. People paste the page, and some
// servers follow, undo and mention what was pasted.
func (s Site) NamedActor(i IRI) (string, bool) {
	if i == IRI(s.Base) || i == IRI(s.Base+"/") {
		return InstanceHandle, true
	}
	if handle, ok := s.LocalActor(i); ok {
		return handle, true
	}
	return s.cut(i, "/@")
}

// LocalUpdate returns the ULID of a constat of ours named by its id.
func (s Site) LocalUpdate(i IRI) (string, bool) { return s.cut(i, "/constats/") }

// LocalNote returns the ULID of another Note of ours named by its id.
func (s Site) LocalNote(i IRI) (string, bool) { return s.cut(i, "/notes/") }

// LocalReview returns the ULID of a review of ours named by its id.
func (s Site) LocalReview(i IRI) (string, bool) { return s.cut(i, "/avis/") }

// LocalActivity returns the ULID of an activity of ours named by its id.
func (s Site) LocalActivity(i IRI) (string, bool) { return s.cut(i, "/activities/") }

func (s Site) cut(i IRI, path string) (string, bool) {
	rest, ok := strings.CutPrefix(string(i), s.Base+path)
	return rest, ok && rest != "" && !strings.ContainsAny(rest, "/?#")
}
