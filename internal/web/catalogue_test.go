package web_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"embraye/internal/storetest"
)

type graphNode = map[string]any

// Every column that the Data Package names stands in its file, in its order, and
// what a column may hold is what it holds.
func TestDataPackageDescribesTheFiles(t *testing.T) {
	s := newSite(t)
	s.revise(s.exhibit(s.upload(pngBytes(t), "a.png")))
	var doc struct {
		Schema    string `json:"$schema"`
		Resources []struct {
			Name, Path, Mediatype, Title, Description string
			Schema                                    struct {
				Fields []struct {
					Name, Type, Description string
					Constraints             struct{ Enum []string }
				}
				PrimaryKey, MissingValues []string
			}
		}
	}
	w := s.get("/donnees/datapackage.json", "*/*")
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != http.StatusOK || len(doc.Resources) != 3 || !strings.Contains(doc.Schema, "/2.0/") || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("%d %v\n%s", w.Code, err, w.Body)
	}
	for _, r := range doc.Resources {
		file := s.get("/donnees/"+r.Path, "*/*")
		lines, err := csv.NewReader(file.Body).ReadAll()
		if err != nil || !strings.HasPrefix(file.Header().Get("Content-Type"), r.Mediatype) || r.Title == "" || r.Description == "" {
			t.Fatalf("%s: %v, %s", r.Path, err, file.Header().Get("Content-Type"))
		}
		for _, line := range lines[1:] {
			for i, f := range r.Schema.Fields {
				cell := line[i]
				wrong := f.Type == "boolean" && cell != "true" && cell != "false" || len(f.Constraints.Enum) > 0 && cell != "" && !slices.Contains(f.Constraints.Enum, cell) ||
					slices.Contains(r.Schema.PrimaryKey, f.Name) && cell == "" || f.Type == "datetime" && cell != "" && !strings.HasSuffix(cell, "Z")
				if wrong {
					t.Errorf("%s, %s: %q is no %s of %v", r.Path, f.Name, cell, f.Type, f.Constraints.Enum)
				}
			}
		}
		var names []string
		for _, f := range r.Schema.Fields {
			names = append(names, f.Name)
			if f.Description == "" || strings.Contains(f.Description, "data.") {
				t.Errorf("%s, %s: described as %q", r.Path, f.Name, f.Description)
			}
		}
		if !slices.Equal(names, lines[0]) || !slices.Equal(r.Schema.MissingValues, []string{""}) {
			t.Errorf("%s has columns\n%v, said to have\n%v", r.Path, lines[0], names)
		}
	}
}

// readPackage has npm's datapackage read every row of every file as its columns
// are described.
const readPackage = `const {Package} = require(process.argv[1])
Package.load(process.argv[2]).then(async p => {
	if (!p.valid) throw p.errors
	for (const r of p.resources) console.log(r.name, (await r.read()).length)
}).catch(e => { console.log(e, e.errors); process.exit(1) })`

func TestDataPackageIsRead(t *testing.T) {
	judge := os.Getenv("EMBRAYE_TEST_DATAPACKAGE")
	if judge == "" {
		storetest.Require(t, "datapackage", "set EMBRAYE_TEST_DATAPACKAGE to its folder")
	}
	s := newSite(t)
	id := s.exhibit(s.upload(pngBytes(t), "a.png"))
	s.revise(id)
	s.withdraw(id)
	s.publish("Un appel à communs est ouvert")
	dir := t.TempDir()
	for _, name := range []string{"datapackage.json", "constats.csv", "avis.csv", "organisations.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), s.get("/donnees/"+name, "*/*").Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := exec.CommandContext(t.Context(), "node", "-e", readPackage, judge, "datapackage.json")
	read.Dir = dir
	said, err := read.CombinedOutput()
	if err != nil || string(said) != "constats 3\navis 0\norganisations 1\n" {
		t.Errorf("%v\n%s", err, said)
	}
}

// What udata's harvester demands (udata/harvest/backends/dcat.py and
// core/dataset/rdf.py): the context inline, one node about the page, every node
// that is named on it, an identifier and a title for each dataset, an address for
// each distribution, no period that has to be fetched.
func TestCatalogueForHarvesters(t *testing.T) {
	s := newSite(t)
	s.publish("Un appel à communs est ouvert")
	var doc struct {
		Context map[string]string `json:"@context"`
		Graph   []graphNode       `json:"@graph"`
	}
	w := s.get("/catalog.jsonld", "*/*")
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Header().Get("Content-Type") != "application/ld+json" {
		t.Fatalf("%v, %v", err, w.Header())
	}
	if head := s.request("HEAD", "/catalog.jsonld"); head.Code != http.StatusOK || head.Header().Get("Content-Type") != "application/ld+json" {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
	nodes, kinds := map[string]graphNode{}, map[string]int{}
	for _, n := range doc.Graph {
		nodes[n["@id"].(string)] = n
		kinds[n["@type"].(string)]++
	}
	if kinds["hydra:PartialCollectionView"] != 1 || kinds["dcat:Catalog"] != 1 || kinds["dcat:Dataset"] != 3 || kinds["dcat:Distribution"] != 6 {
		t.Errorf("nodes: %v", kinds)
	}
	named := func(v any) graphNode { return nodes[v.(graphNode)["@id"].(string)] }
	for _, n := range doc.Graph {
		for key := range n {
			prefix, _, _ := strings.Cut(key, ":")
			if !strings.HasPrefix(key, "@") && doc.Context[prefix] == "" {
				t.Errorf("%s is not in the context", key)
			}
		}
		switch n["@type"] {
		case "dcat:Catalog":
			if list := n["dcat:dataset"].([]any); len(list) != 3 || named(list[0]) == nil || named(n["dct:publisher"]) == nil {
				t.Errorf("the catalogue: %v", n)
			}
		case "dcat:Dataset":
			if n["dct:identifier"] == "" || n["dct:title"] == "" || named(n["dct:publisher"]) == nil || named(n["dcat:contactPoint"])["vcard:fn"] == "" {
				t.Errorf("a dataset: %v", n)
			}
			if modified := n["dct:modified"].(graphNode)["@value"].(string); !strings.HasPrefix(modified, "20") || modified > s.Clock.Now().UTC().Format("2006-01-02T15:04:05Z") {
				t.Errorf("changed %s", modified)
			}
			if _, fetched := n["dct:temporal"].(graphNode)["@id"]; fetched {
				t.Errorf("a period to fetch: %v", n)
			}
			for _, d := range n["dcat:distribution"].([]any) {
				file := named(d)
				address := file["dcat:downloadURL"].(graphNode)["@id"].(string)
				got := s.get(strings.TrimPrefix(address, base), "*/*")
				if got.Code != http.StatusOK || !strings.HasPrefix(got.Header().Get("Content-Type"), file["dcat:mediaType"].(string)) {
					t.Errorf("%s: %d %s", address, got.Code, got.Header().Get("Content-Type"))
				}
			}
		}
	}
}
