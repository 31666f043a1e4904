package translog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind is what a leaf records.
type Kind string

// The kinds of leaves.
const (
	Revision   Kind = "revision"   // a version of a constat; the first is its publication
	Withdrawal Kind = "withdrawal" // of a constat or a review
	Review     Kind = "review"     // a version of a review of ours
	Answer     Kind = "answer"     // what we answered in public
	Moderation Kind = "moderation" // a line of the public journal
	Evidence   Kind = "evidence"   // a copy of evidence
	Key        Kind = "key"        // a key that counts from now on
	Restart    Kind = "restart"    // the first leaf of a log that follows another
)

const (
	leafVersion = 1
	// MaxLeaf bounds a leaf, in bytes; a bundle could carry 65,535.
	MaxLeaf = 1024
	// SaltSize is the length of what hides the object of a commitment.
	SaltSize = 32
)

// Leaf is one public act. Its bytes are canonical JSON (RFC 8785).
type Leaf struct {
	Kind Kind
	ID   string // address of what it is about
	N    int    // number of the version; 0 where there is one only
	// Commit is Commitment(salt, bytes as first made), in hex; "" where there
	// are no bytes, or none any more.
	Commit string
	At     time.Time // whole seconds
	Before bool      // the act is older than the log
	SHA256 string    // of a copy of evidence, in hex
	Key    string    // the new key, as a vkey or a Multikey
	// Previous is the log that this one follows.
	Previous *Previous
}

// Previous is what is known of a log that was closed.
type Previous struct {
	Checkpoint string `json:"checkpoint"` // its last one that we know, verbatim
	Origin     string `json:"origin"`
	Root       string `json:"root"` // hex
	Size       int64  `json:"size"`
}

// wire is the leaf as it is written: names in the order that RFC 8785 wants.
type wire struct {
	At       string    `json:"at"`
	Before   bool      `json:"before,omitempty"`
	Commit   string    `json:"commit,omitempty"`
	ID       string    `json:"id"`
	Key      string    `json:"key,omitempty"`
	N        int       `json:"n,omitempty"`
	Previous *Previous `json:"previous,omitempty"`
	SHA256   string    `json:"sha256,omitempty"`
	Type     Kind      `json:"type"`
	V        int       `json:"v"`
}

// Bytes writes the leaf.
func (l Leaf) Bytes() ([]byte, error) {
	w := wire{At: l.At.UTC().Format(time.RFC3339), Before: l.Before, Commit: l.Commit, ID: l.ID, Key: l.Key, N: l.N, Previous: l.Previous,
		SHA256: l.SHA256, Type: l.Kind, V: leafVersion}
	if err := w.check(); err != nil {
		return nil, err
	}
	return w.bytes()
}

func (w wire) bytes() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(w); err != nil {
		return nil, err
	}
	b := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	if len(b) > MaxLeaf {
		return nil, malformed("a leaf of %d bytes, where %d are the most", len(b), MaxLeaf)
	}
	return b, nil
}

// ParseLeaf reads a leaf that somebody else may have written.
func ParseLeaf(b []byte) (Leaf, error) {
	if len(b) > MaxLeaf {
		return Leaf{}, malformed("a leaf of %d bytes, where %d are the most", len(b), MaxLeaf)
	}
	var w wire
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return Leaf{}, malformed("a leaf that is not JSON of ours: %v", err)
	}
	if err := w.check(); err != nil {
		return Leaf{}, err
	}
	if again, err := w.bytes(); err != nil || !bytes.Equal(again, b) {
		return Leaf{}, malformed("a leaf that is not written as RFC 8785 says")
	}
	at, _ := time.Parse(time.RFC3339, w.At) // check has read it
	return Leaf{Kind: w.Type, ID: w.ID, N: w.N, Commit: w.Commit, At: at.UTC(), Before: w.Before, SHA256: w.SHA256, Key: w.Key, Previous: w.Previous}, nil
}

// check refuses what has no place in a leaf. Its texts are such that
// encoding/json writes them as RFC 8785 does.
func (w wire) check() error {
	at, err := time.Parse(time.RFC3339, w.At)
	switch {
	case w.V != leafVersion:
		return malformed("a leaf of version %d", w.V)
	case !w.Type.known():
		return malformed("a leaf of the unknown type %.40q", string(w.Type))
	case err != nil || at.UTC().Format(time.RFC3339) != w.At:
		return malformed("a leaf with the time %.40q", w.At)
	case w.ID == "" || strings.ContainsFunc(w.ID, func(r rune) bool { return r <= ' ' || r > '~' }):
		return malformed("a leaf with the id %.80q", w.ID)
	case w.N < 0 || w.Commit != "" && !isHash(w.Commit) || w.SHA256 != "" && !isHash(w.SHA256):
		return malformed("a leaf whose number or hash is none")
	case !plain(w.Key) || w.Previous != nil && !w.Previous.ok():
		return malformed("a leaf with a text that has no place in it")
	}
	return nil
}

func (k Kind) known() bool {
	switch k {
	case Revision, Withdrawal, Review, Answer, Moderation, Evidence, Key, Restart:
		return true
	}
	return false
}

func (p Previous) ok() bool {
	return plain(p.Origin) && plain(p.Checkpoint) && isHash(p.Root) && p.Size >= 0 && p.Size <= MaxSize
}

// plain tells text that every writer of JSON writes alike.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' || r == 0x7f || r == '\u2028' || r == '\u2029'
	})
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size && s == strings.ToLower(s)
}

// Commitment binds an object without showing it: nobody who lacks the salt can
// tell by trying what it was.
func Commitment(salt, object []byte) string {
	sum := sha256.Sum256(append(append(make([]byte, 0, len(salt)+len(object)), salt...), object...))
	return hex.EncodeToString(sum[:])
}

// Subject is a number that few leaves share, by which those of a version are
// found again.
func Subject(kind Kind, id string, n int) int64 {
	sum := sha256.Sum256([]byte(string(kind) + "\n" + id + "\n" + strconv.Itoa(n)))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}
