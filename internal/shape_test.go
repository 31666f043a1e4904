package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What keeps the code livable: no type with chapters, no folder without a
// subject, functions that fit on a screen.
const (
	maxMethods   = 40 // of one type
	maxFiles     = 25 // of one folder, tests apart
	maxFunction  = 30 // lines, of 95 functions in a hundred
	functionsMin = 500
)

// large may have more than maxFiles files, and no more than written here: one
// file per table, per noun or per command is what one looks for there.
func large() map[string]int {
	return map[string]int{"internal/store": 105, "internal/embraye": 52, "cmd/embraye": 47}
}

// S01: what follows must not grow two folders until nobody finds their way.
func TestTypesFoldersAndFunctionsStaySmall(t *testing.T) {
	methods, files, lines := shape(t)
	for name, n := range methods {
		if n > maxMethods {
			t.Errorf("type %s has %d methods, more than %d", name, n, maxMethods)
		}
	}
	for folder, n := range files {
		if n > max(maxFiles, large()[folder]) {
			t.Errorf("folder %s has %d files, more than %d", folder, n, max(maxFiles, large()[folder]))
		}
	}
	if len(lines) < functionsMin {
		t.Fatalf("only %d functions found", len(lines))
	}
	slices.Sort(lines)
	if p95 := lines[len(lines)*95/100]; p95 > maxFunction {
		t.Errorf("5 functions in a hundred have %d lines or more, more than %d", p95, maxFunction)
	}
}

// shape counts the methods of types, the files of folders and the lines of
// functions, tests and what only tests import apart.
func shape(t *testing.T) (methods, files map[string]int, lines []int) {
	t.Helper()
	methods, files = map[string]int{}, map[string]int{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base, folder := path.Base(name), path.Dir(name)
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "data") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || slices.Contains(helpers(), folder) {
			return nil
		}
		files[folder]++
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join("..", filepath.FromSlash(name)), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			if fd, ok := decl.(*ast.FuncDecl); ok {
				lines = append(lines, fset.Position(fd.End()).Line-fset.Position(fd.Pos()).Line+1)
				if of := receiver(fd); of != "" {
					methods[folder+"."+of]++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return methods, files, lines
}

// receiver is the name of the type that a method is of, or "".
func receiver(fd *ast.FuncDecl) (name string) {
	if fd.Recv == nil {
		return ""
	}
	ast.Inspect(fd.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name
}
