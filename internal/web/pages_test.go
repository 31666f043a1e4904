package web_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Every page: one h1, a title, landmarks, its language; and what previews read
// (Mastodon's preview card).
func TestPagesAreWellMade(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish(`Titre <b>"à" risque</b> & suite`)
	s.revise(id)
	paths := map[string]string{ // path: Open Graph type, empty for pages nobody should share
		"/": "website", "/@mesure2": "profile", "/@mesure1": "profile", "/@organisation": "profile", constat: "article",
		pinnedPath(t, s): "article", constat + "/versions/1": "", "/nowhere": "",
	}
	for path, kind := range paths {
		for _, lang := range []string{"fr", "en"} {
			w := s.request("GET", path+"?lang="+lang, "Accept: "+browser)
			page := w.Body.String()
			checkOutline(t, path, lang, page)
			if strings.Contains(page, "<b>&#34;") || strings.Contains(page, `<b>"`) || strings.Contains(page, "site.") && strings.Contains(page, ">site.") {
				t.Errorf("%s: markup of a title, or a key without text:\n%s", path, page)
			}
			checkCard(t, path, page, kind)
		}
	}
	page := s.get(constat, browser).Body.String()
	for _, want := range []string{
		`<meta property="og:title" content="Titre &lt;b&gt;&#34;à&#34; risque&lt;/b&gt; &amp; suite · Mesure`,
		`<meta property="og:url" content="` + base + constat + `">`,
		`<link rel="alternate" type="application/activity+json" href="` + base + constat + `">`,
		`<meta name="fediverse:creator" content="@mesure2@ours.example">`,
		`<meta property="og:locale" content="fr_FR">`,
		`<meta property="og:image" content="` + base + constat + `/card.png">`,
		`<script type="application/ld+json">{"@context":"https://schema.org"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
}

func checkOutline(t *testing.T, path, lang, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for node := range doc.Descendants() {
		if forbidden(node) {
			t.Errorf("%s has what its own policy forbids: %s %v", path, node.Data, node.Attr)
		}
		if node.Data == "svg" && !slices.ContainsFunc(node.Attr, func(a html.Attribute) bool { return a.Key == "width" }) {
			t.Errorf("%s: without the stylesheet a picture fills the screen: %v", path, node.Attr)
		}
	}
	if !strings.Contains(page, `<html lang="`+lang+`">`) {
		t.Errorf("%s is not in %s", path, lang)
	}
	for _, once := range []string{"<h1", "<title>", "<main ", "<header ", "<footer>", "<nav aria-label=\"Navigation\""} {
		if n := strings.Count(page, once); n != 1 {
			t.Errorf("%s in %s has %s %d times", path, lang, once, n)
		}
	}
}

// forbidden is what answer.ContentPolicy keeps browsers from running: scripts,
// but for data, and styles and handlers in a page.
func forbidden(node *html.Node) bool {
	data := false
	for _, a := range node.Attr {
		if a.Key == "style" || a.Key == "http-equiv" || strings.HasPrefix(a.Key, "on") {
			return true
		}
		data = data || a.Key == "type" && a.Val == "application/ld+json"
	}
	return node.Type == html.ElementNode && (node.Data == "script" && !data || node.Data == "style")
}

func checkCard(t *testing.T, path, page, kind string) {
	t.Helper()
	if kind == "" {
		if !strings.Contains(page, `content="noindex"`) {
			t.Errorf("%s is open to search engines", path)
		}
		return
	}
	for _, name := range []string{"og:title", "og:description", "og:url", "og:site_name", "og:locale", "og:image"} {
		if !regexp.MustCompile(`property="` + name + `" content="[^"]+"`).MatchString(page) {
			t.Errorf("%s has no %s", path, name)
		}
	}
	if !strings.Contains(page, `property="og:type" content="`+kind+`"`) {
		t.Errorf("%s is no %s", path, kind)
	}
}

// The reader's language: chosen, else asked for, else the instance's.
func TestLanguages(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct{ path, accept, want string }{
		{"/", "", "fr"}, {"/", "en-GB,en;q=0.9", "en"}, {"/", "de", "fr"}, {"/", "de, en;q=0.1", "en"},
		{"/?lang=en", "fr", "en"}, {"/?lang=xx", "en", "en"}, {"/?lang=fr", "en", "fr"}, {"/", strings.Repeat("x,", 9000), "fr"},
	} {
		w := s.request("GET", tt.path, "Accept-Language: "+tt.accept)
		if w.Header().Get("Content-Language") != tt.want {
			t.Errorf("%s with %.20s: %s, want %s", tt.path, tt.accept, w.Header().Get("Content-Language"), tt.want)
		}
	}
}

// Handles are found without regard to case (INTEROP 0.5).
func TestHandlesInCapitals(t *testing.T) {
	s := newSite(t)
	if w := s.get("/@Mesure2", browser); w.Code != 301 || w.Header().Get("Location") != base+"/@mesure2" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
}

// A fresh instance says that nothing is known yet, not that nothing moved.
func TestEmptyInstance(t *testing.T) {
	s := newSite(t)
	home := s.get("/", browser).Body.String()
	if !strings.Contains(home, "Est-ce que ça embraye") || strings.Count(home, "/@mesure") != 7 {
		t.Errorf("home page of an empty instance:\n%s", home)
	}
	if page := s.get("/@mesure2", browser).Body.String(); !strings.Contains(page, "@mesure2@ours.example") {
		t.Errorf("measure page of an empty instance:\n%s", page)
	}
}
