package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"embraye/internal/fedtest"
)

func (s *site) goTo(form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", base+"/suivre/vers", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", browser)
	w := httptest.NewRecorder()
	s.Web.ServeHTTP(w, r)
	return w
}

// scripted serves a WebFinger answer with a subscribe template.
func scripted(server *fedtest.Server, template string) {
	server.Handle("/.well-known/webfinger", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jrd+json")
		_, _ = w.Write([]byte(`{"subject":"acct:ann@chez.example","links":[{"rel":"http://ostatus.org/schema/1.0/subscribe","template":"` + template + `"}]}`))
	})
}

func TestFollowBox(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Titre")
	server := s.Server("chez.example")
	scripted(server, "https://chez.example/authorize_interaction?uri={uri}")
	for target, object := range map[string]string{"mesure2": base + "/actors/mesure2", id: base + "/constats/" + id} {
		want := "https://chez.example/authorize_interaction?uri=" + url.QueryEscape(object)
		w := s.goTo(url.Values{"compte": {" @ann@chez.example "}, "cible": {target}})
		if w.Code != 200 || w.Header().Get("Refresh") != "0; url="+want || !strings.Contains(w.Body.String(), `href="`+want+`"`) {
			t.Errorf("%s: %d, goes to %q, not %s", target, w.Code, w.Header().Get("Refresh"), want)
		}
		if w.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("kept: %s", w.Header().Get("Cache-Control"))
		}
	}
}

// What servers of 2026 answer to WebFinger: the page for following, for a post
// the one to look at it or to repeat it, else the one of OStatus (FEP-3b86).
func TestFollowBoxReadsIntents(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Titre")
	server := s.Server("chez.example")
	for file, want := range map[string][2]string{ // for a measure, for a constat
		"mastodon-4.6": {"https://chez.example/authorize_interaction?uri=%s", "https://chez.example/authorize_interaction?uri=%s"},
		"wordpress":    {"https://chez.example/wp-json/intents/follow?object=%s&ok=", "https://chez.example/authorize?uri=%s"},
		"announces":    {"https://chez.example/show?o=%s", "https://chez.example/show?o=%s"},
		"lies":         {"https://social.chez.example/subscribe?acct=%s", "https://social.chez.example/subscribe?acct=%s"},
	} {
		jrd, err := os.ReadFile("testdata/webfinger/" + file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		server.Handle("/.well-known/webfinger", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/jrd+json")
			_, _ = w.Write(jrd)
		})
		for n, target := range []string{"mesure2", id} {
			object := []string{base + "/actors/mesure2", base + "/constats/" + id}[n]
			if to := s.goTo(url.Values{"compte": {"@ann@chez.example"}, "cible": {target}}).Header().Get("Refresh"); to != "0; url="+strings.Replace(want[n], "%s", url.QueryEscape(object), 1) {
				t.Errorf("%s, %s: goes to %q", file, target, to)
			}
		}
	}
}

// A server that cannot be asked, or answers what could lead elsewhere: the page
// keeps what was typed and gives the handle to copy.
func TestFollowBoxMistakes(t *testing.T) {
	s := newSite(t)
	server := s.Server("chez.example")
	for name, template := range map[string]string{
		"elsewhere": "https://evil.example/x?uri={uri}", "script": "javascript:alert('{uri}')", "http": "http://chez.example/x?uri={uri}",
		"user": "https://chez.example@evil.example/?uri={uri}", "none": "https://chez.example/no-place",
	} {
		scripted(server, template)
		s.refused(t, name, "@ann@chez.example", http.StatusUnprocessableEntity)
	}
	for _, typed := range []string{"@ann@nobody.example", "ann", "", "@ann@chez.example/../x", "<script>@x.example", strings.Repeat("a", 4000)} {
		s.refused(t, typed, typed, http.StatusUnprocessableEntity)
	}
	for _, target := range []string{"", "nobody", "fonds", "../x", strings.Repeat("0", 26)} {
		if w := s.goTo(url.Values{"compte": {"@ann@chez.example"}, "cible": {target}}); w.Code != http.StatusNotFound {
			t.Errorf("target %q: %d", target, w.Code)
		}
	}
}

func (s *site) refused(t *testing.T, name, typed string, status int) {
	t.Helper()
	w := s.goTo(url.Values{"compte": {typed}, "cible": {"mesure2"}})
	page := w.Body.String()
	if w.Code != status || w.Header().Get("Refresh") != "" || !strings.Contains(page, "@mesure2<wbr>@ours.example") || !strings.Contains(page, `role="alert"`) {
		t.Errorf("%.40s: %d, %s\n%.200s", name, w.Code, w.Header().Get("Refresh"), page)
	}
	if strings.Contains(page, "<script>") {
		t.Errorf("%.40s: what was typed is markup", name)
	}
}

