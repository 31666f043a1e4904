// Package internal holds no code; its test holds the shape of the program: an
// import points to a lower row of the table, never sideways, never up.
package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "embraye/"

// rows is the table. A new package needs a row: think about which before
// adding it.
func rows() map[string]int {
	table := [][]string{
		1:  {"internal/embraye", "internal/httpsig", "internal/locale", "internal/jsonshape", "internal/proof", "internal/translog", "internal/openssl", "internal/totp", "internal/activitypub/streams", "migrations"},
		2:  {"internal/markup"},
		3:  {"internal/store", "internal/remote", "internal/mail", "internal/activitypub", "internal/files", "internal/export", "internal/draw", "internal/chatons", "internal/passkey", "internal/archive", "configs"},
		4:  {"internal/app", "internal/web/answer", "internal/backup", "internal/blocklist", "internal/leave", "internal/settings", "internal/verify"},
		5:  {"internal/app/directory", "internal/web/page", "internal/check"},
		6:  {"internal/app/constats", "internal/app/talk", "internal/app/organisation", "internal/app/peers", "internal/app/reviews", "internal/app/alarm", "internal/app/letters", "internal/app/evidence", "internal/app/witness"},
		7:  {"internal/app/inbox", "internal/app/drafts", "internal/app/people"},
		8:  {"internal/web/office", "internal/web/site", "internal/web/voices", "internal/web/open", "internal/web/fed", "internal/web/reviews", "internal/web/letters", "internal/web/chatons", "internal/web/proofs", "internal/web/journal", "internal/web/verifier", "internal/delivery", "internal/jobs", "internal/app/gather"},
		9:  {"internal/web/office/constats", "internal/web/office/reviews", "internal/web/office/talk", "internal/web/office/people", "internal/web/office/organisation", "internal/web/office/peers", "internal/web/office/proofs"},
		10: {"internal/web"},
		11: {"internal/instance"},
		12: {"cmd/embraye"},
	}
	rows := map[string]int{}
	for row, packages := range table {
		for _, p := range packages {
			rows[p] = row
		}
	}
	return rows
}

// helpers may import anything and are imported by tests alone.
func helpers() []string {
	return []string{"internal/storetest", "internal/s3test", "internal/logtest", "internal/fedtest", "internal/apptest", "internal/browsertest", "internal/web/office/officetest"}
}

// owners says which libraries may be known by which packages only, so that each
// can be replaced by touching one folder.
func owners() map[string][]string {
	return map[string][]string{
		"github.com/go-fed/activity":          {"internal/activitypub", "internal/activitypub/streams"},
		"gorm.io":                             {"internal/store"},
		"github.com/go-chi/chi":               {"internal/web", "internal/web/answer"},
		"github.com/riverqueue":               {"internal/jobs", "internal/store"},
		"github.com/chromedp":                 {"internal/browsertest", "internal/web/office/officetest"},
		"github.com/goccy/go-yaml":            {"configs"},
		"code.dny.dev/ssrf":                   {"internal/remote"},
		"filippo.io/age":                      {"internal/backup"},
		"github.com/minio/minio-go":           {"internal/files"},
		"github.com/ebitengine/purego":        {"internal/openssl"},
		"github.com/go-webauthn":              {"internal/passkey"},
		"golang.org/x/mod/sumdb":              {"internal/translog", "internal/store"},
		"github.com/piglig/go-qr":             {"internal/web/office/people"},
		"github.com/microcosm-cc/bluemonday":  {"internal/markup"},
		"github.com/yuin/goldmark":            {"internal/markup"},
		"github.com/prometheus/client_golang": {"cmd/embraye", "internal/web", "internal/delivery", "internal/app"},
	}
}

// foundations import the standard library and what is listed, nothing else. The
// domain compares what people type, and Unicode writes the same word in several
// ways: that is for its own tables (x/text), not for a list of ours.
func foundations() map[string][]string {
	return map[string][]string{
		"internal/embraye":   {"golang.org/x/net/idna", "golang.org/x/text/unicode/norm"},
		"internal/httpsig":   nil,
		"internal/locale":    {"golang.org/x/text"},
		"internal/jsonshape": nil,
		"internal/proof":     nil,
		"internal/translog":  {"golang.org/x/mod/sumdb"},
		"internal/totp":      nil,
		"migrations":         nil,
	}
}

