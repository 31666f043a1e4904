package httpsig

import (
	"crypto"
	_ "crypto/sha1" // F020 signs with it
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func httpDate(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }

func unix(d time.Duration) string { return strconv.FormatInt(now.Add(d).Unix(), 10) }

// TestCavageRefused holds one row per way to be wrong. Each is signed by the
// right key over what it claims, so only the rule it names can refuse it; want
// is a part of the reason, so that no row is refused for another one.
func TestCavageRefused(t *testing.T) {
	created := func(covered, extra, value string) func(*forge) {
		return func(f *forge) {
			f.covered, f.extra, f.algorithm = "(request-target) host digest "+covered, extra, "hs2019"
			f.values[covered] = value
		}
	}
	tests := []struct {
		name string
		want string
		edit func(*forge)
	}{
		{"F003 no digest", "does not cover digest", func(f *forge) {
			f.header.Del("Digest")
			f.covered = "(request-target) host date"
		}},
		{"F003 digest covered but absent", "no Digest", func(f *forge) { f.header.Del("Digest") }},
		{"F004 digest not covered", "does not cover digest", func(f *forge) { f.covered = "(request-target) host date" }},
		{"F008 61 minutes old", "old", func(f *forge) { f.header.Set("Date", httpDate(-61*time.Minute)) }},
		{"F008 13 hours old", "old", func(f *forge) { f.header.Set("Date", httpDate(-13*time.Hour)) }},
		{"F008 10 years old", "old", func(f *forge) { f.header.Set("Date", httpDate(-10*365*24*time.Hour)) }},
		{"F008 date is no date", "no HTTP date", func(f *forge) { f.header.Set("Date", "yesterday") }},
		{"F008 two dates", "no HTTP date", func(f *forge) { f.header.Add("Date", httpDate(0)) }},
		{"F008 date covered but absent", "lacks", func(f *forge) { f.header.Del("Date") }},
		{"F009 6 minutes ahead", "ahead", func(f *forge) { f.header.Set("Date", httpDate(6*time.Minute)) }},
		{"F010 no time", "covers no time", func(f *forge) { f.covered = "(request-target) host digest" }},
		{"F010 created and expires given but not signed", "covers no time", func(f *forge) {
			f.covered = "(request-target) host digest"
			f.extra = "created=" + unix(0) + ",expires=" + unix(time.Minute)
		}},
		{"F013 date only", "does not cover (request-target)", func(f *forge) { f.covered = "date" }},
		{"F013 no host", "does not cover host", func(f *forge) { f.covered = "(request-target) date digest" }},
		{"F013 no target", "does not cover (request-target)", func(f *forge) { f.covered = "host date digest" }},
		{"F013 a name twice", "twice", func(f *forge) { f.covered += " date" }},
		{"F013 unknown special name", "no header field", func(f *forge) { f.covered += " (request-id)" }},
		{"F013 covered field absent", "lacks", func(f *forge) { f.covered += " x-absent" }},
		{"F014 replayed on another inbox", "not made by key", func(f *forge) { f.signedTarget = "/actors/bob/inbox" }},
		{"F014 another method", "not made by key", func(f *forge) { f.values["(request-target)"] = "put /inbox" }},
		{"F014 query of a POST left out", "not made by key", func(f *forge) { f.target, f.signedTarget = "/inbox?a=b", "/inbox" }},
		{"F015 another host", "another host", func(f *forge) { f.host = "good.example" }},
		{"F015 another port", "another host", func(f *forge) { f.host = "ours.example:8443" }},
		{"F015 port of the other scheme", "another host", func(f *forge) { f.host = "ours.example:80" }},
		{"F015 host signed, other sent", "not made by key", func(f *forge) { f.values["host"] = "good.example" }},
		{"F019 hmac-sha256", "not accepted", func(f *forge) { f.algorithm = "hmac-sha256" }},
		{"F020 rsa-sha1", "not accepted", func(f *forge) { f.algorithm, f.hash = "rsa-sha1", crypto.SHA1 }},
		{"F020 SHA-1 called hs2019", "not made by key", func(f *forge) { f.algorithm, f.hash = "hs2019", crypto.SHA1 }},
		{"F020 SHA-1 called rsa-sha256", "not made by key", func(f *forge) { f.hash = crypto.SHA1 }},
		{"F020 ed25519 named", "not accepted", func(f *forge) { f.algorithm = "ed25519" }},
		{"F028 created 0", "old", created("(created)", "created=0", "0")},
		{"F028 created 1970", "old", created("(created)", "created=1", "1")},
		{"F028 created negative", "no time", created("(created)", "created=-1", "-1")},
		{"F028 created text", "no time", created("(created)", `created="soon"`, "soon")},
		{"F028 created empty", "no time", created("(created)", `created=""`, "")},
		{"F028 created endless", "no time", created("(created)", "created="+strings.Repeat("9", 30), strings.Repeat("9", 30))},
		{"F028 created fraction", "no time", created("(created)", "created="+unix(0)+".5", unix(0)+".5")},
		{"F028 created 6 minutes ahead", "ahead", created("(created)", "created="+unix(6*time.Minute), unix(6*time.Minute))},
		{"F028 created 61 minutes old", "old", created("(created)", "created="+unix(-61*time.Minute), unix(-61*time.Minute))},
		{"F028 created missing", "without the parameter", created("(created)", "", "")},
		{"F028 created bad and not signed", "old", func(f *forge) { f.extra = "created=1" }},
		{"F028 expires past", "expired", created("(expires)", "expires="+unix(-time.Second), unix(-time.Second))},
		{"F028 expires now", "expired", created("(expires)", "expires="+unix(0), unix(0))},
		{"F028 expires too far", "expires over", created("(expires)", "expires="+unix(25*time.Hour), unix(25*time.Hour))},
		{"F028 expires missing", "without the parameter", created("(expires)", "", "")},
		{"F028 expires past and not signed", "expired", func(f *forge) { f.extra = "expires=" + unix(-time.Hour) }},
		{"Date old though created is fresh", "old", func(f *forge) {
			f.header.Set("Date", httpDate(-2*time.Hour))
			f.covered += " (created)"
			f.extra = "created=" + unix(0)
			f.values["(created)"] = unix(0)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newForge()
			tt.edit(f)
			wantRefused(t, f.sign(), tt.want)
		})
	}
}

func wantRefused(t *testing.T, rc received, reason string) {
	t.Helper()
	_, err := rc.judge()
	if !errors.Is(err, ErrInvalid) || errors.Is(err, ErrUnsigned) {
		t.Fatalf("error is %v, want ErrInvalid", err)
	}
	if !strings.Contains(err.Error(), reason) {
		t.Errorf("reason is %q, want %q in it", err, reason)
	}
	if got := errors.Is(err, ErrWrongHost); got != (reason == "another host") {
		t.Errorf("ErrWrongHost is %v for %q", got, err)
	}
}

func TestCavageAccepted(t *testing.T) {
	sum512 := sha512.Sum512([]byte(follow))
	both := "SHA-512=" + base64.StdEncoding.EncodeToString(sum512[:]) + ",SHA-256=" + sha256Base64(follow)
	tests := []struct {
		name string
		edit func(*forge)
	}{
		{"plain", func(*forge) {}},
		{"F006 digest in lower case", func(f *forge) { f.header.Set("Digest", "sha-256="+sha256Base64(follow)) }},
		{"F006 two digests", func(f *forge) { f.header.Set("Digest", both) }},
		{"F006 digests in two lines, one unknown", func(f *forge) { f.header["Digest"] = []string{"MD5=abc", both} }},
		{"F008 59 minutes old", func(f *forge) { f.header.Set("Date", httpDate(-59*time.Minute)) }},
		{"F009 4 minutes ahead", func(f *forge) { f.header.Set("Date", httpDate(4*time.Minute)) }},
		{"F010 created alone", func(f *forge) {
			f.covered, f.extra, f.algorithm = "(request-target) (created) host digest", "created="+unix(0), "hs2019"
			f.values["(created)"] = unix(0)
		}},
		{"F010 expires alone", func(f *forge) {
			f.covered, f.extra = "(request-target) (expires) host digest", `expires="`+unix(time.Hour)+`"`
			f.values["(expires)"] = unix(time.Hour)
		}},
		{"F015 default port", func(f *forge) { f.host = "ours.example:443" }},
		{"F015 host in capitals", func(f *forge) { f.host = "Ours.Example" }},
		{"host signed without the port that is sent", func(f *forge) {
			f.host = "ours.example:443"
			f.values["host"] = "ours.example"
		}},
		{"no algorithm", func(f *forge) { f.algorithm = "" }},
		{"hs2019", func(f *forge) { f.algorithm = "hs2019" }},
		{"header repeated and covered", func(f *forge) {
			f.header["X-Note"] = []string{"a", "b"}
			f.covered += " x-note"
		}},
		{"content-length covered", func(f *forge) {
			f.covered += " content-length"
			f.values["content-length"] = strconv.Itoa(len(follow))
		}},
		{"empty body, digest of nothing", func(f *forge) {
			f.body = ""
			f.header.Set("Digest", "SHA-256="+sha256Base64(""))
		}},
		{"other inbox", func(f *forge) { f.target = "/actors/mesure2/inbox" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newForge()
			tt.edit(f)
			s := wantValid(t, f.sign())
			if s.Scheme != Cavage || s.KeyID != malKeyID || len(s.Raw) != 256 {
				t.Errorf("signature is %+v", s)
			}
		})
	}
}

func TestCavageFetch(t *testing.T) {
	withBody := newFetch("/actors/mesure2")
	withBody.body = follow
	tests := []struct {
		name   string
		f      *forge
		signed string
		want   string // reason of refusal, or "" for none
	}{
		{"plain", newFetch("/actors/mesure2"), "", ""},
		{"query signed", newFetch("/actors/mesure2/outbox?page=1"), "", ""},
		{"query left out", newFetch("/actors/mesure2/outbox?page=1"), "/actors/mesure2/outbox", ""},
		{"another query", newFetch("/actors/mesure2/outbox?page=1"), "/actors/mesure2/outbox?page=2", "not made by key"},
		{"another path", newFetch("/actors/mesure2"), "/actors/mesure3", "not made by key"},
		{"GET with a body and no digest", withBody, "", "does not cover digest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.f.signedTarget = tt.signed
			if tt.want != "" {
				wantRefused(t, tt.f.sign(), tt.want)
				return
			}
			wantValid(t, tt.f.sign())
		})
	}
}

