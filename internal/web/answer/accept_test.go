package answer

import (
	"net/http"
	"strings"
	"testing"
)

// Accept headers as browsers and servers really send them, and the face that
// each of the two rules of negotiation gives.
func TestNegotiation(t *testing.T) {
	const profile = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	tests := []struct {
		name, accept  string
		page, streams face // of /constats and of /actors
	}{
		{"no header", "", FacePage, faceActivity},
		{"curl", "*/*", FacePage, faceActivity},
		{"Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", FacePage, FacePage},
		{"Safari", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", FacePage, FacePage},
		{"Mastodon fetch", "application/activity+json, application/ld+json", faceActivity, faceActivity},
		{"Mastodon search", "application/activity+json, application/ld+json, text/html;q=0.1", faceActivity, faceActivity},
		{"GoToSocial", profile + ", application/activity+json", faceActivity, faceActivity},
		{"Lemmy", "application/activity+json", faceActivity, faceActivity},
		{"profile alone", profile, faceLD, faceLD},
		{"ld+json alone", "application/ld+json", faceLD, faceLD},
		{"profile preferred", profile + ", application/activity+json;q=0.9", faceLD, faceLD},
		{"several profiles", `application/ld+json; profile="http://www.w3.org/ns/json-ld#expanded https://www.w3.org/ns/activitystreams"`, faceLD, faceLD},
		{"another profile", `application/ld+json; profile="https://schema.org/"`, FacePage, faceActivity},
		{"comma in quotes", `application/ld+json; profile="a, text/html", application/activity+json`, faceActivity, faceActivity},
		{"equal to html", "text/html, application/activity+json", faceActivity, faceActivity},
		{"less than html", "text/html, application/activity+json;q=0.9", FacePage, FacePage},
		{"more than html", "text/html;q=0.8, application/activity+json;q=0.9", faceActivity, faceActivity},
		{"refused by q=0", "application/activity+json;q=0, text/html", FacePage, FacePage},
		{"q=0 and nothing else", "application/activity+json;q=0", FacePage, faceActivity},
		{"streams and the rest", "application/activity+json, */*;q=0.1", faceActivity, faceActivity},
		{"text range", "text/*", FacePage, FacePage},
		{"application range", "application/*", FacePage, faceActivity},
		{"plain JSON", "application/json", FacePage, faceActivity},
		{"picture", "image/webp", FacePage, faceActivity},
		{"capitals", "Application/Activity+JSON;Q=1", faceActivity, faceActivity},
		{"broken weight", "application/activity+json;q=many, text/html;q=0.5", FacePage, FacePage},
		{"weight over one", "application/activity+json;q=7, text/html", FacePage, FacePage},
		{"not a number", "application/activity+json;q=NaN, text/html", FacePage, FacePage},
		{"noise", ",;,=;q, ,application/activity+json", faceActivity, faceActivity},
		{"unclosed quote", `application/ld+json; profile="x, text/html`, FacePage, faceActivity},
		{"too long", strings.Repeat("a/b,", 2000) + "application/activity+json", FacePage, faceActivity},
		{"too many", strings.Repeat("a/b,", 40) + "application/activity+json", FacePage, faceActivity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			if tt.accept != "" {
				header.Set("Accept", tt.accept)
			}
			if got := PageFirst(header); got != tt.page {
				t.Errorf("page first: face %d, want %d", got, tt.page)
			}
			if got := StreamsFirst(header); got != tt.streams {
				t.Errorf("streams first: face %d, want %d", got, tt.streams)
			}
			if got := StreamsOnly(header); got == FacePage || got == FaceOther {
				t.Errorf("streams only: face %d", got)
			}
		})
	}
}

func TestNegotiationOverTwoHeaderLines(t *testing.T) {
	header := http.Header{"Accept": {"text/html;q=0.5", "application/activity+json"}}
	if got := PageFirst(header); got != faceActivity {
		t.Errorf("face %d, want %d", got, faceActivity)
	}
}

func FuzzParseAccept(f *testing.F) {
	f.Add(`application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1`)
	f.Add(`"\`)
	f.Fuzz(func(t *testing.T, s string) {
		a := parseAccept([]string{s})
		for _, q := range []float64{a.activity, a.ld, a.html, a.text, a.app, a.any} {
			if q != -1 && !(q >= 0 && q <= 1) {
				t.Errorf("weight %v of %q", q, s)
			}
		}
	})
}
