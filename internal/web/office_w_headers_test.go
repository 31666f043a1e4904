package web_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/instance"
	"embraye/internal/web"
)

// officeHeaders are wantHeaders with what the pages of the office may do more:
// save as one types.
func officeHeaders() map[string]string {
	want := maps.Clone(wantHeaders)
	want["Content-Security-Policy"] += "; connect-src 'self'"
	return want
}

// checkHeaders wants the header lines of an answer to be one of two sets: that
// of the office's own pages or that of everything else.
func checkHeaders(t *testing.T, what string, w *httptest.ResponseRecorder) {
	t.Helper()
	sent := w.Result().Header
	for name, want := range wantHeaders {
		if got := sent.Get(name); got != want && got != officeHeaders()[name] || len(sent.Values(name)) != 1 {
			t.Errorf("%s (%d): %s: %q", what, w.Code, name, sent.Values(name))
		}
	}
	if cache := sent.Values("Cache-Control"); len(cache) == 0 || cache[0] != "private, no-store" {
		t.Errorf("%s (%d): Cache-Control %q", what, w.Code, cache)
	}
	for _, name := range []string{"Server", "X-Powered-By"} {
		if got := sent.Get(name); got != "" {
			t.Errorf("%s: %s: %q", what, name, got)
		}
	}
}

// W33, W35 in the office and at its doors: pages, redirects, refusals of every
// kind.
func TestW33W35OfficeHeaders(t *testing.T) {
	s := newSite(t)
	admin, reader, stranger := s.as("admin", embraye.Admin), s.as("reader", embraye.Reader), s.visitor()
	long := strings.Repeat("a", 2<<20)
	for what, w := range map[string]*httptest.ResponseRecorder{
		"sign-in":           stranger.get("/login"),
		"wrong password":    stranger.post("/login", url.Values{"email": {"x@ours.example"}, "password": {"wrong password"}}),
		"lost link":         stranger.get("/reset/x"),
		"to the door":       stranger.get("/office"),
		"post at the door":  stranger.post("/office/constats/new", url.Values{"title": {"T"}}),
		"page":              admin.get("/office/people"),
		"mistake":           admin.post("/office/people", url.Values{"action": {"invite"}}),
		"done":              admin.post("/office/legal", url.Values{"director": {"Ana"}}),
		"no such action":    admin.post("/office/people", url.Values{"action": {"x"}}),
		"no such page":      admin.get("/office/drafts/999"),
		"not theirs":        reader.get("/office/people"),
		"cross-site":        admin.post("/office/people", nil, "Sec-Fetch-Site: cross-site"),
		"too large":         admin.post("/office/legal", url.Values{"director": {long}}),
		"files nobody asks": admin.post("/office/people", nil, "Content-Type: multipart/form-data; boundary=x"),
		"broken form":       admin.post("/office/people", nil, "Content-Type: application/x-www-form-urlencoded; a=%zz"),
		"signed out":        reader.post("/logout", nil),
	} {
		checkHeaders(t, what, w)
	}
	if cookie := admin.get("/office/people").Result().Header; cookie.Get("Set-Cookie") == "" || !strings.Contains(cookie.Get("Vary"), "Cookie") {
		t.Errorf("W55 a page with a cookie: %v", cookie)
	}
}

// W36 in the office: a panic shows a page without a reason; nothing that was
// asked for is written into a page as it came.
func TestW36OfficePanicsAndEchoes(t *testing.T) {
	s := newSite(t)
	s.person("admin", embraye.Admin)
	panics := false
	o := s.App.Options
	o.Now = func() time.Time {
		if panics {
			panic("secret\nreason")
		}
		return s.Clock.Now()
	}
	broken, err := instance.Join(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	front, joined := *s.Instance, *s.Instance.Instance
	front.Instance, joined.Rooms = &joined, broken
	v := s.visitor()
	v.h = (&site{s.World, &front, t}).handler(web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	link := s.resetLink("admin@ours.example")
	panics = true
	for what, do := range map[string]func() *httptest.ResponseRecorder{
		"GET a link": func() *httptest.ResponseRecorder { return v.get(link) },
		"sign in": func() *httptest.ResponseRecorder {
			return v.post("/login", url.Values{"email": {"admin@ours.example"}, "password": {password}})
		},
		"a file's session": func() *httptest.ResponseRecorder {
			return v.get("/fichiers/"+strings.Repeat("a", 64)+".png", "Cookie: "+sessionCookie+"=x")
		},
	} {
		log.Reset()
		w := do()
		if w.Code != http.StatusInternalServerError || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %s", what, w.Code, w.Header().Get("Content-Type"))
		}
		checkHeaders(t, what, w)
		for _, word := range []string{"secret", "goroutine", ".go:", "chi/", "scs"} {
			if strings.Contains(w.Body.String(), word) {
				t.Errorf("%s tells %q", what, word)
			}
		}
		if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "panicked") {
			t.Errorf("%s: the log is not one line about it: %s", what, log.String())
		}
	}
}