func TestCavageBody(t *testing.T) {
	digest := "SHA-256=" + sha256Base64(follow)
	sum512 := sha512.Sum512([]byte(follow))
	tests := []struct{ name, digest, body, want string }{
		{"F002 body changed after signing", digest, strings.Replace(follow, "1", "2", 1), "does not match"},
		{"F002 body cut", digest, follow[1:], "does not match"},
		{"F006 second digest wrong", digest + ",SHA-512=" + sha256Base64(follow), follow, "does not match"},
		{"F006 SHA-256 twice, one wrong", digest + ",SHA-256=" + sha256Base64("x"), follow, "does not match"},
		{"F006 only SHA-512, and right", "SHA-512=" + base64.StdEncoding.EncodeToString(sum512[:]), follow, "no SHA-256"},
		{"F006 only MD5", "MD5=" + sha256Base64(follow), follow, "no SHA-256"},
		{"F006 only a SHA-1", "SHA=" + sha256Base64(follow), follow, "no SHA-256"},
		{"F006 structured form in Digest", "sha-256=:" + sha256Base64(follow) + ":", follow, "does not match"},
		{"F006 empty", "", follow, "malformed Digest"},
		{"F006 endless list", strings.Repeat("a=b,", 200) + digest, follow, "digests"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newForge()
			f.header.Set("Digest", tt.digest)
			rc := f.sign()
			rc.body = []byte(tt.body)
			wantRefused(t, rc, tt.want)
		})
	}
}

