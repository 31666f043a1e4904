package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"embraye/internal/embraye"
)

const mastodonJRD = `{"subject":"acct:pat@good.example","aliases":["http://good.example/@pat","http://good.example/users/pat"],
"properties":{"http://x.example/":null},
"links":[{"rel":"http://webfinger.net/rel/profile-page","type":"text/html","href":"http://good.example/@pat"},
{"rel":"self","type":"text/html","href":"http://good.example/wrong"},
{"rel":"self","type":"application/activity+json","href":"http://good.example/users/pat"},
{"rel":"self","type":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","href":"http://good.example/second"},
{"rel":"http://ostatus.org/schema/1.0/subscribe","template":"http://good.example/authorize_interaction?uri={uri}"}]}`

func TestWebFinger(t *testing.T) {
	var l lab
	l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/webfinger" || r.URL.Query().Get("resource") != "acct:pat@good.example" || len(r.URL.Query()) != 1 {
			t.Errorf("asked %s", r.URL)
		}
		if r.Header.Get("Signature") != "" {
			t.Error("is signed")
		}
		w.Header().Set("Content-Type", "application/jrd+json; charset=utf-8")
		fmt.Fprint(w, mastodonJRD)
	})
	jrd, err := l.client(t).WebFinger(context.Background(), embraye.Handle{User: "pat", Host: "good.example"})
	if err != nil {
		t.Fatal(err)
	}
	if jrd.Subject != "acct:pat@good.example" {
		t.Errorf("subject %q", jrd.Subject)
	}
	if diff := cmp.Diff([]string{"http://good.example/@pat", "http://good.example/users/pat"}, jrd.Aliases); diff != "" {
		t.Error(diff)
	}
	if id, ok := jrd.Self(); !ok || id != "http://good.example/users/pat" {
		t.Errorf("self %q, %v", id, ok)
	}
	if all := jrd.Intents("Follow"); len(all) != 1 || all[0] != (Template{"http://good.example/authorize_interaction?uri={uri}", "{uri}"}) {
		t.Errorf("subscribe %v", all)
	}
	var empty JRD
	if _, ok := empty.Self(); ok {
		t.Error("an empty JRD has a self link")
	}
	if len(empty.Intents("Follow")) != 0 {
		t.Error("an empty JRD has a subscribe link")
	}
}

// An organisation's own site owns the apex and redirects the one path.
func TestWebFingerFollowsTheApex(t *testing.T) {
	var l lab
	l.serve(t, "apex.example", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://social.example"+r.URL.RequestURI(), http.StatusMovedPermanently)
	})
	l.serve(t, "social.example", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"subject":%q}`, r.URL.Query().Get("resource"))
	})
	jrd, err := l.client(t).WebFinger(context.Background(), embraye.Handle{User: "pat", Host: "apex.example"})
	if err != nil || jrd.Subject != "acct:pat@apex.example" {
		t.Errorf("got %v, %v", jrd, err)
	}
}

func TestWebFingerWithPort(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		fmt.Fprintf(w, `{"subject":%q}`, r.URL.Query().Get("resource"))
	}))
	defer server.Close()
	h, err := embraye.ParseHandle("pat@" + strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{AllowHTTP: true, AllowNetworks: loopback})
	defer c.CloseIdle()
	if jrd, err := c.WebFinger(context.Background(), h); err != nil || jrd.Subject != h.Acct() {
		t.Errorf("got %v, %v", jrd, err)
	}
	if jrd, err := New(Options{AllowHTTP: true}).WebFinger(context.Background(), h); !errors.Is(err, ErrRefused) {
		t.Errorf("without the network: got %v, %v; want ErrRefused", jrd, err)
	}
}

func TestHandlesThatSteer(t *testing.T) {
	for _, s := range []string{"x@127.0.0.1:8080/admin?y=", "x@evil.example/../..", "x@evil.example#", "x@[::1]", "x@evil.example?", "x@y@evil.example", "x@evil.example:22", "x@127.0.0.1"} {
		t.Run("F116 "+s, func(t *testing.T) {
			user, host, _ := strings.Cut(s, "@")
			var l lab
			c := l.client(t, func(o *Options) { o.AllowHTTP = false })
			// Even if nobody had parsed the handle.
			if jrd, err := c.WebFinger(context.Background(), embraye.Handle{User: user, Host: host}); !errors.Is(err, ErrRefused) {
				t.Errorf("got %v, %v; want ErrRefused", jrd, err)
			}
			if l.dialled() != 0 {
				t.Errorf("dialled %v", l.dials)
			}
		})
	}
}

func TestBadJRD(t *testing.T) {
	tests := []struct{ name, mediaType, body string }{
		{"F094 text/html", "text/html", mastodonJRD},
		{"F094 none", "", mastodonJRD},
		{"XML", "application/jrd+json", "<XRD/>"},
		{"links is an object", "application/jrd+json", `{"links":{}}`},
		{"subject is a number", "application/jrd+json", `{"subject":7}`},
		{"F126 subject twice", "application/jrd+json", `{"subject":"a","subject":"b"}`},
		{"F102 too long", "application/jrd+json", `{"subject":"` + strings.Repeat("x", 64<<10) + `"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			l.serve(t, "good.example", func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{test.mediaType}
				fmt.Fprint(w, test.body)
			})
			jrd, err := l.client(t).WebFinger(context.Background(), embraye.Handle{User: "pat", Host: "good.example"})
			if !errors.Is(err, ErrRefused) || jrd != nil {
				t.Errorf("got %v, %v; want ErrRefused", jrd, err)
			}
		})
	}
}

// A link found in any document is fetched like any other address.
func TestLinksThatLeadInward(t *testing.T) {
	for _, link := range []embraye.IRI{"http://127.0.0.1/", "data:application/json,{}", "https://127.0.0.1/nodeinfo/2.0", "", "/nodeinfo/2.0", "nodeinfo"} {
		t.Run("F117 "+string(link), func(t *testing.T) {
			c, passed := guarded(t, Options{AllowHTTP: true})
			if _, err := c.FetchDocument(context.Background(), link); !errors.Is(err, ErrRefused) {
				t.Errorf("document: got %v; want ErrRefused", err)
			}
			if _, err := c.Page(context.Background(), link); !errors.Is(err, ErrRefused) {
				t.Errorf("page: got %v; want ErrRefused", err)
			}
			if got := passed(); got != nil {
				t.Errorf("connects to %v", got)
			}
		})
	}
}
