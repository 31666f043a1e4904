package translog

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	// MaxSize is the largest log that can be told to readers of JSON.
	MaxSize = 1<<53 - 1
	// MaxCheckpoint bounds a signed checkpoint: the log's line and those of some
	// hundred witnesses, whose ML-DSA lines are long.
	MaxCheckpoint = 1 << 20
	maxOrigin     = 255
)

// Checkpoint is the whole log at one moment.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Text is what is signed.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// ParseCheckpoint reads the text of a checkpoint, without its signatures.
// Extension lines are left aside, as the format asks.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return Checkpoint{}, malformed("a checkpoint of %d lines", len(lines)-1)
	}
	c := Checkpoint{Origin: lines[0]}
	var err error
	if c.Size, err = parseSize(lines[1]); err != nil {
		return Checkpoint{}, err
	}
	if c.Root, err = parseHash(lines[2]); err != nil {
		return Checkpoint{}, err
	}
	for _, extension := range lines[3 : len(lines)-1] {
		if extension == "" {
			return Checkpoint{}, malformed("a checkpoint with an empty line")
		}
	}
	return c, CheckOrigin(c.Origin)
}

// CheckOrigin refuses what cannot be the name of a log or of a witness.
func CheckOrigin(name string) error {
	if name == "" || len(name) > maxOrigin || strings.Contains(name, "+") || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return malformed("the name %.80q of a log or a witness", name)
	}
	return nil
}

// parseSize reads a number of leaves, which has one spelling.
func parseSize(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > MaxSize || strconv.FormatInt(n, 10) != s {
		return 0, malformed("the number %.40q", s)
	}
	return n, nil
}

func parseHash(s string) (h tlog.Hash, err error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != tlog.HashSize || strings.ContainsAny(s, "\r\n") {
		return h, malformed("the hash %.60q", s)
	}
	return tlog.Hash(b), nil
}

// Sign signs the checkpoint as a note.
func (c Checkpoint) Sign(signers ...note.Signer) (string, error) {
	if err := CheckOrigin(c.Origin); err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	return string(signed), err
}

// OpenCheckpoint reads a signed checkpoint: one of the verifiers at least has
// signed it, and none of those that are known has signed wrongly. Signatures of
// others are left aside.
func OpenCheckpoint(signed string, verifiers ...note.Verifier) (Checkpoint, *note.Note, error) {
	if len(signed) > MaxCheckpoint {
		return Checkpoint{}, nil, malformed("a checkpoint of %d bytes", len(signed))
	}
	n, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	var unsigned *note.UnverifiedNoteError
	if errors.As(err, &unsigned) {
		return Checkpoint{}, nil, fmt.Errorf("nobody who is trusted has signed this checkpoint: %w", err)
	}
	if err != nil {
		return Checkpoint{}, nil, malformed("a signed checkpoint: %v", err)
	}
	c, err := ParseCheckpoint(n.Text)
	return c, n, err
}

// Unsigned is the text of a signed checkpoint, which is not verified.
func Unsigned(signed string) (Checkpoint, error) {
	text, _, ok := strings.Cut(signed, "\n\n")
	if !ok {
		return Checkpoint{}, malformed("a checkpoint without a signature")
	}
	return ParseCheckpoint(text + "\n")
}

// algorithm is Ed25519 over the text, in keys of notes.
const algorithm = 1

// VKey is the public key of a log under its origin, as others are told it.
func VKey(origin string, key ed25519.PublicKey) (string, error) {
	if err := CheckOrigin(origin); err != nil {
		return "", err
	}
	return note.NewEd25519VerifierKey(origin, key)
}

// Signer signs checkpoints of a log.
func Signer(origin string, key ed25519.PrivateKey) (note.Signer, error) {
	vkey, err := VKey(origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	rest, _ := strings.CutPrefix(vkey, origin+"+")
	id, _, _ := strings.Cut(rest, "+")
	seed := base64.StdEncoding.EncodeToString(append([]byte{algorithm}, key.Seed()...))
	return note.NewSigner("PRIVATE+KEY+" + origin + "+" + id + "+" + seed)
}