// TestCavageHeader varies the header itself around a valid signature.
func TestCavageHeader(t *testing.T) {
	good := newForge().params()
	reversed := slices.Clone(good)
	slices.Reverse(reversed)
	with := func(params ...string) string { return strings.Join(append(slices.Clone(good), params...), ",") }
	signature := func(value string) string { return strings.Join(good[:3], ",") + `,signature="` + value + `"` }
	urlSafe := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\xff", 256)))
	tests := []struct{ name, header, want string }{
		{"F024 spaces after commas", strings.Join(good, ", "), ""},
		{"F024 spaces around everything", strings.Replace(strings.Join(good, " ,\t"), `keyId="`, `keyId = "`, 1), ""},
		{"F024 any order", strings.Join(reversed, ","), ""},
		{"F024 unquoted created", with("created=" + unix(0)), ""},
		{"F024 quoted created", with(`created="` + unix(0) + `"`), ""},
		{"F024 unquoted algorithm", strings.Replace(with(), `"rsa-sha256"`, "rsa-sha256", 1), ""},
		{"F024 unknown parameter", with(`nonce="x"`), ""},
		{"F013 headers absent", good[0] + "," + good[1] + "," + good[3], "no headers parameter"},
		{"F025 60 kB", with(`pad="` + strings.Repeat("x", 60000) + `"`), "bytes"},
		{"F025 2,000 parameters", with(manyParams(2000)...), ""},
		{"F025 65 parameters", with(manyParams(61)...), "over 64 parameters"},
		{"F029 empty signature", signature(""), "signature of 0 bytes"},
		{"F029 not base64", signature("!!!!"), "no base64"},
		{"F029 1 MB of base64", signature(strings.Repeat("QUJD", 1<<18)), "bytes"},
		{"F029 url-safe alphabet", signature(urlSafe), "no base64"},
		{"F029 no padding", signature(strings.TrimRight(signBase("x", crypto.SHA256), "=")), "no base64"},
		{"F029 spare bits set", signature(spareBits(signBase(newForge().base(), crypto.SHA256))), "no base64"},
		{"F029 too many bytes", signature(strings.Repeat("QUJD", 400)), "signature of 1200 bytes"},
		{"F029 of something else", signature(signBase("x", crypto.SHA256)), "not made by key"},
		{"F029 signature absent", strings.Join(good[:3], ","), "signature of 0 bytes"},
		{"T5 keyId twice", with(`keyId="https://good.example/users/pat"`), "twice"},
		{"T5 keyId twice in another case", with(`keyid="https://good.example/users/pat"`), "twice"},
		{"keyId absent", strings.Join(good[1:], ","), "no keyId"},
		{"keyId empty", `keyId="",` + strings.Join(good[1:], ","), "key id of 0 bytes"},
		{"keyId with a space", `keyId="https://a b/",` + strings.Join(good[1:], ","), "key id with byte"},
		{"keyId over 2,048 bytes", `keyId="` + strings.Repeat("k", 2049) + `",` + strings.Join(good[1:], ","), "key id of 2049 bytes"},
		{"algorithm empty", strings.Replace(with(), `"rsa-sha256"`, `""`, 1), "not accepted"},
		{"65 covered names", strings.Replace(with(), " digest", manyNames(70), 1), "covers 73 names"},
		{"empty", "", "malformed"},
		{"no parameters", "Bearer x", "malformed"},
		{"trailing comma", with() + ",", "malformed"},
		{"no comma", strings.Join(good, " "), "no comma"},
		{"quote not closed", with(`x="y`), "badly quoted"},
		{"escape", with(`x="\"y"`), "badly quoted"},
		{"no value", with(`x=`), "no value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rc := newForge().request()
			rc.r.Header.Set("Signature", tt.header)
			switch {
			case tt.name == "F025 2,000 parameters":
				wantRefused(t, rc, "Signature of")
			case tt.want == "":
				wantValid(t, rc)
			default:
				wantRefused(t, rc, tt.want)
			}
		})
	}
}

