package office

import (
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/web/page"
)

// After signing in one comes to a page of the office, whatever the address says
// (W52).
func TestW52NextIsOurs(t *testing.T) {
	for given, want := range map[string]string{
		"": "/office", "/office": "/office", "/office/drafts/7": "/office/drafts/7", "/office/constats?state=draft": "/office/constats?state=draft",
		"//evil.example": "/office", `/\evil.example`: "/office", "https:evil": "/office", "https://evil.example/office": "/office", "/%2Fevil.example": "/office",
		"/%09/evil.example": "/office", "javascript:alert(1)": "/office", "/office/../@x": "/office", "/office\\x": "/office", "/officer": "/office", "//office.evil": "/office",
		"/office?" + strings.Repeat("x", 10_000): "/office",
	} {
		if got := NextPath(given); got != want {
			t.Errorf("next %.60q leads to %q, want %q", given, got, want)
		}
	}
}

// What somebody typed is quoted as it is, also where it looks like a place of the
// sentence.
func TestAQuotedValueIsNoPlace(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	f := &Form{page: &page.Page{Lang: "en", Catalogue: words}}
	if got := f.Sentence(embraye.Problem{Code: "is_not_a_domain", Value: "{max}{size}"}); !strings.Contains(got, "{max}{size}") {
		t.Error(got)
	}
}
