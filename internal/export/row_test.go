package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"embraye/configs"
	"embraye/internal/embraye"
	"embraye/internal/locale"

	"github.com/google/go-cmp/cmp"
)

type world struct {
	site      embraye.Site
	reference *embraye.Reference
	places    *embraye.Territories
	catalogue *locale.Catalogue
}

func newWorld(t testing.TB) world {
	t.Helper()
	reference, err := configs.DefaultReference()
	if err != nil {
		t.Fatal(err)
	}
	places, err := configs.Territories()
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return world{embraye.Site{Base: "https://suivi.example"}, reference, places, catalogue}
}

const (
	firstID  = "01j0000000aaaaaaaaaaaaaaaa"
	secondID = "01j0000001aaaaaaaaaaaaaaaa"
)

var day = time.Date(2024, 6, 12, 10, 30, 0, 999, time.FixedZone("", 7200))

func sampleUpdate() (embraye.Update, []embraye.Revision) {
	content := embraye.Content{Stage: embraye.Done, Title: "=Titre", Summary: "Résumé, \"long\"", Text: "a\nb", Confidence: embraye.Primary,
		EffectiveDate: "2021", ObservedDate: "2024-06-12", Searched: []string{"ici", "là"}, Lessons: []string{"e1", "e2"},
		Evidence:  []embraye.Evidence{{Type: "Link", Href: "https://a.example/x", Name: "-x"}, {Type: "Link", Href: "https://b.example/"}},
		Indicator: &embraye.Indicator{Name: "part", Value: "-12,5", AsOf: "2024"},
		RelatedTo: []embraye.Relation{{Rel: "follows", Href: "https://suivi.example/constats/" + secondID}}, Licence: "CC-BY-4.0", Language: "fr"}
	later := content
	later.Title, later.EffectiveDate = "Titre", "2022-01"
	updated := day.AddDate(0, 1, 0)
	u := embraye.Update{ID: firstID, Actor: "mesure2", Content: later, Revision: 2, Substance: 2, PublishedAt: day, UpdatedAt: &updated, SignedBy: "Ada",
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region", SIREN: "233500016"}}}
	return u, []embraye.Revision{
		{UpdateID: firstID, Number: 2, Kind: embraye.Substance, Reason: "date", Content: later, SHA256: "bb", CreatedAt: updated},
		{UpdateID: firstID, Number: 1, Kind: embraye.FirstRevision, Content: content, SHA256: "aa", CreatedAt: day},
	}
}

func TestRowsHaveOnePerVersion(t *testing.T) {
	w := newWorld(t)
	u, revisions := sampleUpdate()
	rows := Rows(w.site, w.reference, w.places, []embraye.Update{u}, revisions)
	if len(rows) != 2 || rows[0].Version != 1 || rows[1].Version != 2 {
		t.Fatalf("rows = %+v", rows)
	}
	want := Row{ID: "https://suivi.example/constats/" + firstID, Version: 2, VersionURL: "https://suivi.example/constats/" + firstID + "/versions/2",
		Current: true, VersionKind: "substance", VersionReason: "date", VersionDate: "2024-07-12T08:30:00Z", SHA256: "bb",
		Published: "2024-06-12T08:30:00Z", Updated: "2024-07-12T08:30:00Z", Account: "https://suivi.example/actors/mesure2", Host: "suivi.example",
		Measure: "m2", MeasureIRI: "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/m2", MeasureTitle: "Des partenariats publics-communs dans chaque région",
		Subject: "institution", Territory: "FR-BRE", TerritoryName: "Bretagne", Institution: "Région Bretagne", InstitutionKind: "region", InstitutionSIREN: "233500016",
		Scale: "1", Stage: "done", Timeliness: "late", Title: "Titre", Summary: "Résumé, \"long\"", Text: "a\nb", Confidence: "primary",
		EffectiveDate: "2022-01", ObservedDate: "2024-06-12",
		EvidenceDamaged: []string{}, Evidence: []Evidence{{Type: "Link", Address: "https://a.example/x", Name: "-x"}, {Type: "Link", Address: "https://b.example/"}},
		Searched: []string{"ici", "là"}, IndicatorName: "part", IndicatorValue: "-12,5", IndicatorAsOf: "2024", Lessons: []string{"e1", "e2"},
		Related: []Related{{"follows", "https://suivi.example/constats/" + secondID}}, SignedBy: "Ada", Licence: "CC-BY-4.0", Language: "fr"}
	if diff := cmp.Diff(want, rows[1]); diff != "" {
		t.Error(diff)
	}
	if rows[0].Current || rows[0].Timeliness != "in_time" || rows[0].Title != "=Titre" {
		t.Errorf("first version = %+v", rows[0])
	}
}

// What a withdrawn constat said must be nowhere, in no version.
func TestWithdrawnRowsKeepNoWords(t *testing.T) {
	w := newWorld(t)
	u, revisions := sampleUpdate()
	gone := day.AddDate(0, 2, 0)
	u.WithdrawnAt, u.WithdrawReason = &gone, "faux"
	rows := Rows(w.site, w.reference, w.places, []embraye.Update{u}, revisions)
	base := "https://suivi.example/constats/" + firstID
	want := Row{ID: base, Version: 2, VersionURL: base + "/versions/2", VersionKind: "substance", VersionDate: "2024-07-12T08:30:00Z", SHA256: "bb",
		Published: "2024-06-12T08:30:00Z", Updated: "2024-07-12T08:30:00Z", Withdrawn: "2024-08-12T08:30:00Z", WithdrawalReason: "faux",
		Account: "https://suivi.example/actors/mesure2", Host: "suivi.example", Measure: "m2", MeasureIRI: "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/m2",
		Evidence: []Evidence{}, EvidenceDamaged: []string{}, Searched: []string{}, Lessons: []string{}, Related: []Related{}}
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	if diff := cmp.Diff(want, rows[1]); diff != "" {
		t.Error(diff)
	}
	if got := Rows(w.site, w.reference, w.places, []embraye.Update{u}, nil); len(got) != 1 || got[0].ID != base || got[0].Title != "" {
		t.Errorf("an erased constat has rows %+v", got)
	}
}

func TestRowsAreInOrderOfPublication(t *testing.T) {
	w := newWorld(t)
	u, revisions := sampleUpdate()
	other := u
	other.ID = secondID
	rows := Rows(w.site, w.reference, w.places, []embraye.Update{other, u}, revisions)
	if len(rows) != 3 || !strings.HasSuffix(rows[0].ID, firstID) || !strings.HasSuffix(rows[2].ID, secondID) {
		t.Errorf("rows = %+v", rows)
	}
}

func TestColumnsAreTheKeysOfRowInOrderAndExplained(t *testing.T) {
	w := newWorld(t)
	var keys []string
	row := reflect.TypeFor[Row]()
	for i := range row.NumField() {
		keys = append(keys, row.Field(i).Tag.Get("json"))
	}
	for _, lang := range locale.Languages() {
		var names []string
		for _, c := range Columns(w.catalogue, lang) {
			names = append(names, c.Name)
			if c.Description == "" || strings.HasPrefix(c.Description, "export.") {
				t.Errorf("%s %s is not explained", lang, c.Name)
			}
		}
		if diff := cmp.Diff(keys, names); diff != "" {
			t.Error(diff)
		}
	}
}

// write writes each row by itself.
func write(t *testing.T, w Writer, rows []Row) {
	t.Helper()
	for i := range rows {
		if err := w.Write(rows[i : i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// A spreadsheet in French opens what begins with a BOM and has semicolons.
func TestSpreadsheetHasTheSameCells(t *testing.T) {
	w := newWorld(t)
	u, revisions := sampleUpdate()
	rows := Rows(w.site, w.reference, w.places, []embraye.Update{u}, revisions)
	rows[0].Title = "un ; deux, trois"
	var comma, semicolon, none bytes.Buffer
	write(t, NewCSV(&comma), rows)
	write(t, NewSpreadsheet(&semicolon), rows)
	write(t, NewSpreadsheet(&none), nil)
	text, ok := strings.CutPrefix(semicolon.String(), "\ufeff")
	if !ok || !strings.HasPrefix(text, "id;version;version_url;") || strings.Contains(text, "\ufeff") {
		t.Fatalf("the file begins with %.40q", semicolon.String())
	}
	if !strings.HasPrefix(none.String(), "\ufeffid;version;") || strings.Count(none.String(), "\r\n") != 1 {
		t.Errorf("a file without rows is %q", none.String())
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = ';'
	got, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want, err := csv.NewReader(&comma).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A version that came while the file was being written is not half there.
func TestRowsLeaveOutAVersionThatIsNewerThanTheConstat(t *testing.T) {
	w := newWorld(t)
	u, revisions := sampleUpdate()
	u.Revision = 1
	rows := Rows(w.site, w.reference, w.places, []embraye.Update{u}, revisions)
	if len(rows) != 1 || !rows[0].Current {
		t.Errorf("%d rows, the first current: %v", len(rows), rows[0].Current)
	}
}

func TestWriteCSV(t *testing.T) {
	w := newWorld(t)
	u, revisions := sampleUpdate()
	rows := Rows(w.site, w.reference, w.places, []embraye.Update{u}, revisions)
	var out bytes.Buffer
	write(t, NewCSV(&out), rows)
	lines, err := csv.NewReader(bytes.NewReader(out.Bytes())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cell := map[string]string{}
	for i, name := range lines[0] {
		cell[name] = lines[1][i]
	}
	for name, want := range map[string]string{"title": "'=Titre", "summary": "Résumé, \"long\"", "text": "a\nb", "indicator_value": "-12,5", "version": "1",
		"current": "false", "evidence": "https://a.example/x https://b.example/", "searched": "ici | là", "lessons": "e1 e2",
		"related": "follows https://suivi.example/constats/" + secondID} {
		if cell[name] != want {
			t.Errorf("%s = %q, want %q", name, cell[name], want)
		}
	}
	if !strings.HasPrefix(out.String(), "id,version,version_url,") || strings.Count(out.String(), "\r\n") < 3 {
		t.Errorf("not RFC 4180: %q", out.String())
	}
}

func TestWriteJSONLeavesTextsAsTheyAre(t *testing.T) {
	w := newWorld(t)
	u, revisions := sampleUpdate()
	rows := Rows(w.site, w.reference, w.places, []embraye.Update{u}, revisions)
	var out bytes.Buffer
	write(t, NewJSON(&out), rows)
	var back []Row
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, back); diff != "" || back[0].Title != "=Titre" {
		t.Error(diff)
	}
	out.Reset()
	write(t, NewJSON(&out), nil)
	if out.String() != "[]\n" {
		t.Errorf("no rows are %q", out.String())
	}
}