// spareBits is another spelling of the same bytes: 256 bytes leave four bits of
// the last digit unused.
func spareBits(b64 string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := len(b64) - len("==") - 1
	return b64[:last] + string(alphabet[strings.IndexByte(alphabet, b64[last])+1]) + "=="
}

func manyParams(n int) []string {
	ps := make([]string, n)
	for i := range ps {
		ps[i] = "p" + strconv.Itoa(i) + "=1"
	}
	return ps
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" n" + strconv.Itoa(i))
	}
	return b.String()
}

func TestUnsignedAndRepeated(t *testing.T) {
	t.Run("F001 no signature", func(t *testing.T) {
		if _, err := newForge().request().judge(); !errors.Is(err, ErrUnsigned) || errors.Is(err, ErrInvalid) {
			t.Errorf("error is %v, want ErrUnsigned", err)
		}
	})
	t.Run("Authorization does not count", func(t *testing.T) {
		rc := newForge().sign()
		rc.r.Header.Set("Authorization", "Signature "+rc.r.Header.Get("Signature"))
		rc.r.Header.Del("Signature")
		if _, err := rc.judge(); !errors.Is(err, ErrUnsigned) {
			t.Errorf("error is %v, want ErrUnsigned", err)
		}
	})
	t.Run("T6 two Signature lines", func(t *testing.T) {
		rc := newForge().sign()
		rc.r.Header.Add("Signature", rc.r.Header.Get("Signature"))
		wantRefused(t, rc, "2 Signature lines")
	})
	t.Run("covered header of 60 kB", func(t *testing.T) {
		f := newForge()
		f.header.Set("X-Long", strings.Repeat("x", 60000))
		f.covered += " x-long"
		wantRefused(t, f.sign(), "of over 8192 bytes")
	})
}

// TestUntil: a replay must be remembered as long as the request would pass.
func TestUntil(t *testing.T) {
	late := newForge()
	late.header.Set("Date", httpDate(-50*time.Minute))
	expiring := newForge()
	expiring.covered, expiring.extra = "(request-target) host digest (expires)", "expires="+unix(20*time.Hour)
	expiring.values["(expires)"] = unix(20 * time.Hour)
	both := newForge()
	both.covered, both.extra = both.covered+" (expires)", "expires="+unix(2*time.Minute)
	both.values["(expires)"] = unix(2 * time.Minute)
	tests := []struct {
		name string
		rc   received
		want time.Duration
	}{
		{"date", newForge().sign(), time.Hour},
		{"late date", late.sign(), 10 * time.Minute},
		{"expires alone", expiring.sign(), 20 * time.Hour},
		{"date and expires", both.sign(), 2 * time.Minute},
		{"created", newForge9421().sign(), time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := wantValid(t, tt.rc)
			if got := s.Until.Sub(now); got != tt.want {
				t.Errorf("Until is %s ahead, want %s", got, tt.want)
			}
			p := policy()
			p.Now = s.Until.Add(time.Second)
			if _, err := Parse(tt.rc.r, tt.rc.body, p); !errors.Is(err, ErrInvalid) {
				t.Errorf("after Until the error is %v", err)
			}
		})
	}
}
