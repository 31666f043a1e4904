package httpsig

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"io"
	"net/http"
	"strings"
	"testing"
)

// freeSigner costs nothing, so that what Sign adds to the signature shows.
type freeSigner struct {
	pub crypto.PublicKey
	raw []byte
}

func (f freeSigner) Public() crypto.PublicKey { return f.pub }

func (f freeSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return f.raw, nil }

var body4k = bytes.Repeat([]byte("constat "), 512)

func benchRequest(b *testing.B) *http.Request {
	req, err := http.NewRequest("POST", ourOrigin+"/inbox", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/activity+json")
	return req
}

func BenchmarkSign(b *testing.B) {
	free := Signer{KeyID: malKeyID, Key: freeSigner{&malKey().PublicKey, make([]byte, 256)}}
	for name, signer := range map[string]Signer{"rsa": malSigner(), "free": free} {
		for _, scheme := range []Scheme{Cavage, RFC9421} {
			b.Run(string(scheme)+"/"+name, func(b *testing.B) {
				req := benchRequest(b)
				b.ReportAllocs()
				for b.Loop() {
					if err := Sign(req, body4k, signer, scheme, now); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("bare RSA signature", func(b *testing.B) {
		sum := make([]byte, 32)
		for b.Loop() {
			if _, err := rsa.SignPKCS1v15(nil, malKey(), crypto.SHA256, sum); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, scheme := range []Scheme{Cavage, RFC9421} {
		req := benchRequest(b)
		if err := Sign(req, body4k, malSigner(), scheme, now); err != nil {
			b.Fatal(err)
		}
		p := policy()
		b.Run(string(scheme)+"/parse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(req, body4k, p); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(string(scheme)+"/verify", func(b *testing.B) {
			s, err := Parse(req, body4k, p)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := s.Verify(&malKey().PublicKey); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHostile: headers of 60 kB, and the worst that pass the first look.
func BenchmarkHostile(b *testing.B) {
	headers := map[string]string{
		"60kB":    strings.Repeat("x=1,", 15000),
		"8kB":     strings.Repeat("x=1,", 2000),
		"params":  strings.Join(manyParams(64), ","),
		"covered": `keyId="k",headers="` + manyNames(64) + `",signature="QQ=="`,
	}
	for name, header := range headers {
		b.Run(name, func(b *testing.B) {
			rc := newForge().request()
			rc.r.Header.Set("Signature", header)
			for b.Loop() {
				if _, err := Parse(rc.r, rc.body, policy()); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}
