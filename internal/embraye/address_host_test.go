package embraye

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNormaliseHost(t *testing.T) {
	for in, want := range map[string]string{
		"blocked.example": "blocked.example", "BLOCKED.example": "blocked.example", "blocked.example.": "blocked.example",
		"blocked.example:8443": "blocked.example", "Café.example": "xn--caf-dma.example", "blocked。example": "blocked.example",
		"localhost": "localhost", "127.0.0.1:8390": "127.0.0.1", "[::1]:80": "[::1]", "[0:0::1]": "[::1]",
	} {
		if got, err := NormaliseHost(in); err != nil || got != want {
			t.Errorf("NormaliseHost(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", ".", " ", "*.x.example", "a..b", "a.example..", "https://a.example", "a.example/x", "a@b.example", "a.example:x", "::1", "127.1", "a b", "a\r\nb"} {
		if got, err := NormaliseHost(in); !errors.Is(err, ErrInvalid) {
			t.Errorf("NormaliseHost(%q) = %q, %v, want ErrInvalid", in, got, err)
		}
	}
}

// F164: every spelling of a blocked host, and what is below it.
func TestHostMatches(t *testing.T) {
	for host, want := range map[string]bool{
		"blocked.example": true, "BLOCKED.example": true, "blocked.example.": true, "blocked.example:8443": true, "a.b.blocked.example": true,
		"notblocked.example": false, "example": false, "blocked.example.evil.example": false, "": false,
	} {
		if got := HostMatches(host, "blocked.example"); got != want {
			t.Errorf("HostMatches(%q) = %v", host, got)
		}
	}
	if HostMatches("a.example", "") {
		t.Error("an empty block matches")
	}
	if HostMatches("10.1.2.3", "2.3") || !HostMatches("10.1.2.3:80", "10.1.2.3") {
		t.Error("an IP address matches by its end, or not by itself")
	}
}

func TestHostSuffixes(t *testing.T) {
	got := HostSuffixes("A.b.Example:8443")
	if diff := cmp.Diff([]string{"a.b.example", "b.example", "example"}, got); diff != "" {
		t.Error(diff)
	}
}
