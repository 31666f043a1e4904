package httpsig

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
)

// Verify checks the signature with the key that its KeyID turned out to name.
// The key decides the algorithm; a header that names another one is refused.
func (s *Signature) Verify(pub crypto.PublicKey) error {
	if err := checkPublicKey(pub); err != nil {
		return invalid("key %.200q: %w", s.KeyID, err)
	}
	ok := false
	switch key := pub.(type) {
	case *rsa.PublicKey:
		if s.alg == rfc9421Ed25519 {
			return invalid("algorithm %q with an RSA key", s.alg)
		}
		ok = s.verifyRSA(key)
	case ed25519.PublicKey:
		if s.Scheme == Cavage || (s.alg != "" && s.alg != rfc9421Ed25519) {
			return invalid("%s, algorithm %q, with an Ed25519 key", s.Scheme, s.alg)
		}
		if ok = s.verifyEd25519(key); ok {
			s.Scheme = Ed25519
		}
	}
	if !ok {
		return invalid("not made by key %.200q over this request", s.KeyID)
	}
	return nil
}

func (s *Signature) verifyRSA(key *rsa.PublicKey) bool {
	for _, base := range s.bases {
		sum := sha256.Sum256([]byte(base))
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], s.Raw) == nil {
			return true
		}
	}
	return false
}

func (s *Signature) verifyEd25519(key ed25519.PublicKey) bool {
	for _, base := range s.bases {
		if ed25519.Verify(key, []byte(base), s.Raw) {
			return true
		}
	}
	return false
}
