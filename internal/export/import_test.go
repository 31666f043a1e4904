package export

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"embraye/internal/embraye"

	"github.com/google/go-cmp/cmp"
)

func importer(t testing.TB) Importer {
	w := newWorld(t)
	return Importer{Catalogue: w.catalogue, Frame: embraye.Frame{Reference: w.reference, Territories: w.places, Today: "2024-07-01", Language: "fr"}}
}

func read(t *testing.T, table string) *Import {
	t.Helper()
	got, err := importer(t).Read(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

const french = `Mesure;Sujet;Territoire;Institution;Type d’institution;Étape;Titre;Résumé;Date du fait;Appui;Preuve 1 URL;preuve_1_titre;preuve_1_date;Notes;Enseignements
Mesure 2;Institutions;bretagne;Région Bretagne;Région;Réalisé;"Un ""commun""";"Ligne 1
ligne 2";12/06/2024;primaire;https://a.example/;Page;06/2024;rien;e1, e2

`

func TestImportInFrench(t *testing.T) {
	want := &Import{Ignored: []string{"Notes"}, Lines: []ImportLine{{Line: 2,
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region"}},
		Content: embraye.Content{Stage: embraye.Done, Title: `Un "commun"`, Summary: "Ligne 1\nligne 2", EffectiveDate: "2024-06-12", Confidence: embraye.Primary,
			Evidence: []embraye.Evidence{{Type: "Link", Href: "https://a.example/", Name: "Page", PublishedOn: "2024-06"}}, Lessons: []string{"e1", "e2"}}}}}
	if diff := cmp.Diff(want, read(t, french)); diff != "" {
		t.Error(diff)
	}
	old, err := charmap.Windows1252.NewEncoder().String(french)
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range map[string]string{"BOM": "\ufeff" + french, "Windows-1252": old, "CRLF": strings.ReplaceAll(french, "\n", "\r\n")} {
		if diff := cmp.Diff(want, read(t, table)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestImportInEnglishWithCommas(t *testing.T) {
	got := read(t, "measure,subject,territory,stage,title,summary,where_searched,support,license,language\n"+
		"3,Civil society,France,No sign found,T,S,one | two,Testimony,cc by sa 4.0,en\n").Lines
	want := []ImportLine{{Line: 2, Scope: embraye.Scope{Measure: "m3", Subject: embraye.BySubjectCivilSociety, Territory: "FR"},
		Content: embraye.Content{Stage: embraye.NoSign, Title: "T", Summary: "S", Searched: []string{"one", "two"}, Confidence: embraye.Testimony,
			Licence: "CC-BY-SA-4.0", Language: "en"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What was exported can be imported: the words survive, the cells' protection
// goes.
func TestImportOfTheExport(t *testing.T) {
	w := newWorld(t)
	u, revisions := sampleUpdate()
	var out bytes.Buffer
	write(t, NewCSV(&out), Rows(w.site, w.reference, w.places, []embraye.Update{u}, revisions))
	got := read(t, out.String()).Lines
	want := revisions[1].Content
	want.RelatedTo, want.Evidence[0].Name = nil, ""
	scope := u.Scope
	scope.TerritoryName = "Bretagne"
	if diff := cmp.Diff(want, got[0].Content); diff != "" || len(got[0].Problems) > 0 {
		t.Errorf("%v\n%s", got[0].Problems, diff)
	}
	if diff := cmp.Diff(scope, got[0].Scope); diff != "" {
		t.Error(diff)
	}
}

func TestImportWithTabs(t *testing.T) {
	got := read(t, "mesure\tsujet\ttitre\n2\t\tUn titre, long\n").Lines
	if len(got) != 1 || got[0].Scope.Measure != "m2" || got[0].Scope.Subject != "" || got[0].Content.Title != "Un titre, long" {
		t.Errorf("lines = %+v", got)
	}
}

func TestImportReportsLineByLine(t *testing.T) {
	got := read(t, "mesure;sujet;territoire;étape;titre;résumé;date du fait;preuve_1_titre\n"+
		"m9;personne;Atlantide;bientôt;;"+strings.Repeat("é", 501)+";32/13/2024;sans adresse\n"+
		"2;société civile;FR;annoncé;T;R;2024;;en trop\n").Lines
	type problem struct{ Field, Code, Value string }
	var first []problem
	for _, p := range got[0].Problems {
		first = append(first, problem{p.Field, p.Code, p.Value})
	}
	want := []problem{{"measure", "unknown", "m9"}, {"subject", "unknown", "personne"}, {"territory", "unknown", "Atlantide"}, {"stage", "unknown", "bientôt"},
		{"title", "required", ""}, {"summary", "too_long", ""}, {"effective_date", "bad_date", "32/13/2024"}, {"evidence", "bad_url", ""}}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	if got[0].Line != 2 || got[1].Line != 3 || got[0].Content.Stage != "bientôt" {
		t.Errorf("lines = %+v", got)
	}
	var codes []string
	for _, p := range got[1].Problems {
		codes = append(codes, p.Field+" "+p.Code)
	}
	if diff := cmp.Diff([]string{"line too_many_cells", "evidence required"}, codes); diff != "" {
		t.Error(diff)
	}
}

func TestMeasuresAsPeopleWriteThem(t *testing.T) {
	words := importer(t).words()
	for _, s := range []string{"m2", "M2", "2", "mesure2", "Mesure 2", "measure 2", "Des partenariats publics-communs dans chaque région"} {
		if got := words.measure(s); got != "m2" {
			t.Errorf("measure(%q) = %q", s, got)
		}
	}
	if got := words.measure("mesure"); got != "mesure" {
		t.Errorf("measure = %q", got)
	}
}

func TestEveryWordOfTheListsIsUnderstood(t *testing.T) {
	im := importer(t)
	words := im.words()
	for _, lang := range []string{"fr", "en"} {
		for _, k := range embraye.InstitutionKinds() {
			if got := choose(words.kinds, im.Catalogue.T(lang, "import.kind."+string(k))); got != k {
				t.Errorf("%s %s is read as %s", lang, k, got)
			}
		}
		for _, s := range embraye.Stages() {
			if got := choose(words.stages, im.Catalogue.T(lang, "stage."+string(s))); got != s {
				t.Errorf("%s %s is read as %s", lang, s, got)
			}
		}
	}
}

func TestWrongTables(t *testing.T) {
	head := "mesure,titre\n"
	for name, c := range map[string]struct{ table, code string }{
		"nothing":        {"", "empty"},
		"blank":          {"\n,,\n\n", "empty"},
		"workbook":       {"PK\x03\x04...", "not_csv"},
		"UTF-16":         {"\xff\xfem\x00", "not_csv"},
		"binary":         {"mesure\x00", "not_csv"},
		"open quote":     {head + "2,\"x\n", "open_quote"},
		"other columns":  {"a,b\n1,2\n", "no_known_column"},
		"column twice":   {"mesure,measure\n1,2\n", "column_twice"},
		"long line":      {head + strings.Repeat("x", MaxLineBytes) + "\n", "line_too_long"},
		"long quoted":    {head + `2,"` + strings.Repeat(strings.Repeat("x", 1000)+"\n", 1100) + `"`, "line_too_long"},
		"too large":      {head + strings.Repeat("2,x\n", MaxTableBytes/4), "too_large"},
		"too many lines": {head + strings.Repeat("2,x\n", MaxTableLines+1), "too_many_lines"},
	} {
		_, err := importer(t).Read(strings.NewReader(c.table))
		var invalid *embraye.InvalidError
		if !errors.As(err, &invalid) || invalid.Problems[0].Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if got := len(read(t, head+strings.Repeat("2,x\n", MaxTableLines)).Lines); got != MaxTableLines {
		t.Errorf("%d lines of %d", got, MaxTableLines)
	}
}

func TestABrokenReaderIsNotABadTable(t *testing.T) {
	broken := errors.New("cut")
	_, err := importer(t).Read(io.MultiReader(strings.NewReader("mesure"), iotestErr{broken}))
	if !errors.Is(err, broken) || errors.Is(err, embraye.ErrInvalid) {
		t.Errorf("error = %v", err)
	}
}

type iotestErr struct{ err error }

func (e iotestErr) Read([]byte) (int, error) { return 0, e.err }

func TestTemplate(t *testing.T) {
	im := importer(t)
	for lang, start := range map[string]string{"fr": "\ufeffmesure;sujet;territoire;", "en": "\ufeffmeasure,subject,territory,"} {
		var out bytes.Buffer
		if err := WriteTemplate(&out, im.Catalogue, im.Frame.Measures(), lang); err != nil {
			t.Fatal(err)
		}
		written := out.String()
		if !strings.HasPrefix(out.String(), start) {
			t.Errorf("%s: %q", lang, out.String())
		}
		got, err := im.Read(&out)
		if err != nil || len(got.Ignored) > 0 || len(got.Lines) > 0 || got.Remarks != 2 {
			t.Errorf("%s: the template itself is read as %+v, %v", lang, got, err)
		}
		if strings.Contains(written, "import.") || !strings.Contains(written, im.Catalogue.T(lang, "stage.under_way")+" / "+im.Catalogue.T(lang, "stage.partly_done")) {
			t.Errorf("%s does not say what is allowed: %s", lang, written)
		}
		at := strings.LastIndex(written, Remark+" ")
		got, err = im.Read(strings.NewReader(written[:at] + written[at+2:]))
		if err != nil || len(got.Lines) != 1 || len(got.Lines[0].Problems) > 0 || got.Remarks != 1 {
			t.Errorf("%s: the example, without its mark, is read as %+v, %v", lang, got, err)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add(french)
	f.Add("mesure,titre\n2,\"")
	im := importer(f)
	f.Fuzz(func(t *testing.T, s string) {
		got, err := im.Read(strings.NewReader(s))
		if err != nil && !errors.Is(err, embraye.ErrInvalid) {
			t.Fatal(err)
		}
		if err == nil && len(got.Lines) > MaxTableLines {
			t.Fatal("too many lines")
		}
	})
}
