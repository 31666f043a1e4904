package translog

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// cosignatureType marks the key of a witness in a vkey (C2SP tlog-cosignature):
// its signatures carry a time and are good for nothing else.
const cosignatureType = 0x04

// A Cosigner signs other logs' checkpoints in the name of a witness. It is a
// note.Signer.
type Cosigner struct {
	cosignatory
	private ed25519.PrivateKey
	now     func() time.Time
}

// NewCosigner makes a Cosigner of a key that signs nothing but checkpoints of
// others: never the key of a log or of an actor.
func NewCosigner(name string, key ed25519.PrivateKey, now func() time.Time) (*Cosigner, error) {
	if err := CheckOrigin(name); err != nil {
		return nil, err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	return &Cosigner{cosignatory{name, public}, key, now}, nil
}

// Sign is a note.Signer's: eight bytes of time, then the signature over the time
// and the checkpoint.
func (c *Cosigner) Sign(msg []byte) ([]byte, error) {
	if _, err := ParseCheckpoint(string(msg)); err != nil {
		return nil, err
	}
	at := uint64(c.now().Unix())
	return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(c.private, cosigned(at, msg))...), nil
}

// Lines are the signature lines of the witness on a checkpoint, as they are
// answered and kept: the lines of the others are left out.
func (c *Cosigner) Lines(text string) (string, error) {
	signature, err := c.Sign([]byte(text))
	if err != nil {
		return "", err
	}
	return line(note.Signature{Name: c.name, Base64: base64.StdEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, c.KeyHash()), signature...))}), nil
}

// cosignatory is the public half of a witness. It is a note.Verifier.
type cosignatory struct {
	name string
	key  ed25519.PublicKey
}

// NewCosignatory reads the vkey of a witness.
func NewCosignatory(vkey string) (note.Verifier, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	id, encoded, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(encoded)
	hash, badHash := strconv.ParseUint(id, 16, 32)
	if err != nil || badHash != nil || len(id) != 8 || CheckOrigin(name) != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignatureType {
		return nil, malformed("the key %.100q of a witness", vkey)
	}
	c := cosignatory{name, key[1:]}
	if uint32(hash) != c.KeyHash() {
		return nil, malformed("the number of the key %.100q of a witness", vkey)
	}
	return c, nil
}

// WitnessKey is the vkey of a witness.
func WitnessKey(name string, key ed25519.PublicKey) string { return cosignatory{name, key}.VKey() }

// LogName reads the vkey of a log: its name is the log's origin.
func LogName(vkey string) (string, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return "", malformed("the key %.100q of a log", vkey)
	}
	return v.Name(), CheckOrigin(v.Name())
}

// Name is the witness's.
func (c cosignatory) Name() string { return c.name }

// KeyHash is the number of the key in signature lines.
func (c cosignatory) KeyHash() uint32 {
	sum := sha256.Sum256([]byte(c.name + "\n" + string(c.typed())))
	return binary.BigEndian.Uint32(sum[:])
}

func (c cosignatory) typed() []byte { return append([]byte{cosignatureType}, c.key...) }

// VKey is the key as other programs are told it.
func (c cosignatory) VKey() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, c.KeyHash(), base64.StdEncoding.EncodeToString(c.typed()))
}

// Verify is a note.Verifier's.
func (c cosignatory) Verify(msg, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	if _, err := ParseCheckpoint(string(msg)); err != nil {
		return false
	}
	return ed25519.Verify(c.key, cosigned(binary.BigEndian.Uint64(signature), msg), signature[8:])
}

// cosigned is what a witness signs.
func cosigned(at uint64, checkpoint []byte) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, checkpoint)
}

// LineAt is when the first of the lines that a witness answered was signed; they
// have been verified.
func LineAt(lines string) time.Time {
	first, _, _ := strings.Cut(lines, "\n")
	return cosignedAt(note.Signature{Base64: first[strings.LastIndexByte(first, ' ')+1:]})
}

// cosignedAt is when a witness signed; the signature has been verified.
func cosignedAt(s note.Signature) time.Time {
	raw, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(raw) != 4+8+ed25519.SignatureSize {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC()
}
