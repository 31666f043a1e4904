package fedtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var ruleNumber = regexp.MustCompile(`(Interop|TopA|TopB)([0-9]{2})(?:[^0-9]|$)`)

// TestInteropNumbers: every decision and every demand is a row of rules, or in
// the name of a test, and every test that a row names exists. That every
// recorded message is sent is in TestExamplesAreAllPlayed.
func TestInteropNumbers(t *testing.T) {
	tests := testNames(t)
	have := map[string]bool{}
	for name := range tests {
		for _, m := range ruleNumber.FindAllStringSubmatch(name, -1) {
			have[m[1]+m[2]] = true
		}
	}
	for _, r := range rules() {
		have[r.number] = true
		if n := count(r.run != nil, r.elsewhere != "", r.later != ""); n != 1 {
			t.Errorf("%s has to run here, or elsewhere, or later", r.number)
		}
		if r.elsewhere != "" && !tests[r.elsewhere] {
			t.Errorf("%s: there is no %s", r.number, r.elsewhere)
		}
	}
	for kind, last := range map[string]int{"Interop": 27, "TopA": 25, "TopB": 25} {
		for n := 1; n <= last; n++ {
			if number := fmt.Sprintf("%s%02d", kind, n); !have[number] {
				t.Errorf("%s is tested nowhere", number)
			}
		}
	}
}

func count(all ...bool) (n int) {
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}

// testNames are "folder TestName" of every test function of the project.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Test") {
				names[filepath.ToSlash(folder)+" "+f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
