package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

// codeWord is what a problem's code looks like.
var codeWord = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Every reason for which something typed is refused has a sentence in the
// catalogue: the codes are collected from the source.
func TestEveryProblemHasASentence(t *testing.T) {
	catalogue, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{}
	for _, dir := range []string{"../embraye", "../app", "../files", "../export", "../web"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				collectCodes(t, path, codes)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, known := range []string{"required", "frozen", "bad_date", "file_type", "not_csv", "switched_off", "too_short_at_least_10_characters", "no_known_column"} {
		if codes[known] == "" {
			t.Errorf("the code %s was not found in the source: the search is broken", known)
		}
	}
	for code, where := range codes {
		if !catalogue.Has("error." + code) {
			t.Errorf("%s: the code %q has no sentence error.%s", where, code, code)
		}
	}
}

// makers are the functions that take a code, and at which place.
var makers = map[string]int{"add": 1, "problem": 0, "badTable": 0, "refuse": 0, "invalid": 1, "wrong": 1, "wrongField": 1, "oneProblem": 1}

func collectCodes(t *testing.T, path string, codes map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	take := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && codeWord.MatchString(s) {
				codes[s] = path
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr: // Problem{Code: "…"}
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
				take(n.Value)
			}
		case *ast.AssignStmt: // code = "…"
			if name, ok := n.Lhs[0].(*ast.Ident); ok && name.Name == "code" {
				take(n.Rhs[0])
			}
		case *ast.ValueSpec: // CodeEmpty = "…"
			for i, name := range n.Names {
				if strings.HasPrefix(name.Name, "Code") && i < len(n.Values) {
					take(n.Values[i])
				}
			}
		case *ast.CallExpr: // v.add("field", "code", …)
			name := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			if i, ok := makers[name]; ok && i < len(n.Args) {
				take(n.Args[i])
			}
		}
		return true
	})
}

// recorded finds the actions that use cases write into the audit log.
var recorded = regexp.MustCompile(`\b(?:Record|RecordDetail|change|onDeliveries)\([^"\n]*"([a-z_.]+)"[,)]`)

// Every decision of the audit log has words.
func TestEveryDecisionHasWords(t *testing.T) {
	catalogue, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../app/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range recorded.FindAllStringSubmatch(string(source), -1) {
			found[m[1]] = true
			if !catalogue.Has("office.act." + m[1]) {
				t.Errorf("%s: the decision %q has no words office.act.%s", name, m[1], m[1])
			}
		}
	}
	for _, known := range []string{"setup", "draft.import", "person.role", "deliveries.retry", "update.withdraw"} {
		if !found[known] {
			t.Errorf("the decision %s was not found in the source: the search is broken", known)
		}
	}
}

var scripts = regexp.MustCompile(`(?s)<script.*?</script>`)

// What people read has the apostrophe that sentences have, also in the names of
// measures and places; what programs read has them as they are written.
func TestNamesHaveTheApostropheOfSentences(t *testing.T) {
	s := newSite(t)
	s.withMail()
	in := sampleInput("Un appel à communs est ouvert")
	in.Measure, in.Territory = "m1", "FR-PAC"
	published, err := s.Constats.Publish(t.Context(), embraye.Operator(), in)
	if err != nil {
		t.Fatal(err)
	}
	constat := "/constats/" + published.Update.ID
	var straight []string
	keep := func(text embraye.Text) {
		for _, name := range text {
			if strings.Contains(name, "'") {
				straight = append(straight, name)
			}
		}
	}
	for _, m := range s.App.Reference().Measures {
		keep(m.Title)
		keep(m.Summary)
	}
	for _, place := range s.App.Territories.All() {
		keep(place.Name)
	}
	if len(straight) < 8 {
		t.Fatalf("only %d names with an apostrophe: the search is broken", len(straight))
	}
	admin := s.as("ada", embraye.Admin)
	draft := s.newDraft(s.person("edith", embraye.Editor), "Un brouillon")
	pages := []string{"/", "/@mesure1", "/@mesure7", "/@mesure1/FR-PAC", "/@mesure1/embed", constat, pinnedPath(t, s), "/territoires", "/territoires/FR-PAC", "/chronologie", "/comprendre",
		"/suivre", "/suivre/courriel", "/journal", "/office", "/office/constats", "/office/constats/new", "/office" + constat, "/office/drafts/" + strconv.FormatInt(draft.ID, 10),
		"/office/elsewhere", "/office/organisation", "/office/reviews", "/office/import", "/office/followers", "/office/deliveries"}
	for _, path := range pages {
		for _, lang := range []string{"fr", "en"} {
			w := admin.get(path+"?lang="+lang, "Accept: "+browser)
			if w.Code != http.StatusOK {
				t.Errorf("%s: %d", path, w.Code)
			}
			shown := html.UnescapeString(scripts.ReplaceAllString(w.Body.String(), ""))
			for _, name := range straight {
				if at := strings.Index(shown, name); at >= 0 {
					t.Errorf("%s in %s: …%s…", path, lang, shown[max(0, at-80):at+len(name)])
				}
			}
		}
	}
	for path, name := range map[string]string{"/donnees/constats.csv": "Reconnaître et soutenir le libre et l'ouvert", "/donnees/constats.json": "Provence-Alpes-Côte d'Azur", "/@mesure1/feed.json": "soutenir le libre et l'ouvert"} {
		if got := s.get(path, ""); !strings.Contains(got.Body.String(), name) {
			t.Errorf("%s has no %q", path, name)
		}
	}
	if got := s.Letters.Subject("fr", "m1", "FR-PAC") + s.Letters.Subject("en", "m7", "FR-PAC"); strings.Contains(got, "'") {
		t.Errorf("a mail has %q", got)
	}
}
