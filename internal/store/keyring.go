package store

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"

	"embraye/internal/embraye"
	"embraye/internal/proof"
)

// keyring seals private keys with the instance's secret (AES-256-GCM, a random
// nonce in front, and as additional data what an actor is for good, so that one
// actor's key put into another's row does not open) and remembers those that it
// opened.
type keyring struct {
	aead cipher.AEAD // nil without a secret
	// addresses is what hashes of readers' addresses are keyed with, drawn from
	// the secret; nil without one.
	addresses []byte
	mu        sync.RWMutex
	signers   map[half]crypto.Signer
	notes     sync.Map // of the log, by its origin
}

// half is one half of a key: RSA, which every server knows, or Ed25519, which a
// key of an earlier version may lack.
type half struct {
	key    int64
	second bool
}

var (
	errNoSecret = errors.New("no secret was given, and the keys in the database are sealed with one")
	// ErrWrongSecret is a secret that does not open what another one closed.
	ErrWrongSecret = errors.New("the secret does not fit: the keys were sealed with another one (see the secret file of this instance)")
)

// organisationSeal is what the organisation's keys are sealed under: its handle
// can change. It is no handle, so no other actor's key is sealed under it.
const organisationSeal = "the organisation"

// sealOf is what an actor is for good: the handles of measures are the
// reference text's, that of the instance is fixed.
func sealOf(kind embraye.ActorKind, handle string) string {
	if kind == embraye.OrganisationActor {
		return organisationSeal
	}
	return handle
}

func newKeyring(secret []byte) (*keyring, error) {
	ring := &keyring{signers: map[half]crypto.Signer{}}
	if secret == nil {
		return ring, nil
	}
	if len(secret) != 32 {
		return nil, fmt.Errorf("the secret has %d bytes, not 32: %w", len(secret), embraye.ErrInvalid)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	if ring.addresses, err = hkdf.Expand(sha256.New, secret, "embraye: addresses of readers", sha256.Size); err != nil {
		return nil, err
	}
	ring.aead, err = cipher.NewGCMWithRandomNonce(block)
	return ring, err
}

// seal closes a private key under what its actor is for good.
func (r *keyring) seal(under string, key crypto.Signer) (sealed []byte, err error) {
	if r.aead == nil {
		return nil, errNoSecret
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return r.sealBytes(under, pkcs8)
}

// sealBytes closes any secret under what it belongs to.
func (r *keyring) sealBytes(under string, secret []byte) (sealed []byte, err error) {
	if r.aead == nil {
		return nil, errNoSecret
	}
	return r.aead.Seal(nil, nil, secret, []byte(under)), nil
}

// sealSecond makes the Ed25519 half of a key and seals it. It costs nothing,
// so nobody hands one in.
func (r *keyring) sealSecond(under string) (multikey string, sealed []byte, err error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", nil, err
	}
	sealed, err = r.seal(under, private)
	return proof.Multikey(public), sealed, err
}

func publicPEM(key *rsa.PrivateKey) (string, error) {
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})), err
}

// unseal opens what was sealed under one of these names.
func (r *keyring) unseal(sealed []byte, under ...string) (pkcs8 []byte, err error) {
	if r.aead == nil {
		return nil, errNoSecret
	}
	for _, name := range under {
		if pkcs8, err = r.aead.Open(nil, nil, sealed, []byte(name)); err == nil {
			return pkcs8, nil
		}
	}
	return nil, ErrWrongSecret
}

// open unseals one half. What lies in the place of the other half does not open.
func open[K crypto.Signer](r *keyring, sealed []byte, under ...string) (crypto.Signer, error) {
	pkcs8, err := r.unseal(sealed, under...)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(K)
	if !ok {
		return nil, fmt.Errorf("a %T is not the key that belongs here", key)
	}
	return signer, nil
}

func (r *keyring) cached(h half) (crypto.Signer, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	signer, ok := r.signers[h]
	return signer, ok
}

func (r *keyring) remember(h half, signer crypto.Signer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signers[h] = signer
}
