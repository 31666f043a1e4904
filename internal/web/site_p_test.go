package web_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/browsertest"
	"embraye/internal/embraye"
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
	if !regexp.MustCompile(`^(Institutions|Société civile).:.(Oui|En partie|Pas encore|Non) dans \d+.(région|périmètre)`).MatchString(html.UnescapeString(description)) {
		t.Errorf("the measure's preview does not answer: %s", description)
	}
}

// P11: three marks a side at most, a sentence, and grammar for every count.
func TestP11HomeSaysItShortly(t *testing.T) {
	s := newSite(t)
	if body := s.html(t, "/"); says(body, "0 mesure") {
		t.Error("an empty home counts nothing")
	}
	browsertest.Fill(t, s.Rooms, s.Clock.Advance, 1)
	s.Web.Invalidate()
	one, oneEnglish := s.html(t, "/"), s.html(t, "/?lang=en")
	if !says(one, "1 mesure sur 7 a au moins un constat") {
		t.Error("after the first constat, French does not say « 1 mesure sur 7 a »")
	}
	if !says(oneEnglish, "1 of 7 measures has at least one update") {
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

// P07: forty constats that say « nothing found » this year hide no change of the
// past, and the chronology does not date facts by the day somebody looked.
func TestP07ChangeComesBeforeWhereSomebodyLooked(t *testing.T) {
	s := newSite(t)
	publish := func(territory string, c embraye.Content) {
		t.Helper()
		c.Language, c.Title, c.Summary = "fr", "Constat de "+territory, "Un texte d'essai, assez long pour un résumé."
		_, err := s.Constats.Publish(t.Context(), embraye.Operator(), constats.PublishInput{
			Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: territory}, Content: c})
		if err != nil {
			t.Fatal(err)
		}
	}
	publish("FR-BRE", embraye.Content{Stage: embraye.Announced, EffectiveDate: "2022-03", Evidence: []embraye.Evidence{{Type: "Link", Href: "https://preuves.example/1", Name: "Délibération"}}})
	for _, territory := range strings.Fields("FR-ARA FR-BFC FR-CVL FR-GES FR-HDF FR-IDF FR-NOR FR-NAQ") {
		publish(territory, embraye.Content{Stage: embraye.NoSign, Searched: []string{"recueil des actes"}})
	}
	page := s.html(t, "/@mesure2")
	_, picture, _ := strings.Cut(page, `<svg class="line"`)
	picture, table, _ := strings.Cut(picture, "</svg>\n<details>")
	for _, want := range []string{">2020<", `class="e`, ">Bretagne<"} {
		if !strings.Contains(picture, want) {
			t.Errorf("the timeline lacks %s", want)
		}
	}
	if row, _, _ := strings.Cut(table[strings.Index(table, "<tbody>"):], "</tr>"); !strings.Contains(row, "Bretagne") {
		t.Errorf("the table begins with %s", row)
	}
	text := s.html(t, "/chronologie")
	year, aside := strings.Index(text, "<h2>2022</h2>"), strings.Index(text, "Sans date de fait")
	if year < 0 || aside < year || strings.Contains(text, "<h2>"+s.Clock.Now().Format("2006")+"</h2>") {
		t.Errorf("the chronology has 2022 at %d and what has no date at %d", year, aside)
	}
}

// What people write is shown with the spaces of French, and kept and sent as it was
// written.
func TestNumbersStayOnTheirLine(t *testing.T) {
	s := newSite(t)
	_, constat := s.publish("Un fonds de 200 000 € : enfin !")
	const shown = "Un fonds de 200\u202f000\u00a0€\u00a0: enfin\u202f!"
	for _, path := range []string{constat, "/@mesure2", "/chronologie", constat + "/versions"} {
		if page := s.get(path, browser).Body.String(); !strings.Contains(page, shown) {
			t.Errorf("%s: not %q", path, shown)
		}
	}
	if note := s.get(constat, "application/activity+json").Body.String(); strings.ContainsAny(note, "\u202f") || !strings.Contains(note, "200 000 € : enfin !") {
		t.Errorf("the note is changed: %s", note)
	}
}
