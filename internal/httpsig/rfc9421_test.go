package httpsig

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func params9421(more string) string { return more + `;keyid="` + malKeyID + `"` }

func Test9421Accepted(t *testing.T) {
	sum512 := sha512.Sum512([]byte(follow))
	both := "sha-512=:" + base64.StdEncoding.EncodeToString(sum512[:]) + ":, sha-256=:" + sha256Base64(follow) + ":"
	tests := []struct {
		name string
		edit func(*forge9421)
	}{
		{"F030 what Mastodon demands", func(*forge9421) {}},
		{"F030 algorithm named", func(f *forge9421) { f.params += `;alg="rsa-v1_5-sha256"` }},
		{"F032 59 minutes old", func(f *forge9421) { f.params = params9421(";created=" + unix(-59*time.Minute)) }},
		{"F032 4 minutes ahead", func(f *forge9421) { f.params = params9421(";created=" + unix(4*time.Minute)) }},
		{"F032 expires to come", func(f *forge9421) { f.params += ";expires=" + unix(time.Minute) }},
		{"F033 two digests", func(f *forge9421) { f.header.Set("Content-Digest", both) }},
		{"F033 digests in two lines, one unknown", func(f *forge9421) {
			f.header["Content-Digest"] = []string{"md5=:abcd:", both}
		}},
		{"all derived components", func(f *forge9421) {
			f.components = append(f.components, "@authority", "@scheme", "@path", "@query", "@request-target")
		}},
		{"plain fields", func(f *forge9421) { f.components = append(f.components, "host", "date", "content-type") }},
		{"other parameters", func(f *forge9421) { f.params += `;nonce="a\"b";tag="fedi";x;y=?0;z=tok/en:1;n=-12;b=:YQ==:` }},
		{"Host of a proxy, not covered", func(f *forge9421) { f.host = "127.0.0.1:8080" }},
		{"GET without digest", func(f *forge9421) {
			f.method, f.body = "GET", ""
			f.components = []string{"@method", "@target-uri"}
		}},
		{"label of our own choice", func(f *forge9421) { f.label = "*a-b_c.1" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newForge9421()
			tt.edit(f)
			s := wantValid(t, f.sign())
			if s.Scheme != RFC9421 || s.KeyID != malKeyID || len(s.Raw) != 256 || !slices.Equal(s.Covered, f.components) {
				t.Errorf("signature is %+v", s)
			}
		})
	}
}

