package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/web"
)

var wantHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; " +
		"base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
	"X-Content-Type-Options":    "nosniff",
	"Referrer-Policy":           "same-origin",
	"Permissions-Policy":        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	"X-Frame-Options":           "DENY",
	"Strict-Transport-Security": "max-age=31536000",
}

// W33, W35: on what is sent, whatever is answered.
func TestW33W35SecurityHeaders(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	s.withdraw(id)
	for _, path := range []string{"/", "/@mesure2", constat, "/nowhere", "/actors/mesure2", "/actors/mesure2/icon.png", "/inbox",
		"/.well-known/webfinger", "/.well-known/nodeinfo", "/livez", "/%61ctors/mesure2", "/actors/mesure2/outbox?page=9"} {
		for _, accept := range []string{browser, activity} {
			resp := s.Get(base+path, accept)
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			for name, want := range wantHeaders {
				if got := resp.Header.Get(name); got != want {
					t.Errorf("%s (%d): %s: %q", path, resp.StatusCode, name, got)
				}
			}
			for _, name := range []string{"Server", "X-Powered-By"} {
				if got := resp.Header.Get(name); got != "" {
					t.Errorf("%s: %s: %q", path, name, got)
				}
			}
		}
	}
}

// failing are pages that fail in one way.
type failing struct {
	web.Pages
	fail func() error
}

func (f failing) HomePage(context.Context) (*embraye.HomePage, error) { return nil, f.fail() }

func (f failing) ActorPage(context.Context, string) (*embraye.ActorPage, error) { return nil, f.fail() }

// W36: a panic says nothing to strangers; addresses are not echoed.
func TestW36PanicsAndEchoes(t *testing.T) {
	s := newSite(t)
	var log bytes.Buffer
	h := s.handler(web.Options{Pages: failing{s.Store.Pages(), func() error { panic("secret\nreason") }}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for _, request := range []struct{ method, path, contentType string }{
		{"GET", "/", "text/html; charset=utf-8"},
		{"GET", "/actors/mesure2", "application/json; charset=utf-8"},
		{"POST", "/actors/mesure2/inbox", "application/json; charset=utf-8"},
	} {
		log.Reset()
		w := serve(h, request.method, request.path)
		if w.Code != 500 || w.Header().Get("Content-Type") != request.contentType {
			t.Errorf("%s: %d %s", request.path, w.Code, w.Header().Get("Content-Type"))
		}
		for _, word := range []string{"secret", "goroutine", ".go", "chi"} {
			if strings.Contains(w.Body.String(), word) {
				t.Errorf("%s tells %q", request.path, word)
			}
		}
		for name, want := range wantHeaders {
			if w.Header().Get(name) != want {
				t.Errorf("%s: no %s", request.path, name)
			}
		}
		if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "guard_test.go") {
			t.Errorf("log is not one line with the stack: %s", log.String())
		}
	}
	for _, path := range []string{"/%3Czq~zq%3E", "/zq~zq", "/?q=%3Czq~zq%3E", "/@zq~zq", "/constats/zq~zq", "/?lang=zq~zq", "/actors/zq~zq/outbox?page=zq~zq"} {
		for _, accept := range []string{browser, activity} {
			if w := s.get(path, accept); strings.Contains(w.Body.String(), "zq~zq") {
				t.Errorf("%s is echoed: %s", path, w.Body)
			}
		}
	}
}

// F179, W51: ids and links come from the settings; another name gets 421.
func TestF179W51ForeignHost(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/", "/@mesure2", "/actors/mesure2", finger("acct:mesure2@ours.example"), "/inbox"} {
		for _, host := range []string{"evil.example", "ours.example.evil.example", "ours.example:8443", "", "127.0.0.1"} {
			method := "GET"
			if path == "/inbox" {
				method = "POST"
			}
			w := s.request(method, path, "Host: "+host, "Content-Type: "+activity)
			if w.Code != http.StatusMisdirectedRequest || strings.Contains(w.Body.String(), "evil") {
				t.Errorf("%s as %q: %d %s", path, host, w.Code, w.Body)
			}
		}
	}
	for _, host := range []string{"OURS.example", "ours.example:443"} {
		if w := s.request("GET", "/actors/mesure2", "Host: "+host); w.Code != 200 || decode(t, w)["id"] != base+"/actors/mesure2" {
			t.Errorf("as %s: %d", host, w.Code)
		}
	}
	if w := s.request("GET", "/actors/mesure2", "X-Forwarded-Host: evil.example"); w.Code != 200 || strings.Contains(w.Body.String(), "evil") {
		t.Errorf("X-Forwarded-Host of a stranger: %d", w.Code)
	}
	for _, path := range []string{"/livez", "/readyz"} {
		if w := s.request("GET", path, "Host: 10.0.0.7:8080"); w.Code != 200 {
			t.Errorf("probe of %s: %d", path, w.Code)
		}
	}
}

