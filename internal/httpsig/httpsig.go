// Package httpsig signs HTTP requests and judges signed ones, in the two
// schemes that the fediverse speaks: draft-cavage-http-signatures-12 and
// RFC 9421 as Mastodon profiles it. It does no input or output, keeps nothing
// and knows no actor: whose key a key id names is for its callers to find out.
//
// The law of the package:
//
//   - A [Signature] exists only if it covers enough. Draft-cavage:
//     (request-target), host, a time anchor, and digest when there is a body.
//     RFC 9421: @method, @target-uri, created, and content-digest when there
//     is a body. What a sender signs beyond that must be there and agree.
//   - A digest counts only after it was compared with the body that was read.
//   - Time is bounded on both sides, see [Policy].
//   - The address that was signed is compared with our configured origin. The
//     Host of the request, which a stranger or a proxy chooses, is never
//     believed: it may only agree.
//   - The algorithm follows from the type of the key: RSA is PKCS #1 v1.5 with
//     SHA-256, Ed25519 is Ed25519 and only in RFC 9421. A header may name that
//     algorithm or none; it can not choose another.
//   - Whatever has two readings is refused: a repeated header line, parameter,
//     label or component, an escape, a foreign alphabet.
//   - Hostile input is cheap: a header over 8 KiB is refused unread, and every
//     list has a cap.
//
// A request with Signature-Input is judged by RFC 9421 alone, otherwise by
// draft-cavage. One that carries a signature of each scheme is refused unless
// both name the same key id; then the RFC 9421 one alone counts. Among several
// labels of Signature-Input (at most four) the first that satisfies the law is
// the signature of the request; the others are not looked at.
//
// Verifying takes two steps, because the key is mostly not at hand: [Parse]
// checks everything that needs no key, [Signature.Verify] the rest. Start
// reading at Parse in parse.go and Sign in sign.go.
package httpsig

import (
	"crypto"
	"errors"
	"fmt"
	"net/url"
	"time"
	"unicode/utf8"
)

// Scheme is a way to sign a request.
type Scheme string

const (
	Cavage  Scheme = "cavage"  // draft-cavage-http-signatures-12: every server
	RFC9421 Scheme = "rfc9421" // Mastodon 4.5 and later, Fedify, WordPress
	// Ed25519 is RFC 9421 with an Ed25519 key: Mastodon 4.7, Embraye. Parse cannot
	// know it: a signature has this scheme once Verify has found it good.
	Ed25519 Scheme = "ed25519"
)

// Signer is a key and the name under which others find its public half.
type Signer struct {
	KeyID string
	Key   crypto.Signer // RSA, which signs PKCS #1 v1.5 over SHA-256; Ed25519 for the scheme of that name
}

// Policy says what a verifier demands.
type Policy struct {
	Now     time.Time
	BaseURL *url.URL      // our configured origin; signed addresses are compared with it
	Window  time.Duration // how old a signature may be; 0 means one hour
	Ahead   time.Duration // how far in the future its clock may be; 0 means five minutes
}

// Defaults of Policy, and the farthest that a draft-cavage expiry may lie ahead.
const (
	defaultWindow = time.Hour
	defaultAhead  = 5 * time.Minute
	maxExpires    = 24 * time.Hour
)

// Signature is one well-formed, timely, sufficiently covering signature whose
// digest matches the body. It is not verified yet: the key is still unknown.
type Signature struct {
	Scheme  Scheme
	KeyID   string
	Raw     []byte    // the signature's bytes: equal for a replay, and only for it
	Until   time.Time // Parse refuses this signature from then on: replays need no longer memory
	Covered []string  // names of what is signed, as listed

	alg   string   // what the header calls the algorithm; may be empty
	bases []string // what may have been signed; one nearly always
}

// Errors by meaning; the text after them says why. Every error of Parse and
// Verify that a request causes is ErrUnsigned or ErrInvalid.
var (
	ErrUnsigned  = errors.New("request is not signed")
	ErrInvalid   = errors.New("invalid signature")
	ErrWrongHost = errors.New("request is meant for another host") // is also ErrInvalid
	ErrKey       = errors.New("unusable key")
)

// invalid is ErrInvalid with its reason.
func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
}

// Caps. Honest headers stay far below them.
const (
	maxHeader     = 8 << 10
	maxKeyID      = 2048
	maxParams     = 64 // of a draft-cavage header
	maxCovered    = 64 // names in a draft-cavage header
	maxLabels     = 4
	maxComponents = 32
	maxSFParams   = 16 // of one RFC 9421 signature
	maxDigests    = 16
	maxLines      = 16 // of one header field
)

// checkKeyID refuses key ids that no address can be, before anyone looks them
// up. Letters beyond ASCII are written plain by some.
func checkKeyID(id string) error {
	if id == "" || len(id) > maxKeyID {
		return fmt.Errorf("key id of %d bytes", len(id))
	}
	if !utf8.ValidString(id) {
		return errors.New("key id that is not UTF-8")
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c == 0x7f || c == '"' || c == '\\' {
			return fmt.Errorf("key id with byte %#x", c)
		}
	}
	return nil
}