func Test9421Refused(t *testing.T) {
	without := func(name string) func(*forge9421) {
		return func(f *forge9421) {
			f.components = slices.DeleteFunc(f.components, func(c string) bool { return c == name })
		}
	}
	covering := func(raw string) func(*forge9421) {
		// The list joins names by `" "`, so a raw component closes its own quotes.
		return func(f *forge9421) { f.components = append(f.components, raw) }
	}
	params := func(p string) func(*forge9421) { return func(f *forge9421) { f.params = p } }
	digest := func(d string) func(*forge9421) {
		return func(f *forge9421) { f.header.Set("Content-Digest", d) }
	}
	ok := "sha-256=:" + sha256Base64(follow) + ":"
	tests := []struct {
		name string
		want string
		edit func(*forge9421)
	}{
		{"F031 no @method", "does not cover @method", without("@method")},
		{"F031 no @target-uri", "does not cover @target-uri", without("@target-uri")},
		{"F031 no content-digest", "does not cover content-digest", without("content-digest")},
		{"F031 @authority and @path instead of @target-uri", "does not cover @target-uri", func(f *forge9421) {
			f.components = []string{"@method", "@authority", "@path", "content-digest"}
		}},
		{"F032 created missing", "no created", params(params9421(""))},
		{"F032 created without a value", "no time", params(params9421(";created"))},
		{"F032 created 2 hours old", "old", params(params9421(";created=" + unix(-2*time.Hour)))},
		{"F032 created 10 minutes ahead", "ahead", params(params9421(";created=" + unix(10*time.Minute)))},
		{"F032 created negative", "no time", params(params9421(";created=-1"))},
		{"F032 created a string", "no time", params(params9421(`;created="` + unix(0) + `"`))},
		{"F032 created a decimal", "malformed", params(params9421(";created=" + unix(0) + ".0"))},
		{"F032 created with leading zero", "malformed", params(params9421(";created=0" + unix(0)))},
		{"F032 expires past", "expired", func(f *forge9421) { f.params += ";expires=" + unix(-time.Second) }},
		{"F032 expires text", "no time", func(f *forge9421) { f.params += ";expires=never" }},
		{"F033 digest of another body", "does not match", digest("sha-256=:" + sha256Base64("x") + ":")},
		{"F033 syntax of Digest", "malformed", digest("SHA-256=" + sha256Base64(follow))},
		{"F033 syntax of Digest in lower case", "malformed", digest("sha-256=" + sha256Base64(follow))},
		{"F033 sha-512 wrong", "does not match", digest(ok + ", sha-512=:" + sha256Base64("x") + ":")},
		{"F033 only an unknown sum", "no sha-256", digest("md5=:" + sha256Base64(follow) + ":")},
		{"F033 sha-256 twice", "twice", digest(ok + "," + ok)},
		{"F033 empty", "malformed", digest("")},
		{"F033 absent", "no Content-Digest", func(f *forge9421) { f.header.Del("Content-Digest") }},
		{"F036 req", "has parameters", covering(`@path";req "x`)},
		{"F036 sf", "has parameters", covering(`date";sf "x`)},
		{"F036 bs", "has parameters", covering(`date";bs "x`)},
		{"F036 key", "has parameters", covering(`date";key="x" "x`)},
		{"F036 tr", "has parameters", covering(`date";tr "x`)},
		{"F036 query parameter", "has parameters", covering(`@query-param";name="a" "x`)},
		{"F036 query parameter without name", "not supported", covering(`@query-param`)},
		{"F036 status", "not supported", covering("@status")},
		{"F036 duplicate", "twice", covering("@method")},
		{"F036 capitals", "no component", covering("Date")},
		{"F036 empty name", "no component", covering("")},
		{"F036 own parameters as a component", "not supported", covering("@signature-params")},
		{"F036 33 components", "over 32 components", func(f *forge9421) {
			for i := range 30 {
				f.components = append(f.components, fmt.Sprintf("x-%d", i))
			}
		}},
		{"F036 5,000 components", "bytes", func(f *forge9421) {
			for i := range 5000 {
				f.components = append(f.components, fmt.Sprintf("x-%d", i))
			}
		}},
		{"F015 host covered, not ours", "another host", func(f *forge9421) {
			f.host = "good.example"
			f.components = append(f.components, "host")
		}},
		{"F015 made for another host", "not made by key", func(f *forge9421) { f.target = "https://good.example/inbox" }},
		{"F015 made for another scheme", "not made by key", func(f *forge9421) { f.target = "http://ours.example/inbox" }},
		{"F014 made for another inbox", "not made by key", func(f *forge9421) { f.target += "/2" }},
		{"covered field absent", "lacks", covering("x-absent")},
		{"F020 rsa-sha1 named", "not accepted", func(f *forge9421) { f.params += `;alg="rsa-sha1"` }},
		{"F020 hmac named", "not accepted", func(f *forge9421) { f.params += `;alg="hmac-sha256"` }},
		{"F020 pss named", "not accepted", func(f *forge9421) { f.params += `;alg="rsa-pss-sha512"` }},
		{"algorithm empty", "not accepted", func(f *forge9421) { f.params += `;alg=""` }},
		{"algorithm a token", "no plain string", func(f *forge9421) { f.params += `;alg=ed25519` }},
		{"ed25519 named, RSA key", "with an RSA key", func(f *forge9421) { f.params += `;alg="ed25519"` }},
		{"another hash", "not made by key", func(f *forge9421) { f.hash = crypto.SHA512 }},
		{"keyid missing", "key id of 0 bytes", params(";created=" + unix(0))},
		{"keyid with an escape", "no plain string", params(`;keyid="https://a/\"";created=` + unix(0))},
		{"parameter twice", "twice", func(f *forge9421) { f.params += `;keyid="https://good.example/users/pat"` }},
		{"17 parameters", "over 16 parameters", func(f *forge9421) { f.params += strings.Join(manyKeys(15), "") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newForge9421()
			tt.edit(f)
			wantRefused(t, f.sign(), tt.want)
		})
	}
}

