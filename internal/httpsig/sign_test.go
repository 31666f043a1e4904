package httpsig

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func malSigner() Signer { return Signer{KeyID: malKeyID, Key: malKey()} }

func outgoing(t *testing.T, method, url string, body []byte) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/activity+json")
	}
	return req
}

// TestSignForm fixes the bytes that other servers parse by hand.
func TestSignForm(t *testing.T) {
	date := now.Format(http.TimeFormat)
	post := "(request-target): post /inbox?x=1\nhost: ours.example\ndate: " + date +
		"\ndigest: SHA-256=" + sha256Base64(follow) + "\ncontent-type: application/activity+json"
	get := "(request-target): get /actors/a?page=2\nhost: ours.example:8443\ndate: " + date
	postList := `("@method" "@target-uri" "@authority" "content-digest");created=` + unix(0) + `;keyid="` + malKeyID + `";alg="rsa-v1_5-sha256"`
	post9421 := `"@method": POST` + "\n" + `"@target-uri": https://ours.example/inbox?x=1` + "\n" + `"@authority": ours.example` + "\n" +
		`"content-digest": sha-256=:` + sha256Base64(follow) + ":\n" + `"@signature-params": ` + postList
	getList := strings.Replace(postList, ` "content-digest"`, "", 1)
	get9421 := `"@method": GET` + "\n" + `"@target-uri": https://ours.example:8443/actors/a?page=2` + "\n" +
		`"@authority": ours.example:8443` + "\n" + `"@signature-params": ` + getList
	cavage := func(covered, base string) http.Header {
		return http.Header{"Date": {date}, "Signature": {`keyId="` + malKeyID + `",algorithm="rsa-sha256",headers="` +
			covered + `",signature="` + signBase(base, newForge().hash) + `"`}}
	}
	rfc := func(list, base string) http.Header {
		return http.Header{"Date": {date}, "Signature-Input": {"sig1=" + list},
			"Signature": {"sig1=:" + signBase(base, newForge().hash) + ":"}}
	}
	tests := []struct {
		name   string
		scheme Scheme
		body   []byte
		want   http.Header
	}{
		{"draft-cavage POST", Cavage, []byte(follow), cavage("(request-target) host date digest content-type", post)},
		{"draft-cavage GET", Cavage, nil, cavage("(request-target) host date", get)},
		{"RFC 9421 POST", RFC9421, []byte(follow), rfc(postList, post9421)},
		{"RFC 9421 GET", RFC9421, nil, rfc(getList, get9421)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			method, url := "POST", "https://ours.example:443/inbox?x=1#fragment"
			if tt.body == nil {
				method, url = "GET", "https://Ours.example:8443/actors/a?page=2"
			}
			req := outgoing(t, method, url, tt.body)
			if err := Sign(req, tt.body, malSigner(), tt.scheme, now); err != nil {
				t.Fatal(err)
			}
			for name := range tt.want {
				if got, want := req.Header.Get(name), tt.want.Get(name); got != want {
					t.Errorf("%s\n got %s\nwant %s", name, got, want)
				}
			}
			if want := strings.TrimSuffix(strings.ToLower(req.URL.Host), ":443"); req.Host != want {
				t.Errorf("Host is %q, want %q", req.Host, want)
			}
		})
	}
}

// TestSignAgain: a second attempt by the other scheme leaves nothing of the first.
func TestSignAgain(t *testing.T) {
	body := []byte(follow)
	req := outgoing(t, "POST", ourOrigin+"/inbox", body)
	for i, scheme := range []Scheme{Cavage, RFC9421, Cavage, Cavage} {
		if err := Sign(req, body, malSigner(), scheme, now); err != nil {
			t.Fatal(err)
		}
		s, err := received{req, body}.judge()
		if err != nil || s.Scheme != scheme {
			t.Fatalf("attempt %d by %s: %+v, %v", i+1, scheme, s, err)
		}
		digests := len(req.Header["Digest"]) + len(req.Header["Content-Digest"])
		inputs := len(req.Header["Signature-Input"])
		if digests != 1 || len(req.Header["Signature"]) != 1 || (inputs == 1) != (scheme == RFC9421) {
			t.Errorf("attempt %d leaves %v", i+1, req.Header)
		}
	}
}

// TestRoundTrip sends signed requests through a real server: what Go's client
// makes of Host, Content-Length and the target must be what was signed.
func TestRoundTrip(t *testing.T) {
	p := policy()
	var got error
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		if _, got = body.ReadFrom(r.Body); got != nil {
			return
		}
		s, err := Parse(r, body.Bytes(), p)
		if got = err; err == nil {
			got = s.Verify(&malKey().PublicKey)
		}
	}))
	defer server.Close()
	p.BaseURL.Scheme, p.BaseURL.Host = "http", strings.TrimPrefix(server.URL, "http://")
	for _, scheme := range []Scheme{Cavage, RFC9421} {
		for _, target := range []string{"", "/", "/inbox", "/a%20b/%C3%A9?q=%C3%A9&r=a+b", "/p?", "//x/../y"} {
			for _, body := range [][]byte{nil, {}, []byte(follow)} {
				method := "POST"
				if body == nil {
					method = "GET"
				}
				req := outgoing(t, method, server.URL+target, body)
				if err := Sign(req, body, malSigner(), scheme, now); err != nil {
					t.Fatal(err)
				}
				resp, err := server.Client().Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if got != nil {
					t.Errorf("%s %s %q: %v", scheme, method, target, got)
				}
			}
		}
	}
}

func TestSignRefuses(t *testing.T) {
	ed := Signer{KeyID: malKeyID, Key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	tests := []struct {
		name   string
		signer Signer
		scheme Scheme
		edit   func(*http.Request)
	}{
		{"no key", Signer{KeyID: malKeyID}, Cavage, nil},
		{"not RSA", ed, RFC9421, nil},
		{"no key id", Signer{Key: malKey()}, Cavage, nil},
		{"key id with a quote", Signer{KeyID: `a"b`, Key: malKey()}, Cavage, nil},
		{"unknown scheme", malSigner(), "hmac", nil},
		{"no media type", malSigner(), Cavage, func(r *http.Request) { r.Header.Del("Content-Type") }},
		{"no host", malSigner(), Cavage, func(r *http.Request) { r.URL.Host = "" }},
		{"opaque address", malSigner(), Cavage, func(r *http.Request) { r.URL.Opaque = "//evil.example/x" }},
		{"other scheme", malSigner(), Cavage, func(r *http.Request) { r.URL.Scheme = "ftp" }},
		{"host not ASCII", malSigner(), Cavage, func(r *http.Request) { r.Host = "été.example" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := outgoing(t, "POST", ourOrigin+"/inbox", []byte(follow))
			if tt.edit != nil {
				tt.edit(req)
			}
			err := Sign(req, []byte(follow), tt.signer, tt.scheme, now)
			if err == nil || req.Header.Get("Signature") != "" {
				t.Errorf("error %v, header %q", err, req.Header.Get("Signature"))
			}
			if errors.Is(err, ErrInvalid) || errors.Is(err, ErrUnsigned) {
				t.Errorf("our own mistake looks like a peer's: %v", err)
			}
		})
	}
}
