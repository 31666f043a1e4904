package app

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
)

// NewToken draws what a link or a cookie is worth: 256 bits that nobody can guess.
func NewToken(random io.Reader) (string, error) {
	var secret [32]byte
	if _, err := io.ReadFull(random, secret[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(secret[:]), nil
}

// HashToken is what the database knows of a token.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
