package httpsig

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// The forge makes signed requests of every kind, good and bad, by string
// building of its own: nothing of the code under test is used.

const (
	ourOrigin = "https://ours.example"
	malKeyID  = "https://evil.example/users/mal#main-key"
	follow    = `{"type":"Follow","id":"https://evil.example/1"}`
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

var malKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func policy() Policy {
	base, err := url.Parse(ourOrigin)
	if err != nil {
		panic(err)
	}
	return Policy{Now: now, BaseURL: base}
}

// received is a request as our server gets it.
type received struct {
	r    *http.Request
	body []byte
}

// judge runs both steps with mal's key.
func (rc received) judge() (*Signature, error) {
	s, err := Parse(rc.r, rc.body, policy())
	if err != nil {
		return nil, err
	}
	return s, s.Verify(&malKey().PublicKey)
}

// forge describes a request before it is signed.
type forge struct {
	method, target, host, body string
	header                     http.Header
	signedTarget               string            // what (request-target) names; "" is target
	covered                    string            // names, separated by spaces
	values                     map[string]string // of covered names that are not plain fields
	algorithm                  string            // parameter; "" leaves it out
	extra                      string            // more parameters, as they stand
	hash                       crypto.Hash
}

func newForge() *forge {
	return &forge{
		method: "POST", target: "/inbox", host: "ours.example", body: follow,
		header: http.Header{
			"Date":         {now.Format(http.TimeFormat)},
			"Digest":       {"SHA-256=" + sha256Base64(follow)},
			"Content-Type": {"application/activity+json"},
		},
		covered: "(request-target) host date digest", algorithm: "rsa-sha256",
		values: map[string]string{}, hash: crypto.SHA256,
	}
}

// newFetch is a GET, as signed fetches are.
func newFetch(target string) *forge {
	f := newForge()
	f.method, f.target, f.body, f.covered = "GET", target, "", "(request-target) host date"
	f.header.Del("Digest")
	f.header.Del("Content-Type")
	return f
}

func (f *forge) request() received {
	r := httptest.NewRequest(f.method, f.target, strings.NewReader(f.body))
	r.Host = f.host
	r.Header = f.header.Clone()
	return received{r, []byte(f.body)}
}

func (f *forge) base() string {
	target := f.signedTarget
	if target == "" {
		target = f.target
	}
	var lines []string
	for _, name := range strings.Fields(f.covered) {
		value, ok := f.values[name]
		switch {
		case ok:
		case name == "(request-target)":
			value = strings.ToLower(f.method) + " " + target
		case name == "host":
			value = f.host
		default:
			value = strings.Join(f.header.Values(name), ", ")
		}
		lines = append(lines, name+": "+value)
	}
	return strings.Join(lines, "\n")
}

// params are the four usual parameters, ready to be joined.
func (f *forge) params() []string {
	ps := []string{`keyId="` + malKeyID + `"`}
	if f.algorithm != "" {
		ps = append(ps, `algorithm="`+f.algorithm+`"`)
	}
	if f.covered != "" {
		ps = append(ps, `headers="`+f.covered+`"`)
	}
	if f.extra != "" {
		ps = append(ps, f.extra)
	}
	return append(ps, `signature="`+signBase(f.base(), f.hash)+`"`)
}

func (f *forge) sign() received {
	rc := f.request()
	rc.r.Header.Set("Signature", strings.Join(f.params(), ","))
	return rc
}

func signBase(base string, hash crypto.Hash) string {
	h := hash.New()
	io.WriteString(h, base)
	raw, err := rsa.SignPKCS1v15(rand.Reader, malKey(), hash, h.Sum(nil))
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func sha256Base64(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// forge9421 describes an RFC 9421 request before it is signed.
type forge9421 struct {
	forge
	label      string
	components []string
	params     string // behind the list
	target     string // what @target-uri names
}

func newForge9421() *forge9421 {
	f := &forge9421{forge: *newForge(), label: "sig1",
		components: []string{"@method", "@target-uri", "content-digest"},
		params:     fmt.Sprintf(`;created=%d;keyid="%s"`, now.Unix(), malKeyID),
		target:     ourOrigin + "/inbox"}
	f.header.Del("Digest")
	f.header.Set("Content-Digest", "sha-256=:"+sha256Base64(follow)+":")
	return f
}

func (f *forge9421) list() string {
	return `("` + strings.Join(f.components, `" "`) + `")` + f.params
}

func (f *forge9421) base() string {
	derived := map[string]string{"@method": f.method, "@target-uri": f.target, "@authority": "ours.example",
		"@scheme": "https", "@path": "/inbox", "@query": "?", "@request-target": "/inbox", "host": f.host}
	var b strings.Builder
	for _, name := range f.components {
		value, ok := derived[name]
		if !ok {
			value = strings.Join(f.header.Values(name), ", ")
		}
		fmt.Fprintf(&b, "\"%s\": %s\n", name, value)
	}
	return b.String() + `"@signature-params": ` + f.list()
}

func (f *forge9421) sign() received {
	rc := f.request()
	rc.r.Header.Set("Signature-Input", f.label+"="+f.list())
	rc.r.Header.Set("Signature", f.label+"=:"+signBase(f.base(), f.hash)+":")
	return rc
}

func wantValid(t *testing.T, rc received) *Signature {
	t.Helper()
	s, err := rc.judge()
	if err != nil {
		t.Fatalf("refused: %v\nSignature-Input: %s\nSignature: %s", err,
			rc.r.Header.Get("Signature-Input"), rc.r.Header.Get("Signature"))
	}
	return s
}
