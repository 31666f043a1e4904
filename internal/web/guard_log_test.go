package web_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/web"
)

// logged is a visitor behind a proxy, and what the operator reads.
func (s *site) logged() (*visitor, *bytes.Buffer) {
	var log bytes.Buffer
	v := s.visitor()
	v.address = "10.0.0.1:4000"
	v.h = s.handler(web.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	return v, &log
}

func TestH10RefusedSignInsAreLogged(t *testing.T) {
	s := newSite(t)
	s.person("lea", embraye.Editor)
	v, log := s.logged()
	for _, tt := range []struct{ forwarded, want string }{
		{"203.0.113.9", `msg="sign-in refused" client=203.0.113.9 reason=`},
		{"2001:db8::7", `msg="sign-in refused" client=2001:db8::7 reason=`},
	} {
		v.post("/login", url.Values{"email": {"lea@ours.example"}, "password": {"pas le bon mot"}}, "X-Forwarded-For: "+tt.forwarded)
		if !strings.Contains(log.String(), tt.want) {
			t.Errorf("no %q in %s", tt.want, log)
		}
	}
	for range 10 {
		v.post("/login", url.Values{"email": {"lea@ours.example"}, "password": {"pas le bon mot"}}, "X-Forwarded-For: 198.51.100.4")
	}
	if !strings.Contains(log.String(), `client=198.51.100.4 reason="too many tries"`) {
		t.Errorf("too many tries are not told: %s", log)
	}
	if strings.Contains(log.String(), "pas le bon mot") || strings.Contains(log.String(), "lea@ours.example") || strings.Contains(log.String(), ":0 ") {
		t.Errorf("the log says too much: %s", log)
	}
}

// Whoever reads the log cannot use the one-time links in it.
func TestH10TokensAreInNoLog(t *testing.T) {
	s := newSite(t)
	v, log := s.logged()
	const token = "Zq7-a-token-that-nobody-may-read"
	for _, door := range []string{"/setup/", "/invite/", "/reset/", "/suivre/courriel/"} {
		v.get(door+token, "X-Forwarded-For: 203.0.113.9")
		v.post(door+token, url.Values{"password": {"un mot de passe"}}, "X-Forwarded-For: 203.0.113.9")
		v.get(door + token + "/" + token)
		v.get(door + "%2e" + token)
	}
	if strings.Contains(log.String(), token) {
		t.Errorf("a token is in the log: %s", log)
	}
	if !strings.Contains(log.String(), "path=/reset/… ") || !strings.Contains(log.String(), "client=203.0.113.9 ") {
		t.Errorf("the requests are not in the log: %s", log)
	}
}
