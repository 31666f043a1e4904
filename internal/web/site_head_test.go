package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var linked = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)

// things are the linked data of a page by type.
func (s *site) things(t *testing.T, path string) map[string]map[string]any {
	t.Helper()
	found := map[string]map[string]any{}
	for _, match := range linked.FindAllStringSubmatch(s.html(t, path), -1) {
		var doc map[string]any
		if err := json.Unmarshal([]byte(match[1]), &doc); err != nil {
			t.Fatalf("%s: %v in %s", path, err, match[1])
		}
		if doc["@context"] != "https://schema.org" {
			t.Errorf("%s: context %v", path, doc["@context"])
		}
		found[doc["@type"].(string)] = doc
	}
	return found
}

// What a shared link and a search engine learn: who speaks, the way to the page,
// when it was said, what the picture shows.
func TestHeadsTellWhoAndWhereAndWhen(t *testing.T) {
	s := newSite(t)
	id, constat := s.publish("Un appel à communs est ouvert")
	home := s.things(t, "/")
	if home["Organization"]["name"] == "" || home["WebSite"]["url"] != base+"/" || home["WebSite"]["publisher"].(map[string]any)["@id"] != home["Organization"]["@id"] {
		t.Errorf("the home page tells %v", home)
	}
	for path, want := range map[string][]string{constat: {base + "/", base + "/@mesure2", base + constat}, "/@mesure2": {base + "/", base + "/@mesure2"},
		"/@mesure2/FR-BRE": {base + "/", base + "/@mesure2", base + "/@mesure2/FR-BRE"}} {
		steps, _ := s.things(t, path)["BreadcrumbList"]["itemListElement"].([]any)
		if len(steps) != len(want) {
			t.Errorf("%s: %v", path, steps)
			continue
		}
		for i, step := range steps {
			if got := step.(map[string]any); got["item"] != want[i] || got["name"] == "" || got["position"] != float64(i+1) {
				t.Errorf("%s: step %v, want %s", path, got, want[i])
			}
		}
	}
	s.revise(id)
	page := s.html(t, constat)
	for _, want := range []string{`<meta property="og:image:alt" content="Un appel`, `<meta property="article:published_time" content="20`, `<meta property="article:modified_time" content="20`} {
		if !strings.Contains(page, want) {
			t.Errorf("the constat lacks %s", want)
		}
	}
	if strings.Contains(s.html(t, "/"), "article:") {
		t.Error("the home page is no article")
	}
}

// In a feed the organisation speaks, as on the page; measure and place sort.
func TestFeedsNameOrganisationAndPlace(t *testing.T) {
	s := newSite(t)
	s.publish("Un appel à communs est ouvert")
	feed := s.request("GET", "/feed.atom").Body.String()
	entry := feed[strings.Index(feed, "<entry"):]
	if strings.Contains(entry, "<author>") || !strings.Contains(feed, "<author><name>") {
		t.Errorf("an entry has an author of its own: %.400s", entry)
	}
	if !strings.Contains(entry, `<category term="Bretagne">`) || !strings.Contains(entry, `<category term="Des partenariats`) {
		t.Errorf("place or measure are no categories: %s", entry)
	}
	if text := s.html(t, "/chronologie"); strings.Count(text, "RSS") < 2 {
		t.Error("nobody finds the feed under its name")
	}
}

// A slash too many leads to the page, with its query, and never elsewhere.
func TestTrailingSlashLeadsToThePage(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un appel à communs est ouvert")
	for path, want := range map[string]string{"/territoires/": "/territoires", "/@mesure2/": "/@mesure2", constat + "/": constat, "/chronologie/?q=a&lang=en": "/chronologie?q=a&lang=en",
		"/feed.atom/": "/feed.atom", "/@mesure2/FR-BRE/": "/@mesure2/FR-BRE", "/office/": "/office"} {
		if w := s.request("GET", path); w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != base+want {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
	}
	for _, path := range []string{"/nowhere/", "//ailleurs.example/", "//territoires/", "/territoires//", "/actors/mesure2/"} {
		if w := s.request("GET", path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
	}
	if w := s.request("POST", "/suivre/vers/"); w.Code != http.StatusNotFound {
		t.Errorf("a form with a slash too many: %d", w.Code)
	}
}
