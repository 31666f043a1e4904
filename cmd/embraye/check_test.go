package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"embraye/internal/check"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/locale"
	"embraye/internal/remote"
)

// checked is what `embraye check` finds, by code; of several the worst, which
// comes last of those that are not well.
func checked(t *testing.T, env []string, wantStatus int, args ...string) map[string]check.Finding {
	t.Helper()
	status, said := ran(t, env, append([]string{"check", "--json"}, args...)...)
	if status != wantStatus {
		t.Errorf("exit status %d, want %d\n%s", status, wantStatus, said)
	}
	document := struct {
		Findings []check.Finding
		Errors   int
	}{}
	if err := json.NewDecoder(strings.NewReader(said)).Decode(&document); err != nil {
		t.Fatalf("%v in %s", err, said)
	}
	if (document.Errors > 0) != (wantStatus == 1) {
		t.Errorf("%d errors, status %d", document.Errors, wantStatus)
	}
	return byCode(document.Findings)
}

func byCode(list []check.Finding) map[string]check.Finding {
	by := map[string]check.Finding{}
	for _, f := range list {
		if f.State != check.OK || by[f.Code].Code == "" {
			by[f.Code] = f
		}
	}
	return by
}

// wantFindings compares states, and holds that whatever is not well says what to do.
func wantFindings(t *testing.T, got map[string]check.Finding, want map[string]check.State) {
	t.Helper()
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for code, state := range want {
		if got[code].State != state {
			t.Errorf("%s is %q, want %s: %+v", code, got[code].State, state, got[code])
		}
	}
	for code, f := range got {
		if bad := f.State == check.Error || f.State == check.Warning; bad != (f.Remedy != "") {
			t.Errorf("%s: %+v", code, f)
		}
		for _, lang := range locale.Languages() {
			key := fmt.Sprintf("office.health.%s.%s", code, f.State)
			if told := words.T(lang, key); told == key && code != "server" && (code != "mail" || f.State == check.Skipped) { // which only the command looks at
				t.Errorf("the office has no words in %s for %+v", lang, f)
			}
		}
	}
}

// A server behind a proxy of ours, which does to requests what real ones do when
// they are set up badly. The command is told by the program itself what arrived.
func TestCheckFindsWhatAProxyDoes(t *testing.T) {
	var spoil func(w http.ResponseWriter, r *http.Request) (answered bool)
	var behind string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if spoil != nil && spoil(w, r) {
			return
		}
		(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = "http", behind, p.In.Host
			p.SetXForwarded()
		}}).ServeHTTP(w, r)
	}))
	defer proxy.Close()
	env := loopback(t.TempDir()+"/data", "EMBRAYE_LISTEN="+freeAddress(t), "EMBRAYE_BASE_URL="+proxy.URL, "EMBRAYE_TRUSTED_PROXIES=127.0.0.1", "EMBRAYE_RATE_LIMITS=off")
	s := serveProcess(t, env...)
	behind = s.address
	well := map[string]check.State{"database": check.OK, "secret": check.OK, "deliveries": check.OK, "peers": check.OK, "server": check.OK, "get": check.OK, "webfinger": check.OK,
		"post": check.OK, "proxy": check.OK, "mail": check.Skipped, "backup": check.Warning, "dns": check.Warning, "settings": check.Warning}
	wantFindings(t, checked(t, env, 0), well)

	for name, c := range map[string]struct {
		spoil  func(w http.ResponseWriter, r *http.Request) bool
		remedy string
	}{
		"the name is lost":   {func(_ http.ResponseWriter, r *http.Request) bool { r.Host = "localhost"; return false }, "proxy_set_header Host"},
		"the digest is lost": {func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Digest"); return false }, "Digest"},
		"the date is another": {func(_ http.ResponseWriter, r *http.Request) bool {
			r.Header.Set("Date", "Sat, 28 Nov 2026 12:00:00 GMT")
			return false
		}, "Date"},
		"bodies may be 1 MB":   {func(w http.ResponseWriter, r *http.Request) bool { return refuseLarge(w, r, 1<<20) }, "client_max_body_size"},
		"bodies may be 20 MB":  {func(w http.ResponseWriter, r *http.Request) bool { return refuseLarge(w, r, 20<<20) }, "client_max_body_size"},
		"nothing listens":      {func(w http.ResponseWriter, r *http.Request) bool { w.WriteHeader(http.StatusBadGateway); return true }, "EMBRAYE_LISTEN"},
		"a firewall is strict": {func(w http.ResponseWriter, r *http.Request) bool { w.WriteHeader(http.StatusForbidden); return true }, "application/activity+json"},
	} {
		t.Run(name, func(t *testing.T) {
			spoil = c.spoil
			got := checked(t, env, 1)
			wantFindings(t, got, map[string]check.State{"post": check.Error, "server": check.OK, "database": check.OK})
			if !strings.Contains(got["post"].Remedy, c.remedy) {
				t.Errorf("no word of %q in %+v", c.remedy, got["post"])
			}
		})
	}
	spoil = nil
	t.Run("the proxy is not known", func(t *testing.T) {
		s.stop()
		env := append(env, "EMBRAYE_TRUSTED_PROXIES=192.0.2.1")
		s := serveProcess(t, env...)
		behind = s.address
		got := checked(t, env, 1)
		wantFindings(t, got, map[string]check.State{"post": check.OK, "proxy": check.Error})
		if !strings.Contains(got["proxy"].Remedy, "EMBRAYE_TRUSTED_PROXIES") {
			t.Errorf("%+v", got["proxy"])
		}
		s.stop()
	})
	t.Run("nobody serves", func(t *testing.T) {
		wantFindings(t, checked(t, env, 1), map[string]check.State{"server": check.Error, "get": check.Error, "database": check.OK})
	})
}

