package export

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"embraye/internal/embraye"

	"golang.org/x/text/unicode/norm"

	"github.com/google/go-cmp/cmp"
)

// The tables of testdata are as real spreadsheets wrote them.

func readFile(t *testing.T, name string) *Import {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, string(data))
}

// good is the line that most of the tables hold.
func good(line int) ImportLine {
	return ImportLine{Line: line,
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE", Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: "Appel à communs ouvert", Summary: "La région ouvre un appel.", EffectiveDate: "2024-06-12",
			Evidence: []embraye.Evidence{{Type: "Link", Href: "https://www.bretagne.bzh/", Name: "Site de la région"}}}}
}

func wantLines(t *testing.T, got *Import, want ...ImportLine) {
	t.Helper()
	if diff := cmp.Diff(&Import{Lines: want}, got); diff != "" {
		t.Error(diff)
	}
}

func titled(line int, title string) ImportLine {
	l := good(line)
	l.Content.Title = title
	return l
}

func TestK01TheSeparatorLineIsObeyed(t *testing.T) {
	wantLines(t, readFile(t, "csv-sep-line.csv"), good(3))
	for name, table := range map[string]string{
		"comma":                "sep=,\nmesure,titre\n2,\"a;b\"\n",
		"tab":                  "SEP=\t\nmesure\ttitre\n2\ta;b\n",
		"bar":                  "\ufeffsep=|\r\nmesure|titre\r\n2|a;b\r\n",
		"quoted":               "\"sep=,\"\nmesure,titre\n2,a;b\n",
		"saved again":          "sep=,,,,\nmesure,titre\n2,a;b\n",
		"no sign":              "sep=\nmesure,titre\n2,a;b\n",
		"more of another sign": "sep=,\nmesure,titre;;;,,;;\n2,a;b\n",
	} {
		got := read(t, table)
		if len(got.Lines) != 1 || got.Lines[0].Content.Title != "a;b" || got.Lines[0].Line != 3 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := read(t, "sep=x;mesure\nnon;2\n"); len(got.Lines) != 1 || !slices.Equal(got.Ignored, []string{"sep=x"}) {
		t.Errorf("a column's name was taken for the line: %+v", got)
	}
}

func TestK03AQuotationMarkInACellIsACharacter(t *testing.T) {
	wantLines(t, readFile(t, "csv-bare-quote.csv"), good(2), titled(3, `Le "plan" national`), good(4))
	wantLines(t, readFile(t, "csv-inch-quote.csv"), good(2), titled(3, `Écran 24"`), good(4))
	for cell, want := range map[string]string{
		`"Plan" national`: `"Plan" national`, `"Écran" 24"`: `"Écran" 24"`, `"a ""b"" c"`: `a "b" c`, ` "a;b" `: "a;b", `""`: "", `""""`: `"`, `a""b`: `a""b`,
		`"un` + "\n" + `deux"`: "un deux", `"a","b"`: `"a","b"`, "«\u00a0x\u00a0»": "« x »",
	} {
		got := read(t, "mesure;titre;sujet\n2;"+cell+";institution\n3;c;institution\n")
		if len(got.Lines) != 2 || got.Lines[0].Content.Title != want || got.Lines[0].Scope.Subject != embraye.BySubjectInstitution || got.Lines[1].Content.Title != "c" {
			t.Errorf("%s: %+v", cell, got.Lines)
		}
	}
}

func TestK03TheLineThatCannotBeSplitIsNamed(t *testing.T) {
	for table, want := range map[string]string{
		"mesure;titre\n2;a\n2;\"b\n2;c\n":                      "3",
		"mesure;titre\n2;a\n\n2;\"Le plan; suite\" national\n": "4",
		"mesure;titre;texte\n2;\"un\ndeux\";\"trois\n":         "3",
		"sep=;\nmesure;titre\n2;\"b\n":                         "3",
		"mesure;titre\n2;\"b\n2;\"c\"\n":                       "2",
	} {
		_, err := importer(t).Read(strings.NewReader(table))
		var invalid *embraye.InvalidError
		if !errors.As(err, &invalid) || invalid.Problems[0].Code != "open_quote" || invalid.Problems[0].Value != want {
			t.Errorf("%q: %v, want line %s", table, err, want)
		}
	}
}

func TestK04EmptySurplusIsNoCell(t *testing.T) {
	wantLines(t, readFile(t, "csv-trailing-empty-cells-longer.csv"), good(2))
	for table, refused := range map[string]bool{"2;t;\u00a0;\u200b;;\n": false, "2;t;;;x;\n": true, "2;t;;;\"\";\n": false} {
		got := read(t, "mesure;titre;;\n"+table)
		if found := slices.ContainsFunc(got.Lines[0].Problems, func(p embraye.Problem) bool { return p.Code == "too_many_cells" }); found != refused {
			t.Errorf("%q: %+v", table, got.Lines[0].Problems)
		}
	}
}

func TestK05DecomposedAccents(t *testing.T) {
	wantLines(t, readFile(t, "csv-nfd-header.csv"), good(2))
	wantLines(t, readFile(t, "csv-nfd-values.csv"), good(2))
	// Every word of the lists and every column, decomposed.
	im := importer(t)
	words := im.words()
	for _, lang := range []string{"fr", "en"} {
		for _, s := range embraye.Stages() {
			if got := choose(words.stages, norm.NFD.String(im.Catalogue.T(lang, "stage."+string(s)))); got != s {
				t.Errorf("%s %s is read as %s", lang, s, got)
			}
		}
		for _, name := range templateNames() {
			if _, err := im.head([]string{norm.NFD.String(strings.ToUpper(columnName(im.Catalogue, lang, name)))}); err != nil {
				t.Errorf("%s: column %s: %v", lang, name, err)
			}
		}
	}
}

func TestK06InvisibleSpacesInCells(t *testing.T) {
	wantLines(t, readFile(t, "csv-zwsp-values.csv"), good(2))
	want := good(2)
	want.Scope.Institution.SIREN = "233500016"
	wantLines(t, readFile(t, "csv-siren-nbsp.csv"), want)
	got := read(t, "\u200bmesure\u00a0;\u202fsu\u00adjet;\ufeffterritoire\n\u00a0m\u200b2;société\u00a0civile\u2060;\u200eFR-\u200bBRE\u202f\n")
	if l := got.Lines[0]; l.Scope.Measure != "m2" || l.Scope.Subject != embraye.BySubjectCivilSociety || l.Scope.Territory != "FR-BRE" {
		t.Errorf("line = %+v", l)
	}
}

func TestK07SeveralLinksInACell(t *testing.T) {
	want := good(2)
	want.Content.Evidence = []embraye.Evidence{{Type: "Link", Href: "https://a.example/1"}, {Type: "Link", Href: "https://b.example/2"}}
	wantLines(t, readFile(t, "csv-evidence-commas.csv"), want)
	for name, table := range map[string]string{
		"numbered":  "preuve_1_url;preuve_2_url\n\"https://a.example/1 ; https://b.example/2\";https://c.example/3\n",
		"semicolon": "preuves\n\"https://a.example/1;https://b.example/2; https://c.example/3\"\n",
		"lines":     "preuves\n\"https://a.example/1\nhttps://b.example/2\n\nhttps://c.example/3\"\n",
	} {
		got := read(t, table)
		var hrefs []string
		for _, e := range got.Lines[0].Content.Evidence {
			hrefs = append(hrefs, e.Href)
		}
		if diff := cmp.Diff([]string{"https://a.example/1", "https://b.example/2", "https://c.example/3"}, slices.Sorted(slices.Values(hrefs))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	got := read(t, "preuves\nhttps://a.example/1 et https://b.example/2\n")
	if !slices.ContainsFunc(got.Lines[0].Problems, func(p embraye.Problem) bool { return p.Code == "bad_url" && p.Value == "et" }) {
		t.Errorf("a word between links: %+v", got.Lines[0].Problems)
	}
}

func TestK08DatesOfSpreadsheets(t *testing.T) {
	dated := func(line int, d embraye.Date) ImportLine {
		l := good(line)
		l.Content.EffectiveDate = d
		return l
	}
	refused := dated(6, "12/31/2020")
	refused.Problems = []embraye.Problem{{Field: "effective_date", Code: "bad_date", Value: "12/31/2020"}}
	wantLines(t, readFile(t, "csv-excel-dates.csv"), dated(2, "2024-06"), dated(3, "2020-12-31"), dated(4, "2020-12-31"), dated(5, "2020-12-31"), refused)
	got := read(t, "date_du_fait;date_du_constat;preuve_1_date;preuve_1_consultée_le;indicateur;indicateur_date\n31 décembre 2020;2020/12/31;déc-20;1er juin 2024;x;31/02/2024\n").Lines[0]
	e := got.Content.Evidence[0]
	if diff := cmp.Diff([]embraye.Date{"2020-12-31", "2020-12-31", "2020-12", "2024-06-01", "31/02/2024"},
		[]embraye.Date{got.Content.EffectiveDate, got.Content.ObservedDate, e.PublishedOn, e.Consulted, got.Content.Indicator.AsOf}); diff != "" {
		t.Error(diff)
	}
}

func TestK10TheAllowedWordsAreNamed(t *testing.T) {
	got := readFile(t, "csv-unknown-stage.csv").Lines[0]
	want := []embraye.Problem{{Field: "stage", Code: "unknown", Value: "engagée", Allowed: []string{"no_sign", "announced", "under_way", "partly_done", "done", "stalled", "reversed"}}}
	if diff := cmp.Diff(want, got.Problems); diff != "" {
		t.Error(diff)
	}
	got = read(t, "mesure;sujet;territoire;type_d_institution;institution;étape;appui;licence;langue;enseignements\nx;x;x;x;x;x;x;x;x x;x\n").Lines[0]
	named := map[string]bool{}
	for _, p := range got.Problems {
		if len(p.Allowed) > 0 {
			named[p.Field] = true
		}
	}
	for _, field := range []string{"measure", "subject", "territory", "institution_kind", "stage", "confidence", "license", "lang", "lessons"} {
		if !named[field] {
			t.Errorf("%s: the allowed values are not named: %+v", field, got.Problems)
		}
	}
}
