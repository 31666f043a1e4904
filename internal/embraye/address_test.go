package embraye

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestParseIRIAccepts(t *testing.T) {
	for _, s := range []string{
		"https://good.example/users/pat",
		"https://good.example/",
		"https://good.example:8443/users/pat",
		"https://xn--caf-dma.example/",
		"https://192.0.2.7/actor",
		"https://[2001:db8::1]:8443/actor",
		"https://good.example/?author=0",                       // WordPress
		"https://good.example/%c3%a9t%c3%a9/",                  // WordPress writes escapes small
		"https://good.example/@pat",                            // and others
		"https://good.example/objects/a(b)'c;d,e=f!~*$&+:",     // all that RFC 3986 leaves alone
		"https://good.example/post?tag[]=a&next=/b/?c@d",       //
		"https://good.example//double/slash",                   // means what the peer says it means
		"https://good.example/" + strings.Repeat("a", 2048-21), // the longest
	} {
		got, err := ParseIRI(s, false)
		if err != nil || string(got) != s {
			t.Errorf("ParseIRI(%q) = %q, %v", s, got, err)
		}
	}
	if _, err := ParseIRI("http://127.0.0.1:8390/actors/mesure1", true); err != nil {
		t.Errorf("http in test mode: %v", err)
	}
}

// F085, F086, F087, F092, F093 and header splitting: refused, so that no
// address has two spellings.
func TestParseIRIRefuses(t *testing.T) {
	for _, s := range []string{
		"", " ", "7", "%zz", "//a.example/1", "/relative", "relative", "https:", "https://", "https:///x", "https:good.example/",
		"https://GOOD.example/users/pat", "HTTPS://good.example/", "https://good.example:443/users/pat",
		"https://good.example./users/pat", "https://good.example/users/pat#x", "https://good.example/users/%70at",
		"https://good.example/./users/pat", "https://good.example/users/../pat", "https://good.example/users/.", "https://good.example/users/..",
		"https://good.example/%2e%2e/pat", "https://good.example?x=1", "https://good.example/x?", "https://good.example/x#",
		"https://good.example@evil.example/", "https://good.example:pw@evil.example/", "https://@good.example/",
		"ap://good.example/x", "did:key:z6Mk", "urn:uuid:1", "tag:good.example,2020:1", "javascript:alert(1)", "data:text/html,x", "ftp://good.example/x", "http://good.example/x",
		"https://good.example/a b", "https://good.example/\r\nX: y", "https://good.example/%0d%0aX", "https://good.example/%00", "https://good.example/%7f", "https://good.example/\x7f",
		"https://good.example/%", "https://good.example/%4", "https://good.example/%g1", "https://good.example/\xff", `https://good.example\@evil.example/`, `https://good.example/a\b`,
		`https://good.example/"x`, "https://good.example/<x>", "https://good.example/[x]",
		"https://café.example/", "https://good_host.example/", "https://-good.example/", "https://good..example/", "https://.example/",
		"https://good.example:/x", "https://good.example:0/x", "https://good.example:08443/x", "https://good.example:65536/x", "https://good.example:x/", "https://a:1:2/",
		"https://127.1/x", "https://0x7f000001/x", "https://2130706433/x", "https://127.0.0.01/x", "https://1.2.3.4.5/", "https://good.0x1f/",
		"https://[::1/x", "https://::1/x", "https://[::1%25eth0]/x", "https://[0:0:0:0:0:0:0:1]/x", "https://[2001:DB8::1]/x", "https://[127.0.0.1]/x",
		"https://" + strings.Repeat("a", 64) + ".example/", "https://" + strings.Repeat("a.", 127) + "example/",
		"https://good.example/" + strings.Repeat("a", 2049-21), "https://good.example/" + strings.Repeat("a", 10_000),
	} {
		got, err := ParseIRI(s, false)
		if !errors.Is(err, ErrInvalid) || got != "" {
			t.Errorf("ParseIRI(%.80q) = %q, %v, want ErrInvalid", s, got, err)
		}
		if err != nil && len(err.Error()) > 400 {
			t.Errorf("ParseIRI(%.80q): the error has %d bytes", s, len(err.Error()))
		}
	}
	if _, err := ParseIRI("http://good.example:80/", true); err == nil {
		t.Error("default port of http accepted")
	}
}

