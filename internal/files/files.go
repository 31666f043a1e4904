// Package files owns the evidence files and images that editors upload: what
// is accepted, what is left of it, where it lies.
//
// What always holds: a type is decided by decoding, never by a name or a
// header; pictures are made anew, so that no metadata, no script and no second
// file inside survives, and their pixels stand upright; a stored file is named
// by the SHA-256 of its bytes and by an extension of our own list, never by
// words of a stranger; it appears whole or not at all; what one upload can make
// the program allocate is bounded before anything is decoded.
//
// PDF files are kept as they are, metadata included, and must be served as
// attachments (Info.Inline is false).
//
// Files lie in a folder, or in a bucket of a store that speaks S3 (place.go,
// bucket.go); the same holds of both.
//
// Start reading at Store.Put, then picture.go.
package files

import (
	"embraye/internal/embraye"
)

// Codes of the problems that Put reports, keys of the catalogue.
const (
	CodeEmpty    = "file_empty"
	CodeTooLarge = "file_too_large"  // more bytes than Options.MaxBytes
	CodeType     = "file_type"       // none of the accepted types
	CodeBroken   = "file_broken"     // of an accepted type, but cannot be decoded
	CodeUnread   = "image_unread"    // in order, but stored in a way that our decoders do not know
	CodePixels   = "image_too_large" // too many pixels, or too much memory to decode
	CodeFrames   = "too_many_frames"
)

// Types lists what is accepted, as Problem.Allowed shows it.
func Types() []string { return []string{"PNG", "JPEG", "WebP", "GIF", "PDF"} }

// refuse is ErrInvalid with one reason; max is the limit that was passed, if
// there is one.
func refuse(code, value string, max int) error {
	p := embraye.Problem{Field: "file", Code: code, Value: value, Max: max}
	if code == CodeType {
		p.Allowed = Types()
	}
	return &embraye.InvalidError{Problems: []embraye.Problem{p}}
}
