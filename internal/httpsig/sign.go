package httpsig

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// Sign dates and signs a request, anew for each attempt: Friendica accepts a
// Date of at most five minutes. It sets Date, Host, Digest or Content-Digest
// and the signature headers, replacing those of an earlier attempt. A nil body
// means a request without one. Whatever is signed must not change afterwards.
func Sign(req *http.Request, body []byte, s Signer, scheme Scheme, now time.Time) error {
	if err := s.check(scheme); err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	host, err := outgoingHost(req)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	req.Host = host
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	for _, name := range []string{"Signature", "Signature-Input", "Digest", "Content-Digest"} {
		req.Header.Del(name)
	}
	req.Header.Set("Date", now.UTC().Format(http.TimeFormat))
	switch scheme {
	case Cavage:
		err = signCavage(req, body, s)
	case RFC9421:
		err = sign9421(req, body, s, rfc9421RSA, now)
	case Ed25519:
		err = sign9421(req, body, s, rfc9421Ed25519, now)
	default:
		err = fmt.Errorf("unknown scheme %q", scheme)
	}
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	return nil
}

// signCavage writes the form that every known server reads: the algorithm
// named (PeerTube 6 and Friendica demand it, WordPress guesses without), and
// no space after commas (PeerTube 6, BookWyrm).
func signCavage(req *http.Request, body []byte, s Signer) error {
	var b strings.Builder
	b.WriteString("(request-target): ")
	b.WriteString(strings.ToLower(method(req)))
	b.WriteString(" " + req.URL.RequestURI())
	b.WriteString("\nhost: " + req.Host)
	b.WriteString("\ndate: " + req.Header.Get("Date"))
	covered := "(request-target) host date"
	if body != nil {
		mediaType := textproto.TrimString(req.Header.Get("Content-Type"))
		if mediaType == "" {
			return errors.New("a body needs a Content-Type, which is signed")
		}
		digest := "SHA-256=" + sum256(body)
		req.Header.Set("Digest", digest)
		b.WriteString("\ndigest: " + digest)
		b.WriteString("\ncontent-type: " + mediaType)
		covered += " digest content-type"
	}
	signature, err := s.sign(b.String())
	if err != nil {
		return err
	}
	req.Header.Set("Signature", `keyId="`+s.KeyID+`",algorithm="`+cavageRSA+
		`",headers="`+covered+`",signature="`+signature+`"`)
	return nil
}

// sign9421 covers what Mastodon demands, and @authority as WordPress does.
func sign9421(req *http.Request, body []byte, s Signer, alg string, now time.Time) error {
	var b strings.Builder
	writeComponent(&b, "@method", method(req))
	writeComponent(&b, "@target-uri", req.URL.Scheme+"://"+req.Host+req.URL.RequestURI())
	writeComponent(&b, "@authority", req.Host)
	params := `("@method" "@target-uri" "@authority"`
	if body != nil {
		digest := "sha-256=:" + sum256(body) + ":"
		req.Header.Set("Content-Digest", digest)
		writeComponent(&b, "content-digest", digest)
		params += ` "content-digest"`
	}
	params += `);created=` + strconv.FormatInt(now.Unix(), 10) +
		`;keyid="` + s.KeyID + `";alg="` + alg + `"`
	b.WriteString(`"@signature-params": ` + params)
	signature, err := s.sign(b.String())
	if err != nil {
		return err
	}
	req.Header.Set("Signature-Input", "sig1="+params)
	req.Header.Set("Signature", "sig1=:"+signature+":")
	return nil
}

// check wants the key that a scheme signs with.
func (s Signer) check(scheme Scheme) error {
	if s.Key == nil {
		return fmt.Errorf("%w: none given", ErrKey)
	}
	ok := false
	switch s.Key.Public().(type) {
	case *rsa.PublicKey:
		ok = scheme != Ed25519
	case ed25519.PublicKey:
		ok = scheme == Ed25519
	}
	if !ok {
		return fmt.Errorf("%w: %s is not signed with a %T", ErrKey, scheme, s.Key.Public())
	}
	return checkKeyID(s.KeyID)
}

func (s Signer) sign(base string) (string, error) {
	digest, opts := []byte(base), crypto.SignerOpts(crypto.Hash(0)) // Ed25519 hashes by itself
	if _, ok := s.Key.Public().(*rsa.PublicKey); ok {
		sum := sha256.Sum256(digest)
		digest, opts = sum[:], crypto.SHA256
	}
	raw, err := s.Key.Sign(rand.Reader, digest, opts)
	if err != nil {
		return "", fmt.Errorf("with key %s: %w", s.KeyID, err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// outgoingHost is the Host that will be sent and signed. Go sends a default
// port that the URL spells out, peers sign and compare without it.
func outgoingHost(req *http.Request) (string, error) {
	u := req.URL
	if u == nil || u.Host == "" || u.Opaque != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "", fmt.Errorf("%v is no absolute web address", u)
	}
	host := req.Host
	if host == "" {
		host = u.Host
	}
	for i := range len(host) {
		// The transport would rewrite names that are not ASCII, and zones.
		if c := host[i]; c <= ' ' || c >= 0x7f || c == '%' {
			return "", fmt.Errorf("host %q is not in its ASCII form", host)
		}
	}
	return normalHost(host, u.Scheme), nil
}

func sum256(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}
