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
// nonce in front, the actor as additional data, so that one actor's key put
// into another's row does not open) and remembers those that it opened.
type keyring struct {
	aead    cipher.AEAD // nil without a secret
	mu      sync.RWMutex
	signers map[int64]crypto.Signer
}

var (
	errNoSecret    = errors.New("no secret was given, and the keys in the database are sealed with one")
	errWrongSecret = errors.New("the secret does not fit: the keys were sealed with another one (see the secret file of this instance)")
)

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

func (r *keyring) seal(actor string, key *rsa.PrivateKey) (public string, sealed []byte, err error) {
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
	return public, r.aead.Seal(nil, nil, pkcs8, []byte(actor)), nil
}

func (r *keyring) open(actor string, sealed []byte) (crypto.Signer, error) {
	if r.aead == nil {
		return nil, errNoSecret
	}
	pkcs8, err := r.aead.Open(nil, nil, sealed, []byte(actor))
	if err != nil {
		return nil, errWrongSecret
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
