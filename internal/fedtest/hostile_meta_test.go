package fedtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// wantedNumbers are the cases that the federation has to show: F001 to
// F137, F148 to F166, F171 to F179 and the faults; the numbers have gaps.
const wantedNumbers = `
	F001 F002 F003 F004 F006 F008 F009 F010 F013 F014 F015 F017 F018 F019 F020 F024 F025 F028 F029
	F030 F031 F032 F033 F036 F039 F040
	F041 F042 F043 F044 F048 F049 F050 F051 F054 F055 F056
	F057 F058 F059 F061 F063 F064 F065 F068 F069 F071 F072 F073 F074 F075 F077 F079 F082 F083 F084
	F085 F086 F087 F091 F092 F093
	F094 F097 F098 F099 F100 F102 F103 F105 F106 F108 F109
	F110 F112 F113 F115 F116 F117 F119 F120 F122
	F123 F124 F126 F127 F129 F133 F134 F135 F136 F137
	F148 F150 F152 F153 F154 F155 F157 F158 F159 F161 F163
	F164 F166
	F171 F172 F174 F175 F177 F179
	FT01 FT02 FT07 FT11 FT12 FT18 FT19 FT20 FT21 FT22 FT23 FT25 FT29`

// later are cases of parts that are not there yet.
var later = map[string]string{
	"F138": "content shown to people: with the public pages", "F139": "with the public pages", "F140": "with the public pages",
	"F143": "with the public pages", "F145": "with the public pages", "F146": "with the public pages", "F147": "with the public pages",
	"F167": "blocking on a running system: with the back office", "F169": "import of block lists: with the back office",
	"F170": "allow-list mode: with the back office",
}

// TestHostileNumbers: every number is a row, or a test elsewhere that is really
// there, or named as a later part.
func TestHostileNumbers(t *testing.T) {
	wanted := strings.Fields(wantedNumbers)
	have := make(map[string]bool)
	for _, r := range table() {
		have[r.number] = true
		switch {
		case (r.run == nil) == (r.elsewhere == ""):
			t.Errorf("%s %s has to run here or elsewhere", r.number, r.name)
		case r.elsewhere != "":
			if !testedIn(t, r.elsewhere, r.number) {
				t.Errorf("%s %s: no test in %s has the number", r.number, r.name, r.elsewhere)
			}
		}
		if !slices.Contains(wanted, r.number) && later[r.number] == "" {
			t.Errorf("%s %s is not a number of this part", r.number, r.name)
		}
	}
	for _, n := range wanted {
		if !have[n] {
			t.Errorf("%s is neither a row nor elsewhere", n)
		}
		if later[n] != "" {
			t.Errorf("%s is both here and later", n)
		}
	}
}

// testedIn looks for a test function of a package that carries the number in
// its name, in its comment or in the name of one of its cases.
func testedIn(t *testing.T, folder, number string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile(fmt.Sprintf(`(\b|Test)%s(\b|[A-Z_])`, number))
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Test") && names(fn, word) {
				return true
			}
		}
	}
	return false
}

func names(fn *ast.FuncDecl, word *regexp.Regexp) bool {
	found := word.MatchString(fn.Name.Name) || fn.Doc != nil && word.MatchString(fn.Doc.Text())
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && word.MatchString(lit.Value) {
			found = true
		}
		return !found
	})
	return found
}
