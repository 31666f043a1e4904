package web_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"embraye/internal/browsertest"
)

// The budget of a public page, its stylesheet included (the mémoire,
// which is long by nature, excepted).
const (
	mostElements = 400
	mostRequests = 4
	mostBytes    = 60_000
)

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
	id := browsertest.Fill(t, s.Rooms, s.Clock.Advance, 300).Newest()
	s.Web.Invalidate()
	constat := "/constats/" + id
	var list []weight
	for _, page := range []struct {
		path, key string
		exempt    bool
	}{
		{"/", "home", false}, {"/@mesure2", "measure", false}, {"/@mesure2/FR-BRE", "place", false}, {"/territoires/FR-BRE", "territory", false},
		{constat, "constat", false}, {constat + "/versions", "versions", false}, {"/chronologie", "timeline", false}, {"/territoires", "matrix", false},
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
	more := "?"
	if strings.Contains(path, "?") {
		more = "&"
	}
	w := s.request("GET", path+more+"lang="+lang, "Accept: "+browser)
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
		if err := os.WriteFile("site/weights.json", append(body, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	published, err := os.ReadFile("site/weights.json")
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
