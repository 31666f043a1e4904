package fedtest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A style is how one program signs what it sends: the rest
// of the house signs in one way, so the others are written out here.
type style struct {
	key       string // after the actor's id in keyId; "" is the bare actor
	algorithm string // draft-cavage
	covered   string // draft-cavage, in the program's order
	label     string // RFC 9421 if set
	parts     string // RFC 9421
}

const (
	plainOrder = "(request-target) host date digest"
	typeOrder  = "(request-target) host date digest content-type"
	parts9421  = `"@method" "@target-uri" "@authority" "content-digest"`
)

// styles of the programs that the examples come from, and of BookWyrm.
var styles = map[string]style{
	"mastodon":     {"#main-key", "rsa-sha256", "host date digest content-type (request-target)", "", ""},
	"gotosocial":   {"/main-key", "hs2019", plainOrder, "", ""},
	"hollo":        {"#main-key", "rsa-sha256", "(request-target) accept content-type date digest host user-agent", "sig1", `"@method" "@target-uri" "@authority" "host" "date" "content-digest"`},
	"mitra":        {"#main-key", "rsa-sha256", plainOrder, "", ""},
	"peertube":     {"", "rsa-sha256", plainOrder, "", ""},
	"misskey":      {"#main-key", "rsa-sha256", "(request-target) date host digest", "", ""},
	"akkoma":       {"#main-key", "rsa-sha256", "(request-target) content-length date digest host", "", ""},
	"lemmy":        {"#main-key", "hs2019", "(request-target) content-type date digest host", "", ""},
	"mbin":         {"#main-key", "rsa-sha256", typeOrder, "", ""},
	"friendica":    {"#main-key", "rsa-sha256", "(request-target) date digest host content-type", "", ""},
	"pixelfed":     {"#main-key", "rsa-sha256", plainOrder, "", ""},
	"snac":         {"#main-key", "rsa-sha256", plainOrder, "", ""},
	"honk":         {"#key", "rsa-sha256", typeOrder, "", ""},
	"microblogpub": {"#main-key", "rsa-sha256", "(request-target) user-agent host date digest content-type", "", ""},
	"nodebb":       {"#key", "hs2019", plainOrder, "", ""},
	"fedify":       {"#main-key", "rsa-sha256", "(request-target) accept content-type date digest host user-agent", "", ""},
	"bookwyrm":     {"/#main-key", "rsa-sha256", plainOrder, "", ""},
	"wordpress":    {"#main-key", "rsa-sha256", plainOrder, "wp", parts9421},
}

// cavage makes a request signed by the draft as the program does it.
func (s style) cavage(t testing.TB, now time.Time, a *Actor, inbox string, body []byte) *http.Request {
	r, digest := s.bare(t, now, inbox, body)
	r.Header.Set("Digest", "SHA-256="+digest)
	var lines []string
	for name := range strings.FieldsSeq(s.covered) {
		lines = append(lines, name+": "+covered(r, name))
	}
	r.Header.Set("Signature", fmt.Sprintf(`keyId="%s",algorithm="%s",headers="%s",signature="%s"`,
		a.KeyID, s.algorithm, s.covered, signed(t, a.Key, strings.Join(lines, "\n"))))
	return r
}

// rfc9421 makes a request signed by RFC 9421 as the program does it.
func (s style) rfc9421(t testing.TB, now time.Time, a *Actor, inbox string, body []byte) *http.Request {
	r, digest := s.bare(t, now, inbox, body)
	r.Header.Set("Content-Digest", "sha-256=:"+digest+":")
	params := fmt.Sprintf(`(%s);created=%d;keyid="%s";alg="rsa-v1_5-sha256"`, s.parts, now.Unix(), a.KeyID)
	var lines []string
	for part := range strings.FieldsSeq(s.parts) {
		lines = append(lines, part+": "+covered(r, strings.Trim(part, `"`)))
	}
	lines = append(lines, `"@signature-params": `+params)
	r.Header.Set("Signature-Input", s.label+"="+params)
	r.Header.Set("Signature", s.label+"=:"+signed(t, a.Key, strings.Join(lines, "\n"))+":")
	return r
}

func (s style) bare(t testing.TB, now time.Time, inbox string, body []byte) (r *http.Request, digest string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, inbox, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	r.Header.Set("Date", now.UTC().Format(http.TimeFormat))
	r.Header.Set("Content-Type", ActivityType)
	r.Header.Set("User-Agent", "peer/1.0")
	r.Header.Set("Accept", "*/*")
	return r, base64.StdEncoding.EncodeToString(sum[:])
}

// covered is the value of one covered name, of either scheme.
func covered(r *http.Request, name string) string {
	switch name {
	case "(request-target)":
		return strings.ToLower(r.Method) + " " + r.URL.RequestURI()
	case "host", "@authority":
		return r.URL.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	case "@method":
		return r.Method
	case "@target-uri":
		return r.URL.String()
	}
	return r.Header.Get(name)
}

func signed(t testing.TB, key *rsa.PrivateKey, text string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(text))
	raw, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}
