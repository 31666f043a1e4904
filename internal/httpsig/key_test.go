package httpsig

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
)

func pemText(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func spki(t *testing.T, pub any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(pub)
	return pemText(t, "PUBLIC KEY", der, err)
}

// fakeRSA is a key of that size; nobody has its private half.
func fakeRSA(bits int) *rsa.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	return &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}
}

func TestParsePublicKey(t *testing.T) {
	pub := &malKey().PublicKey
	good := spki(t, pub)
	private, err := x509.MarshalPKCS8PrivateKey(malKey())
	privateText := pemText(t, "PRIVATE KEY", private, err)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ed := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public()
	deep := []byte(strings.Repeat("\x30\x80", 3000))
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"SPKI", good, true},
		{"SPKI with CRLF and blank lines around", "\n" + strings.ReplaceAll(good, "\n", "\r\n") + "\n ", true},
		{"SPKI without the last newline", strings.TrimSpace(good), true},
		{"PKCS #1", pemText(t, "RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(pub), nil), true},
		{"Ed25519", spki(t, ed), true},
		{"RSA 8,192", spki(t, fakeRSA(8192)), true},
		{"F054 RSA 2,047", spki(t, fakeRSA(2047)), false},
		{"F054 RSA 1,024", spki(t, fakeRSA(1024)), false},
		{"F054 RSA 8,193", spki(t, fakeRSA(8193)), false},
		{"F054 1 MB of BEGIN lines", strings.Repeat("-----BEGIN PUBLIC KEY-----\n", 40000), false},
		{"F054 8 kB of BEGIN lines", strings.Repeat("-----BEGIN PUBLIC KEY-----\n", 300), false},
		{"F054 private key", privateText, false},
		{"F054 PKCS #1 private key", pemText(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(malKey()), nil), false},
		{"F054 private key called public", pemText(t, "PUBLIC KEY", private, nil), false},
		{"F054 private key behind a public one", good + privateText, false},
		{"F054 private key before a public one", privateText + good, false},
		{"F054 deep DER", pemText(t, "PUBLIC KEY", deep, nil)[:4000], false},
		{"F054 deep DER, whole", pemText(t, "PUBLIC KEY", deep[:4000], nil), false},
		{"certificate", pemText(t, "CERTIFICATE", []byte("x"), nil), false},
		{"elliptic curve", spki(t, &ec.PublicKey), false},
		{"PEM headers", strings.Replace(good, "-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n", 1), false},
		{"text before", "key:\n" + good, false},
		{"empty", "", false},
		{"array", `["` + good + `"]`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			key, err := ParsePublicKey(tt.text)
			if (err == nil) != tt.ok {
				t.Fatalf("key %T, error %v", key, err)
			}
			if err != nil && (key != nil || !errors.Is(err, ErrKey)) {
				t.Errorf("key %T, error %v, want ErrKey", key, err)
			}
		})
	}
}

func TestVerifyRefusesKeys(t *testing.T) {
	rc := newForge().sign()
	s, err := Parse(rc.r, rc.body, policy())
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]any{"nil": nil, "private": malKey(), "by value": malKey().PublicKey, "small": fakeRSA(1024),
		"huge": fakeRSA(8193), "empty": &rsa.PublicKey{}, "no pointer": (*rsa.PublicKey)(nil), "short Ed25519": ed25519.PublicKey("x")} {
		if err := s.Verify(key); !errors.Is(err, ErrInvalid) || !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Verify(fakeRSA(2048)); !errors.Is(err, ErrInvalid) || errors.Is(err, ErrKey) {
		t.Errorf("another key: %v", err)
	}
}
