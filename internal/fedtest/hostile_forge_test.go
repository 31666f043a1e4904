package fedtest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // F020 signs with it
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"embraye/internal/httpsig"
)

// forge signs what Sign of httpsig would never sign: each part can be changed
// before the request is made, and is then signed with a valid key.
type forge struct {
	b         *bench
	a         *Actor
	path      string // where it is sent; signed unless signedPath is set
	host      string // Host as sent and signed
	body      []byte
	header    http.Header
	covered   string // draft-cavage: names
	params    string // draft-cavage: parameters before the signature
	values    map[string]string
	key       *rsa.PrivateKey
	hash      crypto.Hash
	signature func(encoded string) string

	signedPath string
	components []string // RFC 9421
	sigParams  string
}

func (b *bench) forge(a *Actor, body any) *forge {
	f := &forge{b: b, a: a, path: "/inbox", host: b.in.Host, body: Body(b.t, body), header: http.Header{},
		covered: "(request-target) host date digest", key: a.Key, hash: crypto.SHA256, values: map[string]string{},
		components: []string{"@method", "@target-uri", "content-digest"}}
	sum := sha256.Sum256(f.body)
	f.header.Set("Date", b.date(0))
	f.header.Set("Digest", "SHA-256="+base64.StdEncoding.EncodeToString(sum[:]))
	f.header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
	f.header.Set("Content-Type", ActivityType)
	f.params = `keyId="` + a.KeyID + `",algorithm="rsa-sha256",headers="` + f.covered + `"`
	f.sigParams = ";created=" + b.unix(0) + `;keyid="` + a.KeyID + `"`
	return f
}

// date is an HTTP date as far from now.
func (b *bench) date(d time.Duration) string {
	return b.w.Clock.Now().Add(d).UTC().Format(http.TimeFormat)
}

func (b *bench) unix(d time.Duration) string {
	return strconv.FormatInt(b.w.Clock.Now().Add(d).Unix(), 10)
}

// cover changes the covered names and says so in the header.
func (f *forge) cover(names string) {
	f.params = strings.Replace(f.params, `headers="`+f.covered+`"`, `headers="`+names+`"`, 1)
	f.covered = names
}

func (f *forge) value(name string) string {
	if v, ok := f.values[name]; ok {
		return v
	}
	switch name {
	case "(request-target)":
		return "post " + f.target()
	case "host":
		return f.host
	}
	return strings.Join(f.header.Values(name), ", ")
}

func (f *forge) target() string {
	if f.signedPath != "" {
		return f.signedPath
	}
	return f.path
}

func (f *forge) sign(base string) string {
	h := f.hash.New()
	h.Write([]byte(base))
	raw, err := rsa.SignPKCS1v15(rand.Reader, f.key, f.hash, h.Sum(nil))
	if err != nil {
		f.b.t.Fatal(err)
	}
	encoded := base64.StdEncoding.EncodeToString(raw)
	if f.signature != nil {
		return f.signature(encoded)
	}
	return encoded
}

// cavage is the request, signed by draft-cavage.
func (f *forge) cavage() *http.Request {
	f.header.Del("Content-Digest")
	var lines []string
	for _, name := range strings.Fields(f.covered) {
		lines = append(lines, name+": "+f.value(name))
	}
	f.header.Set("Signature", f.params+`,signature="`+f.sign(strings.Join(lines, "\n"))+`"`)
	return f.request()
}

// rfc9421 is the request, signed by RFC 9421.
func (f *forge) rfc9421() *http.Request {
	f.header.Del("Digest")
	input := "(" + strings.Join(quoted(f.components), " ") + ")" + f.sigParams
	var base strings.Builder
	for _, c := range f.components {
		base.WriteString(strings.Join(quoted([]string{c}), "") + ": " + f.component(c) + "\n")
	}
	base.WriteString(`"@signature-params": ` + input)
	f.header.Set("Signature-Input", "sig1="+input)
	f.header.Set("Signature", "sig1=:"+f.sign(base.String())+":")
	return f.request()
}

// quoted writes component names; one with parameters keeps them outside.
func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		name, params, has := strings.Cut(n, ";")
		out[i] = `"` + name + `"`
		if has {
			out[i] += ";" + params
		}
	}
	return out
}

func (f *forge) component(c string) string {
	name, _, _ := strings.Cut(c, ";")
	if v, ok := f.values[name]; ok {
		return v
	}
	switch name {
	case "@method":
		return "POST"
	case "@target-uri":
		return "https://" + f.host + f.target()
	case "@authority":
		return f.host
	case "@path":
		return f.target()
	}
	return strings.Join(f.header.Values(name), ", ")
}

func (f *forge) request() *http.Request {
	r, err := http.NewRequest(http.MethodPost, f.b.url(f.path), bytes.NewReader(f.body))
	if err != nil {
		f.b.t.Fatal(err)
	}
	r.Host = f.host
	r.Header = f.header
	return r
}

// resign is a well-signed request of an actor with another key or key id.
func (b *bench) signedAs(a *Actor, keyID string, key *rsa.PrivateKey, activity any) *http.Request {
	other := *a
	other.KeyID, other.Key = keyID, key
	return other.RequestAs(b.inbox(), Body(b.t, activity), httpsig.Cavage)
}

// garbage is a request with a signature in good form that nobody made: it
// costs us no key, so that a thousand are cheap.
func (b *bench) garbage(a *Actor, body any) *http.Request {
	f := b.forge(a, body)
	f.header.Del("Content-Digest")
	raw := make([]byte, 256)
	rand.Read(raw)
	f.header.Set("Signature", f.params+`,signature="`+base64.StdEncoding.EncodeToString(raw)+`"`)
	return f.request()
}

// another is a key that is nobody's in this row.
func (b *bench) another(than *rsa.PrivateKey) *rsa.PrivateKey {
	b.t.Helper()
	for {
		key, err := Key()
		if err != nil {
			b.t.Fatal(err)
		}
		if !key.Equal(than) {
			return key
		}
	}
}
