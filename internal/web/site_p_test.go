package web_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"embraye/internal/browsertest"
)

// P06: one side at a time, measures by name, every mark with its word.
func TestP06TerritoriesInWords(t *testing.T) {
	s := newSite(t)
	browsertest.Fill(t, s.Rooms, s.Clock.Advance, 300)
	s.Web.Invalidate()
	for _, address := range []string{"/territoires", "/territoires?sujet=civil_society"} {
		body := html.UnescapeString(s.html(t, address))
		for _, want := range []string{"Des partenariats publics-communs dans chaque région", ">Bretagne</a>", ` aria-current="page"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", address, want)
			}
		}
		words := regexp.MustCompile(`<b class="stage \w+ plain">[^<]+</b> mesures?[\s\x{a0}]\d`)
		if marks, n := strings.Count(body, `<b class="stage `), len(words.FindAllString(body, -1)); marks == 0 || marks != n {
			t.Errorf("%s: %d marks, %d with a word and measures", address, marks, n)
		}
	}
	if a, b := s.html(t, "/territoires"), s.html(t, "/territoires?sujet=civil_society"); a == b {
		t.Error("both sides are one page")
	}
	if got := s.request("GET", "/territoires?sujet="+url.QueryEscape("<b>"), "Accept: "+browser).Code; got != 400 {
		t.Errorf("an unknown side: %d", got)
	}
}

// P08: whoever reads only the title, or a preview, knows which measure this is,
// whose site, and what the answer is.
func TestP08PagesNameTheirMeasureAndTheirOrganisation(t *testing.T) {
	s := newSite(t)
	id := browsertest.Fill(t, s.Rooms, s.Clock.Advance, 12).Newest()
	s.Web.Invalidate()
	constat := s.html(t, "/constats/"+id)
	for _, name := range []string{"<title>", `property="og:title" content="`, `property="og:description" content="`, `<nav class="crumb"`} {
		_, rest, _ := strings.Cut(constat, name)
		line, _, _ := strings.Cut(rest, "\n")
		if !regexp.MustCompile(`Mesure[\s\x{a0}][1-7]`).MatchString(line) {
			t.Errorf("%s does not name the measure: %s", name, line)
		}
	}
	if !strings.Contains(constat, "Ce que demande la mesure, en clair") {
		t.Error("the page does not say what the measure asks for")
	}
	measure := s.html(t, "/@mesure2")
	for _, page := range []string{constat, measure, s.html(t, "/")} {
		if strings.Contains(page, `og:site_name" content="Embraye"`) || strings.Contains(page, "· Embraye</title>") {
			t.Error("the site is called after the program")
		}
	}
	_, rest, _ := strings.Cut(measure, `property="og:description" content="`)
	description, _, _ := strings.Cut(rest, `"`)
	if !regexp.MustCompile(`^(Institutions|Société civile).:.(Oui|En partie|Pas encore|Non) dans \d+ (région|périmètre)`).MatchString(html.UnescapeString(description)) {
		t.Errorf("the measure's preview does not answer: %s", description)
	}
}

// P11: three marks a side at most, a sentence, and grammar for every count.
func TestP11HomeSaysItShortly(t *testing.T) {
	s := newSite(t)
	if body := s.html(t, "/"); strings.Contains(body, "0 mesure") {
		t.Error("an empty home counts nothing")
	}
	browsertest.Fill(t, s.Rooms, s.Clock.Advance, 1)
	s.Web.Invalidate()
	one, oneEnglish := s.html(t, "/"), s.html(t, "/?lang=en")
	if !strings.Contains(one, "1 mesure sur 7 a au moins un constat") {
		t.Error("after the first constat, French does not say « 1 mesure sur 7 a »")
	}
	if !strings.Contains(oneEnglish, "1 of 7 measures has at least one update") {
		t.Error("after the first constat, English does not say “1 of 7 measures has”")
	}
	s = newSite(t)
	browsertest.Fill(t, s.Rooms, s.Clock.Advance, 300)
	s.Web.Invalidate()
	for _, address := range []string{"/", "/?lang=en"} {
		body := s.html(t, address)
		lists := regexp.MustCompile(`(?s)<ul class="counts">(.*?)</ul>`).FindAllStringSubmatch(body, -1)
		if len(lists) == 0 || len(lists) != strings.Count(body, `<p class="say">`) {
			t.Errorf("%s: %d lists of marks, %d sentences", address, len(lists), strings.Count(body, `<p class="say">`))
		}
		for _, list := range lists {
			if n := strings.Count(list[1], "<li"); n == 0 || n > 3 {
				t.Errorf("%s: %d marks on one side", address, n)
			}
		}
	}
}

// html is a page as a browser gets it.
func (s *site) html(t *testing.T, address string) string {
	t.Helper()
	w := s.request("GET", address, "Accept: "+browser)
	if w.Code != 200 {
		t.Fatalf("%s: %d", address, w.Code)
	}
	return w.Body.String()
}