func manyKeys(n int) []string {
	ps := make([]string, n)
	for i := range ps {
		ps[i] = fmt.Sprintf(";p%d", i)
	}
	return ps
}

// Test9421Header varies the two headers around a valid signature.
func Test9421Header(t *testing.T) {
	good := newForge9421().sign().r.Header
	in, sig := good.Get("Signature-Input"), good.Get("Signature")
	tests := []struct{ name, input, signature, want string }{
		{"spaces inside the list", strings.Replace(in, `" "`, `"  "`, 1), sig, ""},
		{"spaces before parameters", strings.Replace(in, ";keyid", "; keyid", 1), sig, ""},
		{"true written out", in + ";x=?1", sig, "malformed"},
		{"F025 60 kB of input", in + strings.Repeat(" ", 60000), sig, "bytes"},
		{"F025 60 kB of signature", in, sig + strings.Repeat(" ", 60000), "bytes"},
		{"F029 empty signature", in, "sig1=::", "signature of 0 bytes"},
		{"F029 not base64", in, "sig1=:!!:", "no base64"},
		{"F029 url-safe alphabet", in, "sig1=:" + strings.Repeat("_-", 128) + ":", "no base64"},
		{"signature under another label", in, "sig2" + sig[4:], "no signature labelled"},
		{"label twice", in + ", " + in, sig, "twice"},
		{"signature twice", in, sig + ", " + sig, "twice"},
		{"5 labels", in + `, a=(), b=(), c=(), d=()`, sig, "over 4 members"},
		{"signature no byte sequence", in, "sig1=abc", "malformed"},
		{"signature not closed", in, "sig1=:abc", "malformed"},
		{"input no list", `sig1="@method"`, sig, "malformed"},
		{"input not closed", `sig1=("@method"`, sig, "malformed"},
		{"input string not closed", `sig1=("@method`, sig, "malformed"},
		{"input names run together", strings.Replace(in, `" "`, `""`, 1), sig, "malformed"},
		{"trailing comma", in + ",", sig, "malformed"},
		{"trailing text", in + " x", sig, "malformed"},
		{"label in capitals", "S" + in[1:], "S" + sig[1:], "malformed"},
		{"empty input", "", sig, "malformed"},
		{"empty signature header", in, "", "malformed"},
		{"both schemes in one line", in, newForge().sign().r.Header.Get("Signature") + ", " + sig, "has no value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rc := newForge9421().request()
			rc.r.Header.Set("Signature-Input", tt.input)
			rc.r.Header.Set("Signature", tt.signature)
			if tt.want == "" {
				wantValid(t, rc)
				return
			}
			wantRefused(t, rc, tt.want)
		})
	}
	t.Run("input without signature", func(t *testing.T) {
		rc := newForge9421().sign()
		rc.r.Header.Del("Signature")
		wantRefused(t, rc, "with 0 Signature lines")
	})
	t.Run("two input lines", func(t *testing.T) {
		rc := newForge9421().sign()
		rc.r.Header.Add("Signature-Input", "b=()")
		wantRefused(t, rc, "2 Signature-Input lines")
	})
}

func Test9421Body(t *testing.T) {
	rc := newForge9421().sign()
	rc.body = []byte(strings.Replace(follow, "1", "2", 1))
	wantRefused(t, rc, "does not match")
}

// Test9421Labels: the first that satisfies the law is the signature.
func Test9421Labels(t *testing.T) {
	weak, strong, proxy := newForge9421(), newForge9421(), newForge9421()
	weak.components = []string{"@method"}
	proxy.params = fmt.Sprintf(`;created=%d;keyid="https://proxy.example/key"`, now.Unix())
	member := func(f *forge9421, label string) (in, sig string) {
		return label + "=" + f.list(), label + "=:" + signBase(f.base(), f.hash) + ":"
	}
	judge := func(t *testing.T, fs ...*forge9421) *Signature {
		t.Helper()
		var ins, sigs []string
		for i, f := range fs {
			in, sig := member(f, fmt.Sprintf("l%d", i))
			ins, sigs = append(ins, in), append(sigs, sig)
		}
		rc := strong.request()
		rc.r.Header.Set("Signature-Input", strings.Join(ins, ", "))
		rc.r.Header.Set("Signature", strings.Join(sigs, ", "))
		return wantValid(t, rc)
	}
	if s := judge(t, weak, strong, proxy); s.KeyID != malKeyID || len(s.Covered) != 3 {
		t.Errorf("after a weak one the signature is %+v", s)
	}
	if s := judge(t, proxy, strong); s.KeyID != "https://proxy.example/key" {
		t.Errorf("of two good ones the signature is %+v", s)
	}
}