// source is one Go file: the folder of its package and what it imports.
type source struct {
	pkg, file string
	test      bool
	imports   []string
}

// The README draws the table for who arrives.
func TestTheReadmeDrawsEveryRow(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[string][]string{}
	for line := range strings.Lines(string(readme)) {
		words := strings.Fields(line)
		if len(words) > 1 && words[0] == "row" {
			drawn[words[1]] = words[2:]
		} else if len(words) > 0 && words[0] == "tests" {
			drawn["tests"] = words[1:]
		}
	}
	for pkg, row := range rows() {
		if name := strings.TrimPrefix(pkg, "internal/"); !slices.Contains(drawn[strconv.Itoa(row)], name) {
			t.Errorf("the README does not draw %s in row %d", name, row)
		}
	}
	for _, pkg := range helpers() {
		if name := strings.TrimPrefix(pkg, "internal/"); !slices.Contains(drawn["tests"], name) {
			t.Errorf("the README does not draw %s among what tests use", name)
		}
	}
}

func TestEveryImportPointsToALowerRow(t *testing.T) {
	rows := rows()
	for _, s := range sources(t) {
		if s.test || slices.Contains(helpers(), s.pkg) {
			continue
		}
		row, ok := rows[s.pkg]
		if !ok {
			t.Errorf("%s: package %s has no row in the table", s.file, s.pkg)
			continue
		}
		for _, imported := range s.imports {
			own, ok := strings.CutPrefix(imported, module)
			if !ok {
				continue
			}
			if slices.Contains(helpers(), own) {
				t.Errorf("%s imports %s, which is for tests alone", s.file, own)
			} else if other, ok := rows[own]; !ok {
				t.Errorf("%s imports %s, which has no row in the table", s.file, own)
			} else if other >= row {
				t.Errorf("%s (row %d) imports %s (row %d)", s.file, row, own, other)
			}
		}
	}
}

func TestLibrariesAreKnownByTheirOwnersOnly(t *testing.T) {
	for _, s := range sources(t) {
		if slices.Contains(helpers(), s.pkg) {
			continue
		}
		for library, packages := range owners() {
			if slices.ContainsFunc(s.imports, within(library)) && !slices.Contains(packages, s.pkg) {
				t.Errorf("%s imports %s, which belongs to %s", s.file, library, strings.Join(packages, ", "))
			}
		}
	}
}

func TestFoundationsNeedTheStandardLibraryOnly(t *testing.T) {
	for _, s := range sources(t) {
		allowed, ok := foundations()[s.pkg]
		if !ok || s.test {
			continue
		}
		for _, imported := range s.imports {
			first, _, _ := strings.Cut(imported, "/")
			if strings.Contains(first, ".") && !slices.ContainsFunc(allowed, func(a string) bool { return within(a)(imported) }) {
				t.Errorf("%s imports %s", s.file, imported)
			}
		}
	}
}

// within matches a module and everything in it.
func within(library string) func(string) bool {
	return func(imported string) bool {
		return imported == library || strings.HasPrefix(imported, library+"/")
	}
}

// sources reads the imports of every Go file of the module. The files are
// parsed here and not listed by a command, so that the test's cache sees them.
func sources(t *testing.T) []source {
	t.Helper()
	root := os.DirFS("..")
	var list []source
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "data") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" || name == "internal/imports_test.go" {
			return nil
		}
		list = append(list, parse(t, name))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 20 {
		t.Fatalf("only %d Go files found", len(list))
	}
	return list
}

func parse(t *testing.T, name string) source {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(name)), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	s := source{pkg: path.Dir(name), file: name, test: strings.HasSuffix(name, "_test.go")}
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		s.imports = append(s.imports, imported)
	}
	return s
}
