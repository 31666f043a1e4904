package remote

import (
	"encoding/json"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// FuzzWebFinger: no input panics, and what is taken is one JSON object.
func FuzzWebFinger(f *testing.F) {
	for _, s := range []string{mastodonJRD, `{}`, `{"links":[{}]}`, `[`, `{"a":{"a":[[]]}}`, "{\"a\":\"\xff\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		jrd, err := parseJRD(body)
		if err != nil {
			return
		}
		var object map[string]any
		if err := json.Unmarshal(body, &object); err != nil {
			t.Fatalf("%q was taken but is no object: %v", body, err)
		}
		jrd.Self()
		jrd.Intents("Follow", "Object")
	})
}

// FuzzAdmit: an admitted address is https, names a canonical host and is
// admitted again unchanged.
func FuzzAdmit(f *testing.F) {
	for _, s := range []string{"https://good.example/a?b#c", "https://É.example:443/", "https://[::1]/", "http://x/", "https://a@b/", "//", "https://127.1/", "https://good.example:0443/"} {
		f.Add(s)
	}
	c := New(Options{})
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := c.admit(t.Context(), raw)
		if err != nil {
			return
		}
		host, err := embraye.NormaliseHost(u.Host)
		if err != nil || host != u.Hostname() && host != "["+u.Hostname()+"]" || u.Scheme != "https" || u.User != nil || u.Fragment != "" {
			t.Fatalf("%q was admitted as %q", raw, u)
		}
		if strings.ContainsAny(u.String(), "\r\n\x00 ") {
			t.Fatalf("%q carries control characters", u)
		}
		again, err := c.admit(t.Context(), u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q became %q, then %v, %v", raw, u, again, err)
		}
	})
}
