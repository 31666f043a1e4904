package internal

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// trials are the faults that the program showed when it was tried out: each is
// a kind with a number, and whoever mends one leaves a test named by it.
func trials() map[string]int {
	return map[string]int{
		"T": 22, // loses, corrupts or silences
		"K": 26, // spreadsheets, files, sign-in, the wire
		"N": 7,  // servers that were followed through
		"P": 15, // what people see
		"H": 12, // what hosts see
		"S": 8,  // the code itself
	}
}

// untested are the numbers without a test, and why. What is mended leaves this
// list and finds a test.
func untested() map[string]string {
	const none = "no fault has this number"
	return map[string]string{
		"K02": none, "K09": none, "K13": none, "K16": none, "K18": none, "K22": none, "K25": none,
		"S06": "what .ci/run does",
	}
}

func TestEveryNumberOfTheTrialHasATest(t *testing.T) {
	tested := numbersOfTests(t)
	for letter, last := range trials() {
		for n := 1; n <= last; n++ {
			number := fmt.Sprintf("%s%02d", letter, n)
			why, excused := untested()[number]
			switch {
			case tested[number] && excused:
				t.Errorf("%s has a test; the list says %q", number, why)
			case !tested[number] && !excused:
				t.Errorf("%s: no test has this number in its name", number)
			}
		}
	}
}

// faults are the numbers of what breaks around a program: the machine, the
// database, the clock, the peers. They have no list of exceptions. Some tests need
// the tag faults (CONTRIBUTING).
func faults() []string {
	return strings.Fields("FT01 FT02 FT03 FT05 FT06 FT07 FT08 FT11 FT12 FT13 FT16 FT18 FT19 FT20 FT21 FT22 FT23 FT25 FT27 FT28 FT29 FT30 FT32")
}

func TestEveryFaultHasATest(t *testing.T) {
	tested := numbersOfTests(t)
	for _, number := range faults() {
		if !tested[number] {
			t.Errorf("%s: no test has this number in its name", number)
		}
	}
}

var trialNumber = regexp.MustCompile(`(?:^|[^A-Z])([TKNPHS]\d\d|FT\d\d)(?:\D|$)`)

// numbersOfTests reads the names of tests, of what they run, and of the rows of
// their tables: any text that starts with a number.
func numbersOfTests(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || name != "." && strings.HasPrefix(path.Base(name), ".")) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, "_test.go") && name != "internal/numbers_test.go" {
			addNumbers(t, found, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// addNumbers finds the numbers in the names and comments of a file's tests and
// in texts of its code that start with one.
func addNumbers(t *testing.T, found map[string]bool, name string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(name)), nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if after, ok := strings.CutPrefix(n.Name.Name, "Test"); ok && n.Recv == nil {
				for _, m := range trialNumber.FindAllStringSubmatch(after+" "+n.Doc.Text(), -1) {
					found[m[1]] = true
				}
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && len(n.Value) > 4 {
				if m := trialNumber.FindStringSubmatch(n.Value[1:]); m != nil && strings.HasPrefix(n.Value[1:], m[1]) {
					found[m[1]] = true
				}
			}
		}
		return true
	})
}
