//go:build openssl && linux && (amd64 || arm64)

package openssl

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"log/slog"
	"sync"
	"testing"
)

func newKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	own, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return own
}

func signing(t testing.TB) func(*rsa.PrivateKey) crypto.Signer {
	t.Helper()
	var log bytes.Buffer
	s := Signing(slog.New(slog.NewTextHandler(&log, nil)))
	if s == nil {
		t.Fatalf("OpenSSL is not there: %s", &log)
	}
	return s
}

// The bytes are those that Go makes: PKCS #1 v1.5 has nothing of chance.
func TestSignaturesAreThoseOfGo(t *testing.T) {
	with := signing(t)
	for _, bits := range []int{2048, 3072} {
		own := newKey(t, bits)
		signer := with(own)
		if _, ok := signer.(*key); !ok {
			t.Fatalf("%d bits: Go signs", bits)
		}
		if !own.PublicKey.Equal(signer.Public()) {
			t.Error("another public key")
		}
		var all sync.WaitGroup
		for n := range 64 {
			all.Go(func() {
				digest := sha256.Sum256([]byte{byte(n)})
				want, err := own.Sign(nil, digest[:], crypto.SHA256)
				if err != nil {
					t.Error(err)
				}
				if got, err := signer.Sign(nil, digest[:], crypto.SHA256); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bits, message %d: %x, %v\nwant %x", bits, n, got, err, want)
				}
			})
		}
		all.Wait()
	}
}

// What OpenSSL is not asked for, Go does, with its own errors.
func TestTheRestIsLeftToGo(t *testing.T) {
	own := newKey(t, 2048)
	signer, long := signing(t)(own), sha512.Sum512([]byte("x"))
	if s, err := signer.Sign(rand.Reader, long[:], crypto.SHA512); err != nil || rsa.VerifyPKCS1v15(&own.PublicKey, crypto.SHA512, long[:], s) != nil {
		t.Errorf("SHA-512: %v", err)
	}
	pss := &rsa.PSSOptions{Hash: crypto.SHA256}
	if s, err := signer.Sign(rand.Reader, long[:32], pss); err != nil || rsa.VerifyPSS(&own.PublicKey, crypto.SHA256, long[:32], s, pss) != nil {
		t.Errorf("PSS: %v", err)
	}
	if _, err := signer.Sign(nil, long[:31], crypto.SHA256); err == nil {
		t.Error("a digest of 31 bytes is signed")
	}
}

// A key that does not fit itself stays Go's, and the log says so.
func TestAKeyThatDoesNotProveItselfStaysGos(t *testing.T) {
	own, other := newKey(t, 2048), newKey(t, 2048)
	own.PublicKey = other.PublicKey
	var log bytes.Buffer
	if signer := Signing(slog.New(slog.NewTextHandler(&log, nil)))(own); signer != crypto.Signer(own) || !bytes.Contains(log.Bytes(), []byte("level=WARN")) {
		t.Errorf("a %T; %s", signer, &log)
	}
}

// BenchmarkSign compares with Go on one core, in the same run.
func BenchmarkSign(b *testing.B) {
	own, digest := newKey(b, 2048), sha256.Sum256(nil)
	for name, signer := range map[string]crypto.Signer{"Go": own, "OpenSSL": signing(b)(own)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := signer.Sign(nil, digest[:], crypto.SHA256); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
