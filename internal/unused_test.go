package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// forTests are exported functions that nothing but tests and libraries calls.
func forTests() []string {
	return []string{
		"Unwrap", "Collect", "TableName", "LogMode", "ParamsFilter", "SupportsListener", "NextRetry", "WebAuthnID", "WebAuthnName", "WebAuthnDisplayName", "WebAuthnCredentials", // errors, Prometheus, GORM, River and the library of passkeys call them
		"EndSessionsOf", "SQLTx", "OfActivity", "ListOf", // hands and eyes of tests that turn one wheel, and what jobs hold on to
	}
}

// S05: what nobody calls is not kept, by name: two functions of one name count
// as called if one is. River calls what jobs have.
func TestS05NothingExportedIsForTestsAlone(t *testing.T) {
	declared, used := map[string]int{}, map[string]int{}
	goFiles(t, func(name string, f *ast.File) {
		if strings.HasSuffix(name, "_test.go") || slices.ContainsFunc(helpers(), func(h string) bool { return path.Dir(name) == h }) || path.Dir(name) == "internal/jobs" {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.IsExported() {
					declared[n.Name.Name]++
				}
			case *ast.Ident:
				used[n.Name]++
			}
			return true
		})
	})
	templates := templateText(t)
	for name, n := range declared {
		idle := used[name] <= n && !strings.Contains(templates, "."+name)
		if known := slices.Contains(forTests(), name); idle && !known {
			t.Errorf("nothing calls %s", name)
		} else if !idle && known {
			t.Errorf("%s is called: it needs no exception", name)
		}
	}
}

// unpublished finds citations of documents that are not in the repository.
var unpublished = regexp.MustCompile(`CONTRACT \d|SECURITY [A-Z]*\d|INTEROP [A-Z]|PRODUCT \d|ARCHITECTURE \d|LIBRARIES \d`)

// S05: a comment names what its reader can open: a FEP, an RFC, a server, a
// decision of FEDERATION.md (INTEROP 0.n), a case with a test (F, W, FT).
func TestS05CommentsCiteWhatIsThere(t *testing.T) {
	goFiles(t, func(name string, f *ast.File) {
		for _, group := range f.Comments {
			if cited := unpublished.FindString(group.Text()); cited != "" {
				t.Errorf("%s cites %q", name, cited)
			}
		}
	})
}

func goFiles(t *testing.T, visit func(name string, f *ast.File)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(name)), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil {
			visit(name, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func templateText(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(".."), "internal/web", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) == ".go" {
			return err
		}
		b, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		all.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