// W55: one face then the other, and the languages, each from the cache too.
func TestW55FacesDoNotMix(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un appel à communs est ouvert")
	for range 3 {
		if w := s.get(constat, activity); w.Header().Get("Content-Type") != asAnswered || w.Header().Get("Vary") != "Accept, Accept-Encoding" {
			t.Errorf("JSON: %v", w.Header())
		}
		for _, lang := range []string{"fr", "en"} {
			w := s.request("GET", constat, "Accept: "+browser, "Accept-Language: "+lang)
			if !strings.Contains(w.Body.String(), `<html lang="`+lang+`">`) || w.Header().Get("Vary") != "Accept, Accept-Language, Accept-Encoding" {
				t.Errorf("page in %s: %v %s", lang, w.Header(), w.Body)
			}
		}
	}
}

// W56: what is not in the key of a cache changes nothing.
func TestW56UnkeyedInputs(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un appel à communs est ouvert")
	for _, path := range []string{"/", constat, "/actors/mesure2"} {
		plain := s.request("GET", path, "Accept: "+browser).Body.String()
		for _, line := range []string{"X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http", "X-Original-URL: /x", "Cookie: a=b",
			"X-Forwarded-For: 198.51.100.1", "User-Agent: x"} {
			if got := s.request("GET", path+"?utm=1", "Accept: "+browser, line).Body.String(); got != plain {
				t.Errorf("%s with %s differs", path, line)
			}
		}
	}
}

// W58, W59: one spelling of each address; nothing but the routes is there.
func TestW58W59OtherPaths(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"//actors/mesure2", "/actors/mesure2/", "/ACTORS/mesure2", "/actors%2fmesure2", "/x/../actors/mesure2",
		"/actors;x/mesure2", "/%61ctors/mesure2", "/actors/mesure2%00", "/.env", "/.git/config", "/config.ini", "/backup.zip",
		"/debug/pprof", "/metrics", "/data/embraye.db"} {
		if w := s.get(path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// The database is away: 503 with Retry-After on every face, back by itself.
func TestDatabaseAway(t *testing.T) {
	s := newSite(t)
	away := true
	fail := func() error { return fmt.Errorf("dialling 10.0.0.1: %w", embraye.ErrUnavailable) }
	h := s.handler(web.Options{
		Revision: func(ctx context.Context) (int64, error) {
			if away {
				return 0, fail()
			}
			return s.Store.PublicRevision(ctx)
		},
		Ready: func(context.Context) error {
			if away {
				return fail()
			}
			return nil
		},
	}).(*web.Handler)
	for _, path := range []string{"/", "/actors/mesure2", finger("acct:mesure2@ours.example"), "/nodeinfo/2.1", "/readyz"} {
		w := serve(h, "GET", path)
		if w.Code != 503 || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "10.0.0.1") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if doc := decode(t, serve(h, "GET", "/readyz")); doc["status"] != "unavailable" || doc["reason"] == "" {
		t.Errorf("readyz says %v", doc)
	}
	if w := serve(h, "GET", "/livez"); w.Code != 200 {
		t.Errorf("livez: %d", w.Code)
	}
	away = false
	h.Invalidate()
	for _, path := range []string{"/", "/actors/mesure2", "/readyz"} {
		if w := serve(h, "GET", path); w.Code != 200 {
			t.Errorf("%s is not back: %d", path, w.Code)
		}
	}
	inbox := s.handler(web.Options{Pages: failing{s.Store.Pages(), fail}})
	if w := serve(inbox, "POST", "/actors/mesure2/inbox", "Content-Type: "+activity); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("inbox: %d", w.Code)
	}
}

// A server that we block gets no document that it asks for under its name.
func TestBlockedServersGetNothing(t *testing.T) {
	s := newSite(t)
	const signature = `Signature: keyId="https://blocked.example/users/mal#main-key",algorithm="rsa-sha256",headers="(request-target) host date",signature="AAAA"`
	date := "Date: " + s.Clock.Now().UTC().Format(http.TimeFormat)
	if w := s.request("GET", "/actors/mesure2", signature, date); w.Code != 200 {
		t.Errorf("before the block: %d", w.Code)
	}
	if err := s.Talk.Block(t.Context(), embraye.Operator(), embraye.DomainBlock{Domain: "blocked.example", Severity: embraye.Suspend}); err != nil {
		t.Fatal(err)
	}
	if w := s.request("GET", "/actors/mesure2", signature, date); w.Code != http.StatusForbidden {
		t.Errorf("after the block: %d", w.Code)
	}
	if w := s.request("GET", "/actors/mesure2"); w.Code != 200 {
		t.Errorf("everybody else: %d", w.Code)
	}
}
