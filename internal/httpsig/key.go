package httpsig

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
)

// Sizes of RSA keys that we believe in, and of the PEM text that holds one.
const (
	minRSABits = 2048
	maxRSABits = 8192
	maxPEM     = 8 << 10
)

// ParsePublicKey reads the publicKeyPem of an actor: SPKI, or the PKCS #1 form
// that a few old servers publish. RSA and Ed25519 are accepted. All else is
// refused as ErrKey, private keys among it: nobody may make us keep one (F054).
func ParsePublicKey(text string) (crypto.PublicKey, error) {
	if len(text) > maxPEM {
		return nil, fmt.Errorf("%w: PEM of %d bytes", ErrKey, len(text))
	}
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "-----BEGIN ") {
		return nil, fmt.Errorf("%w: no PEM", ErrKey)
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || len(rest) > 0 || len(block.Headers) > 0 {
		return nil, fmt.Errorf("%w: not exactly one PEM block", ErrKey)
	}
	key, err := parseKeyBlock(block)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if err := checkPublicKey(key); err != nil {
		return nil, err
	}
	return key, nil
}

func parseKeyBlock(block *pem.Block) (crypto.PublicKey, error) {
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	}
	return nil, fmt.Errorf("PEM type %.40q is not accepted", block.Type)
}

// checkPublicKey refuses keys that prove nothing or cost too much to use.
func checkPublicKey(pub crypto.PublicKey) error {
	switch key := pub.(type) {
	case *rsa.PublicKey:
		if key == nil || key.N == nil {
			return fmt.Errorf("%w: empty", ErrKey)
		}
		if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return fmt.Errorf("%w: RSA of %d bits", ErrKey, bits)
		}
	case ed25519.PublicKey:
		if len(key) != ed25519.PublicKeySize {
			return fmt.Errorf("%w: Ed25519 of %d bytes", ErrKey, len(key))
		}
	default:
		return fmt.Errorf("%w: %T", ErrKey, pub)
	}
	return nil
}
