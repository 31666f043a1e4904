package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

func TestRedirectsEnd(t *testing.T) {
	tests := []struct {
		name     string
		next     func(path string) string
		ok       bool
		requests int32
	}{
		{"F099 A to A", func(string) string { return "/0" }, false, 1},
		{"F099 A to B to A", func(p string) string { return map[string]string{"/0": "/1", "/1": "/0"}[p] }, false, 2},
		{"F099 fragments do not make it another address", func(string) string { return "/0#again" }, false, 1},
		{"F099 50 hops", func(p string) string { var n int; fmt.Sscanf(p, "/%d", &n); return fmt.Sprintf("/%d", n+1) }, false, 4},
		{"three hops", func(p string) string { return map[string]string{"/0": "/1", "/1": "/2", "/2": "/3"}[p] }, true, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			var requests atomic.Int32
			l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				if to := test.next(r.URL.Path); to != "" {
					w.Header().Set("Location", to)
					w.WriteHeader(http.StatusTemporaryRedirect)
					return
				}
				answerAS(w, `{}`)
			})
			_, err := l.client(t).FetchDocument(context.Background(), "http://good.example/0")
			if test.ok && err != nil || !test.ok && !errors.Is(err, ErrRefused) {
				t.Errorf("got %v", err)
			}
			if got := requests.Load(); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

func TestRedirectTargets(t *testing.T) {
	targets := []string{
		"http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data",
		"file:///etc/passwd", "data:application/activity+json,{}", "gopher://evil.example/", "javascript:alert(1)", "ftp://good.example/",
		"http://good.example:22/", "http://user:pw@good.example/", "http://ours.example/", "http://blocked.example/",
		"http://2130706433/", "//127.0.0.1/", "http://", "http://good.example:0/", "%zz",
	}
	for _, target := range targets {
		t.Run("F100 "+target, func(t *testing.T) {
			var l lab
			l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", target)
				w.WriteHeader(http.StatusFound)
			})
			c := l.client(t, func(o *Options) {
				o.Blocked = func(_ context.Context, h string) (bool, error) { return h == "blocked.example", nil }
			})
			if _, err := c.FetchDocument(context.Background(), "http://good.example/"); !errors.Is(err, ErrRefused) {
				t.Errorf("document: got %v; want ErrRefused", err)
			}
			if _, err := c.Page(context.Background(), "http://good.example/"); !errors.Is(err, ErrRefused) {
				t.Errorf("page: got %v; want ErrRefused", err)
			}
			if _, err := c.WebFinger(context.Background(), embraye.Handle{User: "x", Host: "good.example"}); err == nil {
				t.Error("webfinger: no error")
			}
			for _, dialled := range l.dials {
				if dialled != "good.example:80" && dialled != "good.example:443" {
					t.Errorf("dialled %s", dialled)
				}
			}
		})
	}
}

// A page may lead to another site, and takes nothing private along.
func TestRedirectCarriesNoSignature(t *testing.T) {
	t.Run("T10", func(t *testing.T) {
		var l lab
		var headers http.Header
		l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://other.example/", http.StatusFound)
		})
		l.serve(t, "other.example", func(w http.ResponseWriter, r *http.Request) {
			headers = r.Header
			w.Header().Set("Content-Type", "text/html")
		})
		page, err := l.client(t).Page(context.Background(), "http://good.example/")
		if err != nil || page.URL != "http://other.example/" {
			t.Fatalf("got %v, %v", page, err)
		}
		for _, name := range []string{"Signature", "Digest", "Date", "Authorization", "Cookie", "Referer"} {
			if v := headers.Get(name); v != "" {
				t.Errorf("%s: %q was sent on", name, v)
			}
		}
	})
}

func TestEveryHopIsSignedAnew(t *testing.T) {
	t.Run("T10", func(t *testing.T) {
		var l lab
		c := l.client(t)
		var signatures []string
		l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
			signature, err := httpsig.Parse(r, nil, httpsig.Policy{Now: c.options.Now(), BaseURL: &url.URL{Scheme: "http", Host: "good.example"}})
			if err == nil {
				err = signature.Verify(testKey().Public())
			}
			if err != nil {
				t.Errorf("%s: %v", r.URL, err)
			}
			signatures = append(signatures, r.Header.Get("Signature"))
			if r.URL.Path == "/a" {
				http.Redirect(w, r, "/b?page=1", http.StatusFound)
				return
			}
			answerAS(w, `{}`)
		})
		if _, err := c.FetchDocument(context.Background(), "http://good.example/a"); err != nil {
			t.Fatal(err)
		}
		if len(signatures) != 2 || signatures[0] == signatures[1] || !strings.Contains(signatures[0], "main-key") {
			t.Errorf("got %q; want two different ones", signatures)
		}
	})
}

func TestNoDowngrade(t *testing.T) {
	c := New(Options{AllowHTTP: true})
	from := &url.URL{Scheme: "https", Host: "good.example", Path: "/"}
	if next, err := c.follow(t.Context(), from, "http://good.example/a", []string{from.String()}, want{redirects: 3}); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v, %v; want ErrRefused", next, err)
	}
}
