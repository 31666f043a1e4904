package translog

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxAddBytes bounds what is posted to a witness.
const MaxAddBytes = 64 << 10

// SizeType is the media type of the answer that says another size.
const SizeType = "text/x.tlog.size"

// An Added is what a log posts to a witness (C2SP tlog-witness): its checkpoint,
// and the proof that the tree only grew since the one of Old leaves.
type Added struct {
	Old        int64
	Proof      tlog.TreeProof
	Checkpoint string // with its signatures
}

// ParseAdded reads what was posted. Nothing is believed yet.
func ParseAdded(body []byte) (*Added, error) {
	if len(body) > MaxAddBytes {
		return nil, malformed("more than %d bytes", MaxAddBytes)
	}
	head, checkpoint, ok := strings.Cut(string(body), "\n\n")
	if !ok {
		return nil, malformed("no empty line before the checkpoint")
	}
	lines := strings.Split(head, "\n")
	size, ok := strings.CutPrefix(lines[0], "old ")
	old, err := parseSize(size)
	if !ok || err != nil {
		return nil, malformed("the first line is not `old` and a size")
	}
	if len(lines)-1 > maxHashes {
		return nil, malformed("a proof of more than %d lines", maxHashes)
	}
	a := &Added{Old: old, Checkpoint: checkpoint}
	for _, line := range lines[1:] {
		hash, err := parseHash(line)
		if err != nil {
			return nil, fmt.Errorf("the proof: %w", err)
		}
		a.Proof = append(a.Proof, hash)
	}
	_, err = Unsigned(checkpoint)
	return a, err
}

// Bytes is what is posted.
func (a *Added) Bytes() []byte {
	b := fmt.Appendf(nil, "old %d\n", a.Old)
	for _, h := range a.Proof {
		b = fmt.Appendf(b, "%s\n", h)
	}
	return append(append(b, '\n'), a.Checkpoint...)
}

// A Refusal is the answer of a witness that does not sign.
type Refusal struct {
	Status int   // of HTTP
	Size   int64 // with 409: of the latest checkpoint that it signed
	Why    string
}

// Error is for logs, and for whoever posted.
func (r *Refusal) Error() string { return "translog: " + r.Why }

// A Seen is what a witness remembers of a log: the largest tree that it signed.
type Seen struct {
	Size int64
	Root tlog.Hash
}

// Origin is the log that a posted checkpoint names, before anything is believed.
func (a *Added) Origin() string {
	origin, _, _ := strings.Cut(a.Checkpoint, "\n")
	return origin
}

// Verify is Open with the log's vkey.
func (a *Added) Verify(vkey string) (Checkpoint, error) {
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return Checkpoint{}, malformed("the key %.100q of a log", vkey)
	}
	return a.Open(log)
}

// SeenAs is what is remembered, as it is kept.
func SeenAs(size int64, root []byte) Seen {
	s := Seen{Size: size}
	copy(s.Root[:], root)
	return s
}

// Open verifies the log's signature. Signatures of keys that nobody knows are
// passed over; a known one that fails refuses the whole.
func (a *Added) Open(log note.Verifier) (Checkpoint, error) {
	c, n, err := OpenCheckpoint(a.Checkpoint, log)
	switch {
	case n == nil:
		return c, &Refusal{Status: http.StatusForbidden, Why: "the checkpoint is not signed by the key that this witness knows"}
	case err != nil || c.Origin != log.Name():
		return c, &Refusal{Status: http.StatusBadRequest, Why: "the signed text is no checkpoint of this log"}
	}
	return c, nil
}

// After judges a checkpoint by what the witness signed before: nil if it may be
// signed now.
func (a *Added) After(seen Seen, c Checkpoint) error {
	switch empty := tlog.Hash(sha256.Sum256(nil)); {
	case a.Old > c.Size:
		return &Refusal{Status: http.StatusBadRequest, Why: "the old size is larger than the checkpoint's"}
	case a.Old != seen.Size:
		return &Refusal{Status: http.StatusConflict, Size: seen.Size, Why: "another checkpoint was signed last"}
	case a.Old == 0 && len(a.Proof) > 0, a.Old == c.Size && len(a.Proof) > 0:
		return &Refusal{Status: http.StatusUnprocessableEntity, Why: "nothing is to be proved, and there is a proof"}
	case c.Size == 0 && c.Root != empty:
		return &Refusal{Status: http.StatusUnprocessableEntity, Why: "an empty tree has another root"}
	case a.Old == c.Size && a.Old > 0 && c.Root != seen.Root:
		return &Refusal{Status: http.StatusUnprocessableEntity, Why: "two trees of one size: the log has two histories"}
	case a.Old > 0 && a.Old < c.Size && tlog.CheckTree(a.Proof, c.Size, c.Root, a.Old, seen.Root) != nil:
		return &Refusal{Status: http.StatusUnprocessableEntity, Why: "the proof does not show that the log only grew"}
	}
	return nil
}

// ReadSize reads the answer to a wrong old size.
func ReadSize(body []byte) (int64, error) { return parseSize(strings.TrimSuffix(string(body), "\n")) }

// Cosignatures takes of a witness's answer the lines that are its own and
// verify; an answer without one is an error, and so is a signature of the future.
func Cosignatures(checkpoint, answer string, witness note.Verifier, now time.Time) (lines string, err error) {
	text, _, ok := strings.Cut(checkpoint, "\n\n")
	if !ok {
		return "", malformed("a checkpoint without a signature")
	}
	_, n, err := OpenCheckpoint(text+"\n\n"+answer, witness)
	if err != nil {
		return "", fmt.Errorf("what the witness %s answered: %w", witness.Name(), err)
	}
	for _, s := range n.Sigs {
		if at := cosignedAt(s); at.After(now.Add(aheadOfClock)) {
			return "", fmt.Errorf("the witness %s signed at %s, and it is %s here: one of the clocks is wrong", witness.Name(), at.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
		}
		lines += line(s)
	}
	return lines, nil
}

// SignedBy is Cosignatures with the witness's vkey.
func SignedBy(vkey, checkpoint, answer string, now time.Time) (lines string, err error) {
	v, err := NewCosignatory(vkey)
	if err != nil {
		return "", err
	}
	return Cosignatures(checkpoint, answer, v, now)
}

// OpenAs reads a checkpoint that is to be of a log and signed by it.
func OpenAs(vkey, signed string) (Checkpoint, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return Checkpoint{}, malformed("the key %.100q of a log", vkey)
	}
	c, _, err := OpenCheckpoint(signed, v)
	if err == nil && c.Origin != v.Name() {
		err = malformed("a checkpoint of %.80q, not of %s", c.Origin, v.Name())
	}
	return c, err
}

// line is one signature as it is written.
func line(s note.Signature) string { return "— " + s.Name + " " + s.Base64 + "\n" }

// OriginHash names a log in addresses.
func OriginHash(origin string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(origin))) }
