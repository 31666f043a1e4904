// Package proof makes and judges integrity proofs of JSON documents (FEP-8b32,
// cryptosuite eddsa-jcs-2022) and writes Ed25519 keys as Multikeys (FEP-521a).
// It does no I/O, knows no actor and no HTTP: whose key a verification method
// names is for its callers to find out.
//
// What always holds:
//
//   - A proof is the last thing that is added to a document: Add leaves every
//     byte of it as it was and appends one property.
//   - A document that we prove holds no number but integers that every reader
//     writes alike; in those of others numbers are written as RFC 8785 says.
//   - What has two readings proves nothing: two proofs, another context inside
//     the proof than around it, a value in another alphabet.
//
// Start reading at Add for the way out and at Read for the way in.
package proof

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"
)

// The constants of every proof that we make and the only ones that we judge.
const (
	kind    = "DataIntegrityProof"
	suite   = "eddsa-jcs-2022"
	purpose = "assertionMethod"
)

// Caps. Honest proofs stay far below them.
const (
	maxText  = 2048            // of one property of a proof
	maxAhead = 5 * time.Minute // how far in the future a proof may be made
)

var (
	// errBroken is a proof of our kind that does not hold.
	errBroken = errors.New("broken proof")
	// ErrKey is text that is no Ed25519 key.
	ErrKey = errors.New("not an Ed25519 Multikey")
)

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errBroken}, args...)...)
}

// Add appends a proof to a document of ours; method is the id of the key that
// makes it. One that has a proof already is refused.
func Add(doc []byte, key crypto.Signer, method string, created time.Time) ([]byte, error) {
	rest, ok := bytes.CutSuffix(doc, []byte("}"))
	if _, is := key.Public().(ed25519.PublicKey); !is || !ok {
		return nil, fmt.Errorf("adding a proof with a %T to %d bytes: %w", key.Public(), len(doc), ErrKey)
	}
	options := map[string]any{"type": kind, "cryptosuite": suite, "proofPurpose": purpose, "verificationMethod": method,
		"created": created.UTC().Format(time.RFC3339)}
	signed, err := ownHash(doc, options)
	if err != nil {
		return nil, fmt.Errorf("adding a proof: %w", err)
	}
	raw, err := key.Sign(rand.Reader, signed, crypto.Hash(0))
	if err != nil {
		return nil, fmt.Errorf("adding a proof by %s: %w", method, err)
	}
	options["proofValue"] = multibase(raw)
	value, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(doc)+len(value)+len(mark)+1), rest...)
	out = append(append(out, mark...), value...)
	return append(out, '}'), nil
}

// mark stands before a proof that Add appended.
const mark = `,"proof":`

// Cut separates a document of ours from the proof that Add appended; without
// one it is as it was. No property of a proof has a brace in it.
func Cut(doc []byte) (rest []byte, proved bool) {
	i := bytes.LastIndex(doc, []byte(mark+"{"))
	if i < 0 || bytes.IndexByte(doc[i:], '}') != len(doc)-i-2 {
		return doc, false
	}
	return append(bytes.Clone(doc[:i]), '}'), true
}

// ownHash is what is signed for a document of ours: no number in it but
// integers, and no proof yet.
func ownHash(doc []byte, options map[string]any) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber() // so that canonical refuses what is no integer
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return nil, err
	}
	if _, has := m["proof"]; has {
		return nil, errors.New("the document has a proof already")
	}
	return hash(m, options)
}

// hash is SHA-256 of the canonical options, then of the canonical document.
func hash(doc, options map[string]any) ([]byte, error) {
	first, err := canonical(options)
	if err != nil {
		return nil, err
	}
	second, err := canonical(doc)
	if err != nil {
		return nil, err
	}
	a, b := sha256.Sum256(first), sha256.Sum256(second)
	return append(a[:], b[:]...), nil
}

// Proof is one proof of our kind, as a document carries it.
type Proof struct {
	Method  string    // id of the key
	Expires time.Time // zero: never
	options map[string]any
	wrong   error // found by Read, for Verify to say
}

// Read finds the proof of a parsed document. There is none (nil, nil) if it
// carries none or one of a kind that we do not know, which is for others to
// judge; what is not one proof of one key, or for another purpose, is errBroken.
// Its times and its value are judged with the key, by Verify: without one there
// is nothing to judge.
func Read(doc map[string]any, now time.Time) (*Proof, error) {
	raw := doc["proof"]
	list, _ := raw.([]any)
	if len(list) == 1 {
		raw = list[0]
	}
	options, _ := raw.(map[string]any) // what is no object is no proof
	switch {
	case len(list) > 1:
		return nil, broken("%d proofs", len(list))
	case options["type"] != kind || options["cryptosuite"] != suite:
		return nil, nil
	case options["proofPurpose"] != purpose:
		return nil, broken("its purpose is %.60q", options["proofPurpose"])
	}
	p := &Proof{options: options}
	var err error
	if p.Method, err = text(options, "verificationMethod"); err != nil {
		return nil, err
	}
	if inner, has := options["@context"]; has && !reflect.DeepEqual(inner, doc["@context"]) {
		return nil, broken("its context is not that of the document")
	}
	p.wrong = p.readTimes(now)
	return p, nil
}

// readTimes judges created and expires, which may be absent.
func (p *Proof) readTimes(now time.Time) error {
	created, err := p.moment("created")
	if err != nil {
		return err
	}
	if created.After(now.Add(maxAhead)) {
		return broken("it will be made on %s", created.Format(time.RFC3339))
	}
	p.Expires, err = p.moment("expires")
	return err
}

func (p *Proof) moment(name string) (time.Time, error) {
	if _, has := p.options[name]; !has {
		return time.Time{}, nil
	}
	s, err := text(p.options, name)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, broken("%s is no moment", name)
	}
	return t, nil
}

func text(options map[string]any, name string) (string, error) {
	s, ok := options[name].(string)
	if !ok || s == "" || len(s) > maxText {
		return "", broken("no %s that can be read", name)
	}
	return s, nil
}

// Expired reports whether a proof proves nothing any more.
func (p *Proof) Expired(now time.Time) bool { return !p.Expires.IsZero() && !now.Before(p.Expires) }

// Verify is nil if the key made this proof of the document that it was read
// from, and else errBroken.
func (p *Proof) Verify(doc map[string]any, key ed25519.PublicKey) error {
	if p.wrong != nil {
		return p.wrong
	}
	value, _ := p.options["proofValue"].(string)
	raw, err := fromMultibase(value)
	if err != nil || len(raw) != ed25519.SignatureSize {
		return broken("its value is no signature of Ed25519")
	}
	signed, err := hash(without(doc, "proof"), without(p.options, "proofValue"))
	if err != nil {
		return broken("%w", err)
	}
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, signed, raw) {
		return broken("not made by key %.200q over this document", p.Method)
	}
	return nil
}

func without(m map[string]any, name string) map[string]any {
	out := make(map[string]any, len(m))
	for key, value := range m {
		if key != name {
			out[key] = value
		}
	}
	return out
}