func TestParseID(t *testing.T) {
	good := "https://mastodon.example/users/pat#accepts/follows/7"
	if got, err := ParseID(good, false); err != nil || string(got) != good {
		t.Errorf("ParseID(%q) = %q, %v", good, got, err)
	}
	for _, s := range []string{good + "#", "https://a.example/#", "https://a.example/#%0a", "https://a.example/#a b"} {
		if _, err := ParseID(s, false); !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseID(%q) error = %v, want ErrInvalid", s, err)
		}
	}
}

func TestIRIParts(t *testing.T) {
	for _, c := range []struct {
		iri          IRI
		host, origin string
	}{
		{"https://a.example/x", "a.example", "https://a.example"},
		{"https://a.example:8443/x?y=//z", "a.example:8443", "https://a.example:8443"},
		{"http://[::1]:80/x", "[::1]:80", "http://[::1]:80"},
		{"https://a.example/x#y", "a.example", "https://a.example"},
		{"", "", ""},
	} {
		if c.iri.Host() != c.host || c.iri.Origin() != c.origin {
			t.Errorf("%q: host %q, origin %q, want %q, %q", c.iri, c.iri.Host(), c.iri.Origin(), c.host, c.origin)
		}
	}
}

func TestSameOrigin(t *testing.T) {
	base := IRI("https://a.example/x")
	for other, want := range map[IRI]bool{
		"https://a.example/y": true, "https://a.example:8443/x": false, "http://a.example/x": false,
		"https://b.a.example/x": false, "https://a.example.evil.example/x": false, "": false,
	} {
		if got := SameOrigin(base, other); got != want {
			t.Errorf("SameOrigin(%q, %q) = %v", base, other, got)
		}
	}
	if SameOrigin("", "") {
		t.Error("two empty addresses share an origin")
	}
}

// INTEROP 0.20: the four forms that peers write.
func TestParseKeyID(t *testing.T) {
	const actor = "https://a.example/users/pat"
	for key, want := range map[string]IRI{
		actor:                                    actor,
		actor + "#main-key":                      actor,
		actor + "/#main-key":                     actor,
		actor + "/main-key":                      actor,
		"https://a.example/#main-key":            "https://a.example/",
		"https://a.example/main-key":             "https://a.example/",
		"https://a.example/?author=0#main-key":   "https://a.example/?author=0",
		"https://a.example/users/pat/main-keys":  "https://a.example/users/pat/main-keys",
		"https://a.example/users/pat#ed25519-01": actor,
	} {
		gotKey, got, err := ParseKeyID(key, false)
		if err != nil || gotKey != key || got != want {
			t.Errorf("ParseKeyID(%q) = %q, %q, %v, want %q", key, gotKey, got, err, want)
		}
		if _, err := ParseIRI(string(got), false); err != nil {
			t.Errorf("ParseKeyID(%q) guesses an address that is none: %v", key, err)
		}
	}
	for _, s := range []string{"", "main-key", "#main-key", "https://A.example/x#main-key", actor + "#main-key#x", "https://x@a.example/#main-key", actor + "#"} {
		if _, _, err := ParseKeyID(s, false); !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseKeyID(%q) error = %v, want ErrInvalid", s, err)
		}
	}
}

func FuzzParseIRI(f *testing.F) {
	for _, s := range []string{"https://good.example/users/pat", "https://good.example:8443/a?b=c", "https://[2001:db8::1]/x",
		"https://GOOD.example:443/users/pat#x", "https://xn--caf-dma.example/%C3%A9", "https://a@b/", "https://127.0.0.1/%0d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		iri, err := ParseIRI(s, true)
		if err != nil {
			if !errors.Is(err, ErrInvalid) || iri != "" {
				t.Fatalf("ParseIRI(%q) = %q, %v", s, iri, err)
			}
			return
		}
		// Accepted means: unchanged, its host is what will be dialled and in the
		// form that blocks compare.
		u, err := url.Parse(s)
		if err != nil || string(iri) != s || u.Host != iri.Host() || u.User != nil || u.Fragment != "" {
			t.Fatalf("%q: url.Parse gives %#v, %v", s, u, err)
		}
		host, err := NormaliseHost(iri.Host())
		if err != nil || !HostMatches(iri.Host(), host) {
			t.Fatalf("%q: NormaliseHost = %q, %v", s, host, err)
		}
		if again, err := NormaliseHost(host); err != nil || again != host {
			t.Fatalf("NormaliseHost(%q) = %q, %v", host, again, err)
		}
		if _, err := ParseID(s, true); err != nil {
			t.Fatal(err)
		}
		if _, guess, err := ParseKeyID(s, true); err != nil || !SameOrigin(guess, iri) {
			t.Fatalf("ParseKeyID(%q) guesses %q, %v", s, guess, err)
		}
	})
}
