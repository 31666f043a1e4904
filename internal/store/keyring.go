package store

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"

	"embraye/internal/embraye"
)

// keyring seals private keys with the instance's secret (AES-256-GCM, a random
// nonce in front, and as additional data what an actor is for good, so that one
// actor's key put into another's row does not open) and remembers those that it
// opened.
type keyring struct {
	aead    cipher.AEAD // nil without a secret
	mu      sync.RWMutex
	signers map[int64]crypto.Signer
}

var (
	errNoSecret    = errors.New("no secret was given, and the keys in the database are sealed with one")
	errWrongSecret = errors.New("the secret does not fit: the keys were sealed with another one (see the secret file of this instance)")
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
	ring := &keyring{signers: map[int64]crypto.Signer{}}
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
	ring.aead, err = cipher.NewGCMWithRandomNonce(block)
	return ring, err
}

func (r *keyring) seal(under string, key *rsa.PrivateKey) (public string, sealed []byte, err error) {
	if r.aead == nil {
		return "", nil, errNoSecret
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", nil, err
	}
	public = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
	return public, r.aead.Seal(nil, nil, pkcs8, []byte(under)), nil
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
	return nil, errWrongSecret
}

func (r *keyring) open(sealed []byte, under ...string) (crypto.Signer, error) {
	pkcs8, err := r.unseal(sealed, under...)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a %T cannot sign", key)
	}
	return signer, nil
}

func (r *keyring) cached(id int64) (crypto.Signer, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	signer, ok := r.signers[id]
	return signer, ok
}

func (r *keyring) remember(id int64, signer crypto.Signer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signers[id] = signer
}
