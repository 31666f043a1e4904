package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// Without a proxy, pages, documents, feeds and open data are compressed for who
// takes that, and are the same once unpacked; pictures and small answers are not.
func TestAnswersAreCompressedWithoutAProxy(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un appel à communs est ouvert")
	for path, accept := range map[string]string{"/": browser, "/@mesure2": browser, constat: browser, "/chronologie?q=communs": browser, "/feed.atom": "", "/feed.json": "",
		"/donnees/constats.csv": "", "/donnees/constats-tableur.csv": "", "/donnees/constats.json": "", "/sitemap.xml": "", "/actors/mesure2": activity, constat + "#": activity,
		"/assets/" + s.stylesheet(): ""} {
		path = strings.TrimSuffix(path, "#")
		plain, packed := s.request("GET", path, "Accept: "+accept), s.request("GET", path, "Accept: "+accept, "Accept-Encoding: gzip, deflate, br")
		if packed.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(plain.Header().Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: %v", path, packed.Header())
			continue
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if whole, err := io.ReadAll(z); err != nil || string(whole) != plain.Body.String() {
			t.Errorf("%s is unpacked to something else: %v", path, err)
		}
		again := s.request("GET", path, "Accept: "+accept, "Accept-Encoding: gzip", "If-None-Match: "+packed.Header().Get("Etag"))
		if again.Code != http.StatusNotModified {
			t.Errorf("%s that is there already: %d", path, again.Code)
		}
	}
	for _, path := range []string{constat + "/card.png", "/favicon.ico", "/nowhere", "/livez"} {
		if w := s.request("GET", path, "Accept-Encoding: gzip"); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed", path)
		}
	}
}

// stylesheet is the name of the stylesheet of a page.
func (s *site) stylesheet() string {
	_, after, _ := strings.Cut(s.request("GET", "/", "Accept: "+browser).Body.String(), "/assets/")
	name, _, _ := strings.Cut(after, `"`)
	return name
}

// Who can make somebody's browser ask for a page of the office with words of
// their own must not learn from its length what else is in it.
func TestTheOfficeIsNeverCompressed(t *testing.T) {
	s := newSite(t)
	v := s.as("admin", embraye.Admin)
	for _, r := range s.routes() {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.Pattern, "/office") || strings.Contains(r.Pattern, "{") {
			continue
		}
		if w := v.get(r.Pattern+"?q=essai", "Accept-Encoding: gzip"); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed", r.Pattern)
		}
	}
	for _, path := range []string{"/login", "/setup/inconnu", "/reset/inconnu", "/invite/inconnu"} {
		if w := s.request("GET", path, "Accept: "+browser, "Accept-Encoding: gzip"); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed", path)
		}
	}
}
