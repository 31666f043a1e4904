//go:build !openssl || !linux || !(amd64 || arm64)

package openssl

import (
	"crypto"
	"crypto/rsa"
	"log/slog"
)

// Signing is nil: Go signs.
func Signing(*slog.Logger) func(*rsa.PrivateKey) crypto.Signer { return nil }
