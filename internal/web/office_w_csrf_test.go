package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/web"
)

// A stage of the office for tests that ask for every address: something behind
// each parameter.
type officeStage struct {
	*site
	admin  *visitor
	values map[string]map[string]string // values of parameters, by the beginning of the pattern
}

func newOfficeStage(t *testing.T) *officeStage {
	s := newSite(t)
	s.person("lost", embraye.Editor)
	admin := s.as("admin", embraye.Admin)
	id, _ := s.publish("Un appel à communs est ouvert")
	w := admin.post("/office/constats/new", url.Values{"title": {"Un brouillon"}, "measure": {"m2"}, "action": {"save"}})
	draft, ok := strings.CutPrefix(w.Header().Get("Location"), "/office/drafts/")
	if !ok {
		t.Fatalf("saving a draft: %d %s", w.Code, w.Body)
	}
	note := strings.TrimPrefix(pinnedPath(t, s), "/notes/")
	heard := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	own := s.review(heard, embraye.Contests, "Nous l'avons vu.")
	received := s.judges("pair.example", s.Site.UpdateID(id), embraye.Contests, "Pas ouvert.")
	return &officeStage{s, admin, map[string]map[string]string{
		"/setup/":        {"token": strings.Repeat("A", 43)},
		"/invite/":       {"token": strings.TrimPrefix(s.invite("bea@ours.example", embraye.Editor), "/invite/")},
		"/reset/":        {"token": strings.TrimPrefix(s.resetLink("lost@ours.example"), "/reset/")},
		"/suivre/":       {"token": strings.Repeat("A", 43)},
		"/office/drafts": {"id": draft}, "/office/constats": {"id": id}, "/office/quotes": {"id": id}, "/office/": {"id": "1"},
		"/constats": {"id": id, "n": "1"}, "/notes": {"id": note}, "/citations": {"id": id}, "/mises-en-avant": {"id": id}, "/office/reviews/drafts": {"id": draft}, "/office/reviews/ours": {"id": own.ID}, "/office/reviews/received": {"id": strconv.FormatInt(received.ID, 10)}, "/avis": {"id": own.ID, "n": "1", "digest": strings.Repeat("0", 64)},
		"/activities": {"id": strings.TrimPrefix(s.activities(id)["Create"], "/activities/")},
		"/fichiers":   {"name": strings.Repeat("a", 64) + ".png", "width": "800"}, "/assets": {"file": "style.css"},
		"/journal": {"epoch": "2"}, "/temoin": {"hash": strings.Repeat("0", 64)}, "/copies": {"id": heard.CopyID}, "/preuves": {"id": id}, "/organisations": {"host": "pair.example"},
		"/": {"handle": "mesure2", "territory": "FR-BRE", "name": "mesures"},
	}}
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// path fills a pattern of the router; a parameter that nothing stands behind
// fails the test.
func (o *officeStage) path(pattern string) string {
	o.t.Helper()
	return parameter.ReplaceAllStringFunc(pattern, func(p string) string {
		name, best, value := strings.Trim(p, "{}"), "", ""
		for begin, values := range o.values {
			if strings.HasPrefix(pattern, begin) && len(begin) > len(best) && values[name] != "" {
				best, value = begin, values[name]
			}
		}
		if value == "" {
			o.t.Fatalf("%s: the test has no value for %s", pattern, p)
		}
		return value
	})
}

// routes is the router's own list.
func (s *site) routes() []web.Route {
	s.t.Helper()
	list, err := s.Web.Routes()
	if err != nil || len(list) == 0 {
		s.t.Fatalf("walking the router: %d routes, %v", len(list), err)
	}
	return list
}

// routesOf lists the patterns of a method.
func (o *officeStage) routesOf(method string) []string {
	o.t.Helper()
	var list []string
	for _, r := range o.routes() {
		if r.Method == method {
			list = append(list, r.Pattern)
		}
	}
	slices.Sort(list)
	return list
}

// inboxes look at no cookie: their senders sign.
var inboxes = []string{"/inbox", "/actors/{handle}/inbox"}

// oneClick is where mail programs post, and does nothing without the reader's
// own token (RFC 8058).
const oneClick = "/suivre/courriel/{token}/quitter"

// W19: what another site's page sends with the admin's cookie is refused, on
// every route that changes something.
func TestW19CrossSiteForms(t *testing.T) {
	o := newOfficeStage(t)
	for _, r := range o.routes() {
		if !slices.Contains([]string{"GET", "HEAD", "POST"}, r.Method) {
			t.Errorf("%s %s: no test asks for this method", r.Method, r.Pattern)
		}
	}
	// Buttons of every page, so that a form that gets through does something.
	form := url.Values{"email": {"lost@ours.example"}, "password": {password}, "name": {"Eve"}, "org_name": {"Eux"}, "role": {"admin"}, "action": {"invite"}}
	before := o.dump()
	for _, pattern := range o.routesOf("POST") {
		path := o.path(pattern)
		for _, headers := range [][]string{
			{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"}, {"Sec-Fetch-Site: same-site", "Origin: https://other.ours.example"},
			{"Origin: https://evil.example"}, {"Origin: null"}, {"Sec-Fetch-Site: cross-site"},
		} {
			r := httptest.NewRequest("POST", base+path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := o.admin.send(r, headers...)
			if slices.Contains(inboxes, pattern) {
				if w.Code != http.StatusUnsupportedMediaType {
					t.Errorf("%s: %d", path, w.Code)
				}
			} else if pattern == oneClick {
				if w.Code != http.StatusOK {
					t.Errorf("%s: %d", path, w.Code)
				}
			} else if w.Code != http.StatusForbidden {
				t.Errorf("%s with %v: %d", path, headers, w.Code)
			}
		}
	}
	if after := o.dump(); after != before {
		t.Errorf("something was changed:\n%s", differences(before, after))
	}
	if w := o.admin.post("/office/people", url.Values{"action": {"invite"}, "email": {"eve@ours.example"}, "role": {"reader"}}); w.Code != http.StatusOK {
		t.Errorf("our own form: %d %s", w.Code, w.Body)
	}
}

// differences are the lines that one of two dumps has and the other has not.
func differences(before, after string) string {
	var out []string
	old := strings.Split(before, "\n")
	for _, line := range strings.Split(after, "\n") {
		if i := slices.Index(old, line); i >= 0 {
			old = slices.Delete(old, i, i+1)
		} else {
			out = append(out, "+ "+line)
		}
	}
	for _, line := range old {
		out = append(out, "- "+line)
	}
	return strings.Join(out, "\n")
}

var anyLink = regexp.MustCompile(`(?:href|src)="([^"#]*)`)

// W21: whatever an admin looks at, nothing changes: every GET and HEAD of the
// router, and every link of every page.
func TestW21LookingChangesNothing(t *testing.T) {
	o := newOfficeStage(t)
	before, seen := o.dump("sessions"), map[string]bool{}
	var next []string
	for _, pattern := range o.routesOf("GET") {
		if pattern != "/setup/{token}" { // nobody is invited there any more
			next = append(next, o.path(pattern))
		}
	}
	next = append(next, o.path("/setup/{token}"), "/office/drafts/1/publish", "/office?lang=en")
	for len(next) > 0 {
		path := next[0]
		if next = next[1:]; seen[path] {
			continue
		}
		seen[path] = true
		if len(seen) > 3000 {
			t.Fatal("there is no end of links")
		}
		w := o.admin.get(path)
		if head := o.admin.send(httptest.NewRequest("HEAD", base+path, nil)); head.Code != w.Code {
			t.Errorf("HEAD %s: %d, GET %d", path, head.Code, w.Code)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		here, err := url.Parse(base + path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range anyLink.FindAllStringSubmatch(w.Body.String(), -1) {
			to, err := here.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil {
				t.Errorf("%s links to %q: %v", path, m[1], err)
				continue
			}
			// Places and languages of the public site lead to the same few pages.
			if "https://"+to.Host == base && (strings.HasPrefix(to.Path, "/office") || to.RawQuery == "") {
				next = append(next, to.RequestURI())
			}
		}
	}
	if after := o.dump("sessions"); after != before {
		t.Errorf("looking around changed the database:\n%s", differences(before, after))
	}
	if !o.admin.inside() {
		t.Error("looking around signed the admin out")
	}
}
