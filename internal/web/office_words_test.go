package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

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