func TestBothSchemes(t *testing.T) {
	both := func(cavage string) received {
		rc := newForge9421().sign()
		rc.r.Header["Signature"] = []string{cavage, rc.r.Header.Get("Signature")}
		return rc
	}
	cavage := newForge().sign().r.Header.Get("Signature")
	t.Run("F040 two key ids", func(t *testing.T) {
		other := strings.Replace(cavage, malKeyID, "https://good.example/users/pat", 1)
		wantRefused(t, both(other), "two schemes with two keys")
	})
	t.Run("F040 one key id", func(t *testing.T) {
		if s := wantValid(t, both(cavage)); s.Scheme != RFC9421 {
			t.Errorf("judged by %s", s.Scheme)
		}
	})
	t.Run("F040 three lines", func(t *testing.T) {
		rc := both(cavage)
		rc.r.Header.Add("Signature", cavage)
		wantRefused(t, rc, "3 Signature lines")
	})
	t.Run("F040 input beside a cavage signature", func(t *testing.T) {
		rc := newForge().sign()
		rc.r.Header.Set("Signature-Input", newForge9421().sign().r.Header.Get("Signature-Input"))
		wantRefused(t, rc, "with 0 Signature lines")
	})
}

// TestVectorB26 is the example of RFC 9421, appendix B.2.6. It does not cover
// @target-uri, so it goes through base and key, not through Parse.
func TestVectorB26(t *testing.T) {
	const pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n"
	key, err := ParsePublicKey(pem)
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := parseInputs(`sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")` +
		`;created=1618884473;keyid="test-key-ed25519"`)
	if err != nil {
		t.Fatal(err)
	}
	f := newForge()
	f.target, f.host, f.body = "/foo?param=Value&Pet=dog", "example.com", `{"hello": "world"}`
	f.header.Set("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
	f.header.Set("Content-Type", "application/json")
	f.header.Set("Content-Length", "18")
	rc, p := f.request(), policy()
	p.BaseURL.Host = "example.com"
	base, err := base9421(newMessage(rc.r, rc.body, p.BaseURL), inputs[0])
	if err != nil {
		t.Fatal(err)
	}
	raw, err := rawSignature("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==")
	if err != nil {
		t.Fatal(err)
	}
	s := &Signature{Scheme: RFC9421, Raw: raw, bases: []string{base}}
	if err := s.Verify(key); err != nil {
		t.Errorf("%v; base:\n%s", err, base)
	}
	s.bases[0] = strings.Replace(base, "/foo", "/fop", 1)
	if err := s.Verify(key); err == nil {
		t.Error("a changed base passes")
	}
}

func TestEd25519(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	pub := key.Public().(ed25519.PublicKey)
	parse := func(rc received) *Signature {
		s, err := Parse(rc.r, rc.body, policy())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	sign := func(f *forge9421) *Signature {
		rc := f.request()
		rc.r.Header.Set("Signature-Input", "sig1="+f.list())
		rc.r.Header.Set("Signature", "sig1=:"+base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(f.base())))+":")
		return parse(rc)
	}
	plain, named, asRSA := newForge9421(), newForge9421(), newForge9421()
	named.params += `;alg="ed25519"`
	asRSA.params += `;alg="rsa-v1_5-sha256"`
	if err := sign(plain).Verify(pub); err != nil {
		t.Errorf("without alg: %v", err)
	}
	if err := sign(named).Verify(pub); err != nil {
		t.Errorf("with alg: %v", err)
	}
	if err := sign(asRSA).Verify(pub); err == nil {
		t.Error("called RSA, verified with Ed25519")
	}
	cavage := newForge().sign()
	raw := base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(newForge().base())))
	good := newForge().params()
	cavage.r.Header.Set("Signature", good[0]+","+good[2]+`,signature="`+raw+`"`)
	if err := parse(cavage).Verify(pub); err == nil {
		t.Error("draft-cavage verified with Ed25519")
	}
}
