package web_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"embraye/configs"
	"embraye/internal/app"
	"embraye/internal/embraye"
)

// The budget of a public page, its stylesheet included (the matrix and the
// mémoire, which are long by nature, excepted).
const (
	mostElements = 400
	mostRequests = 4
	mostBytes    = 60_000
)

// fill publishes 300 constats in the 18 regions: every measure, both subjects,
// all stages, some corrected.
func (s *site) fill() (id string) {
	s.t.Helper()
	places, err := configs.Territories()
	if err != nil {
		s.t.Fatal(err)
	}
	regions, stages := places.Regions(), embraye.Stages()
	for i := range 300 {
		s.Clock.Advance(time.Minute) // so that the newest is the same in every run
		region := regions[i%len(regions)]
		subject := embraye.Subjects()[(i/len(regions))%2]
		c := embraye.Content{Stage: stages[(i*5+i/7)%len(stages)], Title: fmt.Sprintf("Constat d'essai numéro %d, d'une longueur ordinaire", i+1),
			Summary:       "Texte d'essai de deux phrases. Il dit ce qui a changé, pour qui, et ce que la source permet d'affirmer sans aller plus loin.",
			EffectiveDate: embraye.Date(fmt.Sprintf("%d-%02d", 2020+i%6, 1+i%12)),
			Evidence:      []embraye.Evidence{{Href: fmt.Sprintf("https://preuves.example/%d", i), Name: "Délibération d'essai", Publisher: "Éditeur d'essai"}}}
		if c.Stage == embraye.NoSign {
			c.Searched = []string{"site de la région", "recueil des actes"}
		}
		scope := embraye.Scope{Measure: fmt.Sprintf("m%d", 1+(i/36)%7), Subject: subject, Territory: region.Code}
		if i < 36 {
			scope.Measure = "m2" // every region, both sides
		}
		if subject == embraye.BySubjectInstitution {
			scope.Institution = embraye.Institution{Name: "Institution d'essai de " + region.Name.In("fr"), Kind: "region"}
		}
		p, err := s.App.Publish(s.t.Context(), embraye.Operator(), app.PublishInput{Scope: scope, Content: c})
		if err != nil {
			s.t.Fatal(err)
		}
		if id = p.Update.ID; i == 299 {
			s.revise(id)
		}
	}
	return id
}

type weight struct {
	Path     string `json:"path"`
	Key      string `json:"key"`
	Kilobyte int    `json:"kB"`
	Requests int    `json:"requests"`
	Elements int    `json:"elements"`
}

func TestBudget(t *testing.T) {
	if testing.Short() {
		t.Skip("fills an instance")
	}
	s := newSite(t)
	id := s.fill()
	constat := "/constats/" + id
	var list []weight
	for _, page := range []struct {
		path, key string
		exempt    bool
	}{
		{"/", "home", false}, {"/@mesure2", "measure", false}, {"/@mesure2/FR-BRE", "place", false}, {"/territoires/FR-BRE", "territory", false},
		{constat, "constat", false}, {constat + "/versions", "versions", false}, {"/chronologie", "timeline", false}, {"/territoires", "matrix", true},
		{"/@organisation", "organisation", false}, {"/comprendre", "understand", false}, {"/comprendre/memoire", "memoire", true}, {"/suivre", "follow", false},
		{"/donnees", "data", false}, {"/journal", "journal", false},
	} {
		for _, lang := range []string{"fr", "en"} {
			w := s.weigh(t, page.path, lang)
			t.Logf("%-3s %-30s %5d elements %2d requests %3d kB", lang, page.key, w.Elements, w.Requests, w.Kilobyte)
			if !page.exempt && (w.Elements > mostElements || w.Requests > mostRequests || w.Kilobyte*1000 > mostBytes) {
				t.Errorf("%s in %s: %d elements, %d requests, %d kB", page.path, lang, w.Elements, w.Requests, w.Kilobyte)
			}
			if lang == "fr" {
				w.Key = "footprint.p." + page.key
				w.Path = strings.ReplaceAll(page.path, id, "…")
				list = append(list, w)
			}
		}
	}
	s.compareWeights(t, list)
}

// weigh counts what one page costs: its bytes and its stylesheet's, the page,
// its stylesheet, its icon and its pictures, its elements.
func (s *site) weigh(t *testing.T, path, lang string) weight {
	t.Helper()
	w := s.request("GET", path+"?lang="+lang, "Accept: "+browser)
	if w.Code != 200 {
		t.Fatalf("%s: %d", path, w.Code)
	}
	node, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	bytes, out := w.Body.Len(), weight{Path: path, Requests: 1}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			out.Elements++
			attr := map[string]string{}
			for _, a := range n.Attr {
				attr[a.Key] = a.Val
			}
			switch {
			case n.Data == "link" && attr["rel"] == "stylesheet":
				out.Requests++
				bytes += s.get(attr["href"], "").Body.Len()
			case n.Data == "link" && attr["rel"] == "icon", n.Data == "img", n.Data == "script" && attr["src"] != "":
				out.Requests++
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(node)
	out.Kilobyte = (bytes + 999) / 1000
	return out
}

// compareWeights holds the table of /ecoconception to what was measured. With
// EMBRAYE_TEST_WRITE_WEIGHTS it writes the table instead.
func (s *site) compareWeights(t *testing.T, list []weight) {
	t.Helper()
	body, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("EMBRAYE_TEST_WRITE_WEIGHTS") != "" {
		if err := os.WriteFile("weights.json", append(body, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	published, err := os.ReadFile("weights.json")
	if err != nil {
		t.Fatal(err)
	}
	var shown []weight
	if err := json.Unmarshal(published, &shown); err != nil || len(shown) != len(list) {
		t.Fatalf("%d pages in weights.json, %d measured, %v: run with EMBRAYE_TEST_WRITE_WEIGHTS=1", len(shown), len(list), err)
	}
	for i, w := range list {
		near := func(a, b int) bool { return a-b <= b/20+1 && b-a <= b/20+1 }
		if shown[i].Path != w.Path || !near(shown[i].Kilobyte, w.Kilobyte) || !near(shown[i].Elements, w.Elements) || shown[i].Requests != w.Requests {
			t.Errorf("/ecoconception shows %+v, measured %+v: run with EMBRAYE_TEST_WRITE_WEIGHTS=1", shown[i], w)
		}
	}
}
