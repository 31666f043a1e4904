package apptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"slices"
	"testing"
)

// Authenticator is a key of a person (WebAuthn) with one credential, as a browser
// at an origin would use it.
type Authenticator struct {
	Origin string
	Count  uint32 // of signatures

	t   testing.TB
	id  []byte
	key *ecdsa.PrivateKey
}

// NewAuthenticator is a new key at an origin.
func NewAuthenticator(t testing.TB, origin string) *Authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &Authenticator{Origin: origin, t: t, id: id, key: key}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// asked is what both kinds of questions have.
type asked struct {
	Challenge string `json:"challenge"`
}

func (a *Authenticator) clientData(kind string, options []byte) []byte {
	a.t.Helper()
	var q asked
	if err := json.Unmarshal(options, &q); err != nil || q.Challenge == "" {
		a.t.Fatalf("the question %s: %v", options, err)
	}
	data, _ := json.Marshal(map[string]any{"type": kind, "challenge": q.Challenge, "origin": a.Origin, "crossOrigin": false})
	return data
}

// head is the beginning of what a key signs: for whom, that somebody was there
// and known, and its count.
func (a *Authenticator) head(flags byte) []byte {
	u, err := url.Parse(a.Origin)
	if err != nil {
		a.t.Fatal(err)
	}
	host := sha256.Sum256([]byte(u.Hostname()))
	return binary.BigEndian.AppendUint32(append(host[:], flags), a.Count)
}

// Create answers an offer.
func (a *Authenticator) Create(options []byte) string {
	a.t.Helper()
	point, err := a.key.PublicKey.Bytes()
	if err != nil {
		a.t.Fatal(err)
	}
	public := slices.Concat([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33], []byte{0x22, 0x58, 32}, point[33:]) // COSE: EC2, ES256, P-256
	data := slices.Concat(a.head(0x45), make([]byte, 16), []byte{0, byte(len(a.id))}, a.id, public)
	object := slices.Concat([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), []byte{byte(len(data))}, data)
	return a.answer(map[string]any{"clientDataJSON": b64(a.clientData("webauthn.create", options)), "attestationObject": b64(object), "transports": []string{"usb"}})
}

// Get answers a question.
func (a *Authenticator) Get(options []byte) string {
	a.t.Helper()
	a.Count++
	data, client := a.head(0x05), a.clientData("webauthn.get", options)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(slices.Concat(data, hash[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature)})
}

func (a *Authenticator) answer(response map[string]any) string {
	body, err := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		a.t.Fatal(err)
	}
	return string(body)
}
