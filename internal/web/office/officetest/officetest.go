// Package officetest is for tests: it fills every page of a wing of the office.
package officetest

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/locale"
	"embraye/internal/web/answer"
	"embraye/internal/web/office"
	"embraye/internal/web/page"
	"embraye/internal/web/site"
)

// rawKey finds a key of the catalogue that stands in a page as its own text.
var rawKey = regexp.MustCompile(`(office|field|error|stage|subject|confidence|relation|import)\.[a-z_]+(\.[a-z_A-Z0-9-]+)*`)

// code finds a value of ours, as the database has it, among the words of a page.
var code = regexp.MustCompile(`>[^<>]*\b([a-z]+_[a-z_]+)\b[^<>]*</(?:p|dd|dt|li|td|th|h[1-3]|small|span|a|label|button)>`)

var (
	idAttribute  = regexp.MustCompile(` id="([^"]*)"`)
	forAttribute = regexp.MustCompile(` (?:for|aria-labelledby)="([^"]*)"`)
	describedBy  = regexp.MustCompile(` aria-describedby="([^"]*)"`)
)

func forbidden() []string {
	return []string{` style=`, ` onclick=`, `<script>`, `ZgotmplZ`, `%!`, `<no value>`}
}

// Check renders every template of a wing, empty and full, in both languages, for
// every role and after mistakes: all its words are in the catalogue, all its
// labels have a field, no id stands twice. doors are the pages of people who are
// not signed in.
func Check(t *testing.T, wing office.Wing, samples map[string][]any, doors ...string) {
	t.Helper()
	for _, name := range templatesOf(t, wing) {
		if samples[name] == nil {
			t.Errorf("the template %s has no sample", name)
		}
	}
	mistakes := []embraye.Problem{{Field: "title", Code: "required"}, {Field: "evidence", Code: "bad_url", Value: "https://preuve.example/"}, {Field: "file", Code: "file_type"}}
	s := newStage(t, wing)
	for name, contents := range samples {
		for _, content := range contents {
			for _, role := range []embraye.Role{"", embraye.Reader, embraye.Admin} {
				if (role == "") != slices.Contains(doors, name) {
					continue
				}
				for _, lang := range locale.Languages() {
					for _, problems := range [][]embraye.Problem{nil, mistakes} {
						checkPage(t, name+" in "+lang, s.page(name, lang, role, content, problems))
					}
				}
			}
		}
	}
}

// templatesOf lists the pages of a wing; the office itself has one without a wing.
func templatesOf(t *testing.T, wing office.Wing) []string {
	t.Helper()
	files, err := fs.Glob(wing.Files, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(path.Base(f), ".html"); name != "parts" {
			names = append(names, name)
		}
	}
	return names
}

// A stage is an office with one address, whose page is whatever is tried.
type stage struct {
	t      *testing.T
	router chi.Router
	act    office.Action
}

func newStage(t *testing.T, wing office.Wing) *stage {
	t.Helper()
	catalogue, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	in := fedtest.New(t, fedtest.Config{Kind: "sqlite"}, "ours.example").Instances[0]
	log := slog.New(slog.DiscardHandler)
	frame, err := page.NewFrame(page.Options{App: in.App, Pages: in.Store.Pages(), Site: in.Site, Catalogue: catalogue, Language: "fr", Templates: []fs.FS{site.Templates()}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	answers, err := answer.NewServer(answer.Options{Site: in.Site, Revision: in.Store.PublicRevision, Speaker: frame, Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, router: chi.NewRouter()}
	wing.Routes = func(p office.Plan) { p.Door("/sample/{name}", func(v *office.Visit) error { return s.act(v) }) }
	o, err := office.New(office.Options{Rooms: office.Rooms{App: in.App, Directory: in.Directory, Constats: in.Constats, Drafts: in.Drafts, Talk: in.Talk, People: in.People, Organisation: in.Organisation, Peers: in.Peers}, Answers: answers, Frame: frame, Site: in.Site, Catalogue: catalogue,
		Wings: []office.Wing{wing}, Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	o.Routes(answer.Routes{Router: s.router})
	return s
}

// page is what a reader of some role sees.
func (s *stage) page(name, lang string, role embraye.Role, content any, problems []embraye.Problem) string {
	s.t.Helper()
	s.act = func(v *office.Visit) error {
		if role != "" {
			v.By.Person = &embraye.Person{ID: 1, Name: "Ana", Email: "ana@a.example", Role: role}
		}
		err := v.Render(http.StatusOK, name, "office.start", content, nil, problems)
		if err != nil {
			s.t.Errorf("%s in %s: %v", name, lang, err)
		}
		return err
	}
	w := httptest.NewRecorder()
	s.router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://ours.example/sample/"+name+"?lang="+lang, nil))
	return w.Body.String()
}

func checkPage(t *testing.T, name, html string) {
	t.Helper()
	for _, key := range rawKey.FindAllString(html, -1) {
		if key != "office.js" {
			t.Errorf("%s: the word %q is not in the catalogue", name, key)
		}
	}
	for _, found := range code.FindAllStringSubmatch(html, -1) {
		t.Errorf("%s: %q is no word: %s", name, found[1], found[0])
	}
	for _, bad := range forbidden() {
		if strings.Contains(html, bad) {
			t.Errorf("%s: the page has %q", name, bad)
		}
	}
	if n := strings.Count(html, "<h1"); n != 1 {
		t.Errorf("%s: %d titles", name, n)
	}
	ids := map[string]bool{}
	for _, m := range idAttribute.FindAllStringSubmatch(html, -1) {
		if ids[m[1]] {
			t.Errorf("%s: the id %q stands twice", name, m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range append(forAttribute.FindAllStringSubmatch(html, -1), describedBy.FindAllStringSubmatch(html, -1)...) {
		for _, id := range strings.Fields(m[1]) {
			if !ids[id] {
				t.Errorf("%s: nothing has the id %q", name, id)
			}
		}
	}
}
