// Package activitypub is the wire language: it turns our domain into
// ActivityStreams documents, and what other programs send into small structs.
// It does no I/O. It alone knows go-fed, whose streams and vocab packages build
// what we say; what others say is read from the parsed JSON by one law
// (read_common.go), because go-fed spends 46 kB on an embedded object and gives
// up a message for one odd property.
//
// What always holds:
//
//   - Everything emitted goes through finish, which restores lists of one
//     element, sets the @context last and writes keys in one order: the same
//     domain value always gives the same bytes.
//   - Nothing received is read before jsonshape has judged its shape, and
//     nothing received makes this package panic: what cannot be read is
//     embraye.ErrInvalid.
//
// Start reading at Wire.Note for the way out and at Peek for the way in.
package activitypub

import (
	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// Public is the collection of everybody; always the full IRI (INTEROP 0.9).
const Public embraye.IRI = "https://www.w3.org/ns/activitystreams#Public"

// WireVersion numbers the shape of our objects: it grows when an upgrade
// changes what the same constat looks like. 2: audience and inReplyTo are always
// there, and likes, shares and replies are not. 3: its author's proof is in it.
const WireVersion = 3

// Wire writes the documents of one instance.
type Wire struct {
	Site         embraye.Site
	Reference    *embraye.Reference
	Territories  *embraye.Territories
	Organisation string // handle of the organisation's account
	Catalogue    *locale.Catalogue
}

// language is that of the texts that belong to no constat: profiles.
func (w Wire) language() string { return w.Reference.Language }
