package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/storetest"
	"embraye/internal/web"
)

// try signs in with a password and returns the status.
func (v *visitor) try(email, with string, headers ...string) int {
	v.s.t.Helper()
	return v.post("/login", url.Values{"email": {email}, "password": {with}}, headers...).Code
}

// W01: five tries per account and twenty per address in a quarter of an hour;
// afterwards the right password works.
func TestW01TriesAreLimited(t *testing.T) {
	onEach(t, func(t *testing.T, s *site) {
		ana := s.person("ana", embraye.Editor)
		v := s.visitor()
		for i := range 20 {
			want := http.StatusUnauthorized
			if i >= 5 {
				want = http.StatusTooManyRequests
			}
			w := v.post("/login", url.Values{"email": {ana.Email}, "password": {"wrong password"}})
			if w.Code != want {
				t.Fatalf("try %d: %d, want %d", i+1, w.Code, want)
			}
			if wait, err := strconv.Atoi(w.Header().Get("Retry-After")); want == http.StatusTooManyRequests && (err != nil || wait < 1 || wait > 15*60) {
				t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
			}
		}
		for i := range 20 { // from other addresses the account is as shut
			v.address = fmt.Sprintf("198.51.100.%d:4000", i+1)
			if got := v.try(ana.Email, password); got != http.StatusTooManyRequests {
				t.Fatalf("from another address: %d", got)
			}
		}
		s.Clock.Advance(15*time.Minute + time.Second)
		v.signIn(ana.Email)
	})
}

// W01, the other limit: one address tries many accounts.
func TestW01TriesPerAddress(t *testing.T) {
	s := newSite(t)
	v := s.visitor()
	for i := range 21 {
		want := http.StatusUnauthorized
		if i >= 20 {
			want = http.StatusTooManyRequests
		}
		if got := v.try(fmt.Sprintf("nobody%d@ours.example", i), "wrong password"); got != want {
			t.Fatalf("try %d: %d, want %d", i+1, got, want)
		}
	}
	other := s.visitor()
	other.address = "203.0.113.2:4000"
	if got := other.try("nobody@ours.example", "wrong password"); got != http.StatusUnauthorized {
		t.Errorf("somebody else: %d", got)
	}
}

// spoofs are headers with which a stranger would like to be somebody else.
func spoofs(i int) []string {
	ip := fmt.Sprintf("192.0.2.%d", i)
	return []string{"X-Forwarded-For: " + ip, "X-Real-IP: " + ip, "True-Client-IP: " + ip, "Forwarded: for=" + ip, "Cf-Connecting-Ip: " + ip}
}

// W02: whatever headers say, the address that counts is the peer's; behind a
// proxy of ours the right-most that is not one.
func TestW02HeadersDoNotHelp(t *testing.T) {
	s := newSite(t)
	direct := s.visitor()
	proxied := s.visitor()
	proxied.h = s.handler(web.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	proxied.address = "10.0.0.1:4000"
	for name, v := range map[string]*visitor{"direct": direct, "proxied": proxied} {
		for i := range 21 {
			headers := spoofs(i)
			if name == "proxied" {
				headers[0] += ", 198.51.100.9, 10.0.0.2"
			}
			want := http.StatusUnauthorized
			if i >= 20 {
				want = http.StatusTooManyRequests
			}
			if got := v.try(fmt.Sprintf("%s%d@ours.example", name, i), "wrong password", headers...); got != want {
				t.Fatalf("%s, try %d: %d, want %d", name, i+1, got, want)
			}
		}
	}
	if got := proxied.try("x@ours.example", "wrong password", "X-Forwarded-For: 198.51.100.10"); got != http.StatusUnauthorized {
		t.Errorf("another client of the proxy: %d", got)
	}
}

// W04: an account that exists and one that does not look the same.
func TestW04UnknownAccounts(t *testing.T) {
	s := newSite(t)
	s.person("ana", embraye.Editor)
	shut := s.person("bob", embraye.Editor)
	if err := s.People.Disable(t.Context(), embraye.Operator(), shut.Email); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/login", "/reset"} {
		var first *httptest.ResponseRecorder
		for i, name := range []string{"ana", "bob", "eve"} {
			v := s.visitor()
			v.address = fmt.Sprintf("203.0.113.%d:4000", 10+i)
			w := v.post(path, url.Values{"email": {name + "@ours.example"}, "password": {"wrong password"}})
			body := strings.ReplaceAll(w.Body.String(), name, "ana")
			if first == nil {
				first = w
				continue
			}
			if w.Code != first.Code || body != first.Body.String() || fmt.Sprint(w.Header()) != fmt.Sprint(first.Header()) {
				t.Errorf("%s as %s: %d %v, not as %d %v", path, name, w.Code, w.Header(), first.Code, first.Header())
			}
		}
	}
}

