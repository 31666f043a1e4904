package embraye

import (
	"errors"
	"strings"
	"testing"
)

func TestParseHandle(t *testing.T) {
	for in, want := range map[string]Handle{
		"@pat@good.example":        {"pat", "good.example"},
		"pat@good.example":         {"pat", "good.example"},
		"acct:pat@good.example":    {"pat", "good.example"},
		" @pat@GOOD.example. ":     {"pat", "good.example"},
		"Pat_1@café.example":       {"Pat_1", "xn--caf-dma.example"},
		"a.b-c@good.example":       {"a.b-c", "good.example"},
		"mesure1@127.0.0.1:8390":   {"mesure1", "127.0.0.1:8390"},
		"mesure1@localhost:8080":   {"mesure1", "localhost:8080"},
		"mesure1@good.example:443": {"mesure1", "good.example"},
	} {
		if got, err := ParseHandle(in); err != nil || got != want {
			t.Errorf("ParseHandle(%q) = %+v, %v, want %+v", in, got, err, want)
		}
	}
	h := Handle{"pat", "good.example:8443"}
	if h.String() != "@pat@good.example:8443" || h.Acct() != "acct:pat@good.example:8443" {
		t.Errorf("%q, %q", h.String(), h.Acct())
	}
}

// F116 and its neighbours: nothing that could steer a request.
func TestParseHandleRefuses(t *testing.T) {
	for _, in := range []string{
		"x@127.0.0.1:8080/admin?y=", "x@evil.example/../..", "x@evil.example#", "x@[::1]", "x@[::1]:8080", "x@::1",
		"", "@", "pat", "@pat", "@pat@", "@@good.example", "pat@good.example@evil.example", "acct:@good.example",
		"p at@good.example", "pat@good example", "pat@good.example\r\n", "p%61t@good.example", "pat@good.example%2f", "pat@good.example?x", `pat@good\example`,
		"été@good.example", ".pat@good.example", "pat.@good.example", "pat@good.example:", "pat@good.example:99999", "pat@127.1", "pat@_x.example",
		"https://good.example/@pat", strings.Repeat("a", 65) + "@good.example", "pat@" + strings.Repeat("a.", 200) + "example",
	} {
		if got, err := ParseHandle(in); !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseHandle(%q) = %+v, %v, want ErrInvalid", in, got, err)
		}
	}
}

func FuzzParseHandle(f *testing.F) {
	for _, s := range []string{"@pat@good.example", "acct:pat@good.example:8443", "x@127.0.0.1:8080/admin?y=", "x@[::1]", "Pat@CAFÉ.example."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHandle(s)
		if err != nil {
			if !errors.Is(err, ErrInvalid) || h != (Handle{}) {
				t.Fatalf("ParseHandle(%q) = %+v, %v", s, h, err)
			}
			return
		}
		for _, written := range []string{h.String(), h.Acct(), h.User + "@" + h.Host} {
			if again, err := ParseHandle(written); err != nil || again != h {
				t.Fatalf("ParseHandle(%q) = %+v, %v, want %+v", written, again, err, h)
			}
		}
		// What a lookup will ask must be a canonical address on that host.
		iri, err := ParseIRI("https://"+h.Host+"/.well-known/webfinger?resource="+h.Acct(), false)
		if err != nil || iri.Host() != h.Host {
			t.Fatalf("handle %q: %q, %v", s, iri, err)
		}
	})
}