// W36: what is typed comes back as text, what is asked for does not come back.
func TestW36OfficeEchoes(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin", embraye.Admin)
	const evil = `"><script>zq()</script>`
	for what, w := range map[string]*httptest.ResponseRecorder{
		"sign-in": s.visitor().post("/login", url.Values{"email": {evil}, "password": {"wrong password"}, "next": {"/office?" + evil}, "kept": {evil}}),
		"reset":   s.visitor().post("/reset", url.Values{"email": {evil}}),
		"next":    s.visitor().get("/login?next=" + url.QueryEscape("/office/"+evil)),
		"path":    admin.get("/office/" + url.PathEscape(evil)),
		"query":   admin.get("/office/people?x=" + url.QueryEscape(evil)),
		"invite":  admin.post("/office/people", url.Values{"action": {"invite"}, "email": {evil}, "role": {evil}}),
		"role":    admin.post("/office/people", url.Values{"action": {"role"}, "email": {"admin@ours.example"}, "role": {evil}}),
		"profile": admin.post("/office/organisation", url.Values{"org_name": {evil}, "link_name": {evil}, "link_href": {evil}}),
		"handle":  admin.post("/office/organisation", url.Values{"action": {"handle"}, "org_handle": {evil}}),
		"draft":   admin.post("/office/constats/new", url.Values{"title": {evil}, "stage": {evil}, "evidence_href": {evil}, "observed_date": {evil}}),
	} {
		if w.Code >= 500 || strings.Contains(w.Body.String(), "<script>zq") || strings.Contains(w.Body.String(), `"><script`) {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
}

// W58: another spelling of an address of the office is no way in; it is no page
// at all.
func TestW58SpellingsOfTheOffice(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin", embraye.Admin)
	for _, path := range []string{"//office", "/office/", "/OFFICE", "/office%2f", "/x/../office", "/office;x", "/%6fffice", "/office/./people", "//office/people",
		"/office/people/", "/Office/people", "/office%2fpeople", "/office//people", "/office/x/../people", "/office/people;x", "/office/%70eople", "/office/people%00", "/login/", "/LOGIN"} {
		for who, v := range map[string]*visitor{"admin": admin, "stranger": s.visitor()} {
			get, post := v.get(path), v.post(path, nil)
			plain, slash := strings.CutSuffix(path, "/")
			sent := slash && get.Code == http.StatusPermanentRedirect && get.Header().Get("Location") == base+plain
			if get.Code != http.StatusNotFound && !sent || post.Code != http.StatusNotFound {
				t.Errorf("%s as %s: %d, %d", path, who, get.Code, post.Code)
			}
		}
	}
}

// W59: nothing of the machine is served, not even to an admin.
func TestW59NothingOfTheMachine(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin", embraye.Admin)
	for _, path := range []string{"/.env", "/.git/config", "/.git/HEAD", "/config.ini", "/embraye.env", "/backup.zip", "/embraye.db", "/secret.key", "/debug/pprof", "/debug/pprof/heap",
		"/metrics", "/data/embraye.db", "/fichiers/embraye.db", "/fichiers/../embraye.db", "/assets/../web.go", "/assets/templates", "/office/.env", "/server-status"} {
		for _, v := range []*visitor{admin, s.visitor()} {
			if w := v.get(path); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
	}
	name := strings.TrimPrefix(s.URL, "sqlite:")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		t.Errorf("others can read the database: %v", mode)
	}
}

// hostile is what strangers call themselves to break logs and terminals.
var hostile = "Mozilla\n\x1b[31mlevel=ERROR msg=forged\x00\u202e" + strings.Repeat("x", 1<<20)

// W65: names, browsers and paths of strangers stay inside one line of the log
// and one line of a page.
func TestW65OneLinePerEvent(t *testing.T) {
	s := newSite(t)
	ana := s.person("ana", embraye.Editor)
	v := s.visitor()
	w := v.post("/login", url.Values{"email": {ana.Email}, "password": {password}}, "User-Agent: "+hostile)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	sessions, err := s.People.Sessions(t.Context(), ana.ID)
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	if agent := sessions[0].UserAgent; len([]rune(agent)) > embraye.MaxName || strings.ContainsAny(agent, "\n\x1b\x00\u202e") {
		t.Errorf("the browser is called %q", agent)
	}
	var log bytes.Buffer
	away := func(context.Context) (int64, error) { return 0, fmt.Errorf("peer said %s", hostile) }
	h := s.handler(web.Options{Revision: away, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	serve(h, "GET", "/x%0A%1b[31mforged", "User-Agent: "+hostile)
	serve(h, "GET", "/", "User-Agent: "+hostile)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) < 3 { // two requests, one error
		t.Fatalf("only %d lines", len(lines))
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "time=") || strings.Contains(line, "\x1b") {
			t.Errorf("a line of the log: %.300q", line)
		}
	}
}