// W05: the id of a session changes at the sign-in; the old one is of no use,
// nor is any after a change of role or the sign-out.
func TestW05SessionIDs(t *testing.T) {
	onEach(t, func(t *testing.T, s *site) {
		ana := s.person("ana", embraye.Editor)
		v := s.visitor()
		v.get("/login?lang=en")
		if v.session() != "" {
			t.Error("strangers make us keep a session")
		}
		v.cookies[sessionCookie] = "fixed-by-somebody-else"
		v.signIn(ana.Email)
		first := v.session()
		if first == "fixed-by-somebody-else" || first == "" {
			t.Fatalf("the session is %q", first)
		}
		v.signIn(ana.Email)
		second := v.session()
		if second == first || !v.inside() {
			t.Error("a second sign-in keeps the id")
		}
		refused := func(id, when string) {
			t.Helper()
			old := s.visitor()
			old.cookies[sessionCookie] = id
			if old.inside() {
				t.Errorf("the session of before %s still works", when)
			}
		}
		refused(first, "the second sign-in")
		if err := s.People.SetRole(t.Context(), embraye.Operator(), ana.Email, embraye.Reviewer); err != nil {
			t.Fatal(err)
		}
		refused(second, "the change of role")
		v.signIn(ana.Email)
		third := v.session()
		if w := v.post("/logout", nil); w.Code != http.StatusSeeOther || v.session() != "" {
			t.Errorf("signing out: %d, cookie %q", w.Code, v.session())
		}
		refused(third, "the sign-out")
	})
}

// W06: a new password ends all sessions; the one in which a person chooses it
// stays, under another id.
func TestW06NewPasswordEndsSessions(t *testing.T) {
	const next = "another good password"
	ways := map[string]struct {
		change func(s *site, v *visitor, email string) error
		stays  int
	}{
		"by oneself": {func(s *site, v *visitor, _ string) error {
			return wantCode(v.post("/office/account", url.Values{"action": {"password"}, "old_password": {password}, "password": {next}}), 303)
		}, 1},
		"by a link": {func(s *site, _ *visitor, email string) error {
			link, err := s.People.ResetLink(s.t.Context(), embraye.Operator(), email)
			if err != nil {
				return err
			}
			return wantCode(s.visitor().post(link, url.Values{"password": {next}}), 303)
		}, 0},
		"by the operator": {func(s *site, _ *visitor, email string) error {
			return s.People.SetPassword(s.t.Context(), embraye.Operator(), email, next)
		}, 0},
	}
	onEach(t, func(t *testing.T, s *site) {
		for name, way := range ways {
			ana := s.person("ana"+strconv.Itoa(len(name)), embraye.Editor)
			var all []*visitor
			for range 3 {
				all = append(all, s.visitor().signIn(ana.Email))
			}
			before := all[0].session()
			if err := way.change(s, all[0], ana.Email); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			stay := 0
			for _, v := range all {
				if v.inside() {
					stay++
				}
			}
			if stay != way.stays {
				t.Errorf("%s: %d sessions stay, want %d", name, stay, way.stays)
			}
			if way.stays == 1 && all[0].session() == before {
				t.Errorf("%s: the session keeps its id", name)
			}
			if got := s.visitor().try(ana.Email, password); got != http.StatusUnauthorized {
				t.Errorf("%s: the old password: %d", name, got)
			}
		}
	})
}

func wantCode(w *httptest.ResponseRecorder, code int) error {
	if w.Code != code {
		return fmt.Errorf("status %d, want %d: %s", w.Code, code, w.Body)
	}
	return nil
}

// onEach runs a test on an instance on each kind of database.
func onEach(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) { test(t, onKind(t, kind)) })
	}
}

// W08: the cookie of a session, also behind a proxy that ends TLS, and on a
// machine of one's own without it.
func TestW08Cookie(t *testing.T) {
	s := newSite(t)
	s.person("ana", embraye.Editor)
	site := s.Site
	site.Base, site.HandleDomain = "http://localhost:8080", "localhost:8080"
	for base, h := range map[string]http.Handler{"https://ours.example": s.Web, "http://localhost:8080": s.handler(web.Options{Site: site})} {
		r := httptest.NewRequest("POST", base+"/login", strings.NewReader(url.Values{"email": {"ana@ours.example"}, "password": {password}}.Encode()))
		r.TLS = nil
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%s: %d cookies, status %d", base, len(cookies), w.Code)
		}
		c, secure := cookies[0], strings.HasPrefix(base, "https://")
		if c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: %s", base, c.Raw)
		}
	}
}