// refuseLarge is what a proxy does that takes no larger bodies.
func refuseLarge(w http.ResponseWriter, r *http.Request, limit int64) bool {
	if r.ContentLength > limit {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return true
	}
	return false
}

// What the program says of a request is for the holder of its key alone.
func TestOnlyTheInstanceItselfLearnsHowRequestsArrive(t *testing.T) {
	address := freeAddress(t)
	s := serveProcess(t, loopback(t.TempDir()+"/data", "EMBRAYE_LISTEN="+address, "EMBRAYE_BASE_URL=http://"+address)...)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	client := remote.New(remote.Options{AllowHTTP: true, AllowOwn: true, BaseURL: "http://" + address, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	for name, keyID := range map[string]string{
		"another key under our name": "http://" + address + "/actors/instance#main-key",
		"a measure of ours":          "http://" + address + "/actors/mesure1#main-key",
		"somebody else":              "http://127.0.0.1:1/actors/a#main-key",
	} {
		answer, said, err := client.PostToOurselves(t.Context(), remote.Delivery{Inbox: embraye.IRI("http://" + address + "/check"), Body: []byte("{}"),
			Signer: httpsig.Signer{KeyID: keyID, Key: key}, Scheme: httpsig.Cavage})
		if err != nil || answer.Status != http.StatusUnauthorized || strings.Contains(string(said), "peer") {
			t.Errorf("%s: %d, %v: %.200s", name, answer.Status, err, said)
		}
	}
	s.stop()
}

func TestCheckOfWhatIsNotThere(t *testing.T) {
	got := checked(t, onDir(t.TempDir(), "EMBRAYE_LISTEN="+freeAddress(t), "EMBRAYE_BASE_URL=https://127.0.0.1:1"), 1, "--mail", "ana@ours.example")
	wantFindings(t, got, map[string]check.State{"database": check.Error, "tls": check.Error, "server": check.Error, "get": check.Error, "webfinger": check.Error, "mail": check.Error})
	wantRefused(t, 2, onDir(t.TempDir(), "EMBRAYE_LANGUAGE=de"), []string{"check"}, "allowed: fr, en")
	wantRefused(t, 2, onDir(t.TempDir()), []string{"check", "now"}, "unexpected argument")
	wantRefused(t, 2, onDir(t.TempDir()), []string{"check", "--mail", "ana"}, "--mail wants an address such as you@example.org, not \"ana\"")
}

// A running server tells of itself what the command finds, but for the whole file
// of the database; what others see of it is for a look of its own.
func TestServingInstanceKnowsHowItIs(t *testing.T) {
	dir := instanceDir(t)
	withInstance(t, dir, environment("EMBRAYE_DATA_DIR="+dir), func(i *wired) error {
		i.settings.BaseURL = "http://127.0.0.1:1" // where nobody answers
		d := i.doctor()
		got := byCode(d.Inside(t.Context()))
		wantFindings(t, got, map[string]check.State{"database": check.OK, "secret": check.OK, "backup": check.Warning, "deliveries": check.OK, "peers": check.OK, "mail": check.Skipped})
		for _, code := range []string{"get", "post", "dns", "server"} {
			if f, there := got[code]; there {
				t.Errorf("found without being asked: %+v", f)
			}
		}
		secret := filepath.Join(dir, "secret.key")
		if err := os.Remove(secret); err != nil {
			t.Fatal(err)
		}
		wantFindings(t, byCode(d.Look(t.Context())), map[string]check.State{"database": check.OK, "secret": check.Error, "get": check.Error, "post": check.Error})
		if err := writeSecret(secret, newSecret()); err != nil {
			t.Fatal(err)
		}
		wantFindings(t, byCode(d.Inside(t.Context())), map[string]check.State{"database": check.OK, "secret": check.Error})
		list, looked := d.LookOutside(t.Context())
		got = byCode(list)
		wantFindings(t, got, map[string]check.State{"dns": check.Warning, "get": check.Error, "webfinger": check.Error, "post": check.Error})
		if _, there := got["database"]; there || !looked {
			t.Errorf("looked %t: %+v", looked, list)
		}
		return nil
	})
}