func TestFeeds(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	for path, want := range map[string]bool{"/feed": true, "/@mesure2/feed": true, "/@mesure3/feed": false, "/@organisation/feed": true,
		"/territoires/FR-BRE/feed": true, "/territoires/FR-NOR/feed": false, "/@mesure2/FR-BRE/feed": true, "/@mesure2/FR-NOR/feed": false} {
		for _, ext := range []string{".atom", ".json"} {
			w := s.get(path+ext, "")
			if w.Code != 200 || strings.Contains(w.Body.String(), base+constat) != want {
				t.Errorf("%s: %d, has the constat: %v", path+ext, w.Code, !want)
			}
			if again := s.request("GET", path+ext, "If-None-Match: "+w.Header().Get("ETag")); again.Code != http.StatusNotModified {
				t.Errorf("%s asked again: %d", path+ext, again.Code)
			}
		}
	}
	for _, path := range []string{"/@instance/feed.atom", "/@fonds/feed.atom", "/territoires/bretagne/feed.atom", "/@organisation/FR-BRE/feed.atom"} {
		if w := s.get(path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for page, feed := range map[string]string{"/": "/feed", "/@mesure2": "/@mesure2/feed", "/@mesure2/FR-BRE": "/@mesure2/FR-BRE/feed", "/territoires/FR-BRE": "/territoires/FR-BRE/feed"} {
		if body := s.get(page, browser).Body.String(); !strings.Contains(body, `type="application/atom+xml"`) || !strings.Contains(body, `href="`+feed+`.atom"`) {
			t.Errorf("%s does not name %s", page, feed)
		}
	}
	s.withdraw(id)
	if w := s.get("/feed.atom", ""); strings.Contains(w.Body.String(), constat) {
		t.Error("a withdrawn constat stays in the feed")
	}
}

// A feed of more than it holds goes on, each page from where the one before ends,
// to its first constat, and every page is the same feed.
func TestFeedsGoOnToTheirEnd(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs est ouvert")
	s.multiply(id, 230)
	s.Web.Invalidate()
	seen := map[string]bool{}
	address := "/@mesure2/feed.json"
	for n := 1; address != ""; n++ {
		feed := s.json(address)
		if feed["feed_url"] != base+"/@mesure2/feed.json" || n > 3 {
			t.Fatalf("page %d at %s is the feed %v", n, address, feed["feed_url"])
		}
		for _, item := range feed["items"].([]any) {
			seen[item.(map[string]any)["id"].(string)] = true
		}
		next, _ := feed["next_url"].(string)
		address = strings.TrimPrefix(next, base)
	}
	if len(seen) != 231 {
		t.Errorf("%d constats in all", len(seen))
	}
	first := s.get("/feed.atom", "").Body.String()
	_, next, found := strings.Cut(first, `<link rel="next" type="application/atom+xml" href="`)
	next, _, _ = strings.Cut(next, `"`)
	if !found || strings.Contains(first, `rel="first"`) {
		t.Fatalf("the first page: %.600s", first)
	}
	older := s.get(strings.TrimPrefix(strings.ReplaceAll(next, "&amp;", "&"), base), "").Body.String()
	for _, want := range []string{`<link rel="first" type="application/atom+xml" href="` + base + `/feed.atom"`, `<link rel="self" type="application/atom+xml" href="` + next + `"`, "<id>" + base + "/feed.atom</id>"} {
		if !strings.Contains(older, want) {
			t.Errorf("an older page lacks %s: %.900s", want, older)
		}
	}
	for _, path := range []string{"/feed.atom?page=2", "/feed.json?page=true&before=x"} {
		if w := s.get(path, ""); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// Whoever looks for something finds the field on every page, errors too.
func TestSearchStandsInTheMasthead(t *testing.T) {
	s := newSite(t)
	s.publish("Un appel à communs est ouvert")
	for _, path := range []string{"/", "/@mesure2", "/chronologie", "/nulle-part"} {
		page := s.get(path, browser).Body.String()
		head, _, _ := strings.Cut(page, "</header>")
		if !strings.Contains(head, `<form class="find" role="search" action="/chronologie"><input name="q" type="search"`) || !strings.Contains(head, ">Rechercher</button>") {
			t.Errorf("%s has no search: %s", path, head)
		}
	}
}

// Every address of the public site answers, in both languages, and says nothing
// of a key.
func TestEveryPublicPage(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	s.revise(id)
	for _, path := range []string{"/", "/@mesure1", "/@mesure2", "/@mesure2/FR-BRE", "/@mesure3/FR-NOR", constat, constat + "/versions", constat + "/versions/1",
		"/@organisation", "/organisations", "/divergences", "/territoires", "/territoires/FR-BRE", "/territoires/COG-D35", "/chronologie", "/comprendre", "/comprendre/memoire", "/donnees",
		"/suivre", "/journal", "/mentions-legales", "/confidentialite", "/accessibilite", "/ecoconception", "/signaler"} {
		for _, lang := range []string{"fr", "en"} {
			w := s.request("GET", path+"?lang="+lang, "Accept: "+browser)
			if w.Code != 200 {
				t.Errorf("%s: %d", path, w.Code)
				continue
			}
			checkOutline(t, path, lang, w.Body.String())
			if key := rawKey.FindString(w.Body.String()); key != "" {
				t.Errorf("%s in %s shows the key %s", path, lang, key)
			}
		}
	}
	for path, kind := range map[string]string{constat + "/card.png": "image/png", "/@mesure2/card.png": "image/png", "/@organisation/card.png": "image/png",
		"/favicon.ico": "image/png", "/favicon.svg": "image/svg+xml", "/robots.txt": "text/plain; charset=utf-8", "/sitemap.xml": "application/xml; charset=utf-8",
		"/.well-known/security.txt": "text/plain; charset=utf-8"} {
		if w := s.get(path, ""); w.Code != 200 || w.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

// rawKey is a key of the catalogue where its text should be.
var rawKey = regexp.MustCompile(`>(site|home|measure|place|constat|versions|follow|timeline|data|journal|legal|term|understand|privacy|report|footprint|answer|scale|nav|draw|stage)\.[a-z_.]+<`)
