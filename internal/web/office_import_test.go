package web_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/export"
)

func tableForm(t testing.TB, table, kept, action string) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	fields := map[string]string{"action": action}
	if kept != "" {
		fields["kept"] = kept
	}
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if table != "" {
		part, err := form.CreateFormFile("file", "constats.csv")
		if err == nil {
			_, err = io.WriteString(part, table)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, form.FormDataContentType()
}

const tableHead = "mesure;sujet;territoire;étape;titre;résumé;preuve_1_url;couleur\n"

func tableLine(title string) string {
	return "2;société civile;FR;annoncé;" + title + ";Résumé;https://preuve.example/;rouge\n"
}

func (s *site) draftTitles(name string) []string {
	s.t.Helper()
	by, err := s.People.Find(s.t.Context(), name+"@ours.example")
	if err != nil {
		s.t.Fatal(err)
	}
	drafts, err := s.Drafts.List(s.t.Context(), by, embraye.DraftFilter{Mine: true})
	if err != nil {
		s.t.Fatal(err)
	}
	var list []string
	for _, d := range drafts {
		list = append(list, d.Title)
	}
	return list
}

// Try, read the report, import: the second step needs no file, and sent twice it
// makes nothing twice.
func TestImportOfATable(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		editor := s.as("edith", embraye.Editor)
		if w := editor.get("/office/import/template.csv"); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "\ufeffmesure;") {
			t.Errorf("template: %d %.40q", w.Code, w.Body)
		}
		w := editor.sendTable(tableHead+tableLine("Premier")+tableLine("")+tableLine("Second <b>"), "", "try")
		page := plain(w)
		holds(t, "report", page, []string{"2 lignes prêtes sur 3.", "Importer 2 brouillons", "couleur", "Titre : À remplir.", "Premier"}, nil)
		if w.Code != 200 || strings.Contains(w.Body.String(), "Second <b>") || len(s.draftTitles("edith")) != 0 {
			t.Errorf("%d, markup of a title, or drafts %v after a try", w.Code, s.draftTitles("edith"))
		}
		kept := hiddenFile.FindStringSubmatch(page)
		if kept == nil {
			t.Fatal("the report does not carry the file")
		}
		for _, said := range []string{"Les lignes prêtes sont devenues des brouillons.", "déjà dans vos brouillons"} {
			w := editor.sendTable("", kept[1], "import")
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/office/constats?state=draft" {
				t.Fatalf("import: %d %s", w.Code, w.Header().Get("Location"))
			}
			holds(t, "after it", editor.shows("/office/constats?state=draft"), []string{said, "Premier"}, nil)
		}
		if got := s.draftTitles("edith"); len(got) != 2 {
			t.Errorf("drafts %v", got)
		}
		if n, err := s.Store.Tables().Updates.Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d constats, %v", n, err)
		}
	})
}

// The hidden field is believed no more than a file.
func TestImportOfAForgedReport(t *testing.T) {
	s := newSite(t)
	editor := s.as("edith", embraye.Editor)
	encoded := func(table string) string { return base64.StdEncoding.EncodeToString([]byte(table)) }
	w := editor.sendTable("", encoded(tableHead+tableLine("")+tableLine(strings.Repeat("x", 121))), "import")
	if page := plain(w); w.Code != 200 || !strings.Contains(page, "0 ligne prête sur 2.") && !strings.Contains(page, "0 lignes prêtes sur 2.") {
		t.Errorf("bad lines: %d\n%s", w.Code, page)
	}
	for kept, sentence := range map[string]string{"%%%": "Ce n'est pas un tableau CSV.", encoded("PK\x03\x04"): "Ce n'est pas un tableau CSV.", encoded("a;b\n1;2\n"): "Aucune colonne n'est connue."} {
		if w := editor.sendTable("", kept, "import"); w.Code != 400 || !strings.Contains(plain(w), sentence) {
			t.Errorf("%.20q: %d, without %q", kept, w.Code, sentence)
		}
	}
	if got := s.draftTitles("edith"); len(got) != 0 {
		t.Errorf("drafts %v", got)
	}
	if w := s.as("rita", embraye.Reader).sendTable(tableHead+tableLine("Un"), "", "import"); w.Code != http.StatusForbidden {
		t.Errorf("a reader imports: %d", w.Code)
	}
}

// A file that is no table is refused with the reason, in the reader's language.
func TestImportOfAWrongFile(t *testing.T) {
	s := newSite(t)
	editor := s.as("edith", embraye.Editor)
	for name, c := range map[string]struct{ table, fr, en string }{
		"none":           {"", "À remplir.", "Fill"},
		"workbook":       {"PK\x03\x04...", "Ce n'est pas un tableau CSV.", "CSV"},
		"picture":        {string(pngBytes(t)), "Ce n'est pas un tableau CSV.", "CSV"},
		"blank":          {"\n;;\n", "Le tableau est vide.", "empty"},
		"other columns":  {"a;b\n1;2\n", "Aucune colonne n'est connue.", "column"},
		"column twice":   {"mesure;mesure\n1;2\n", "est là deux fois", "twice"},
		"open quote":     {tableHead + `2;"x`, "À la ligne 2, un guillemet droit", "On line 2"},
		"too many lines": {tableHead + strings.Repeat("2;x\n", export.MaxTableLines+1), "Le tableau a trop de lignes : 5000 au plus.", "5000"},
		"too large":      {tableHead + strings.Repeat("2;x\n", export.MaxTableBytes/4), "Le tableau est trop lourd", "too"},
		"far too large":  {tableHead + strings.Repeat("2;x\n", 3<<20), "Le tableau est trop lourd", "too"},
	} {
		w := editor.sendTable(c.table, "", "try")
		page := w.Body.String()
		if w.Code != 400 || !strings.Contains(plain(w), c.fr) {
			t.Errorf("%s: %d, without %q", name, w.Code, c.fr)
		}
		if !strings.Contains(page, `id="f-file-e"`) || !strings.Contains(page, `id="erreurs"`) {
			t.Errorf("%s: the field is not marked", name)
		}
	}
	if w := editor.get("/office/import?lang=en"); w.Code != 200 {
		t.Fatal(w.Code)
	}
	if w := editor.sendTable("\n;;\n", "", "try"); w.Code != 400 || !strings.Contains(w.Body.String(), "The table is empty.") {
		t.Errorf("in English: %d\n%s", w.Code, w.Body)
	}
	if w := editor.post("/office/import", url.Values{"action": {"import"}}); w.Code != 400 {
		t.Errorf("a form without files: %d", w.Code)
	}
}

// A session that ends between the two steps costs nothing but signing in.
func TestImportOutlivesTheSession(t *testing.T) {
	s := newSite(t)
	editor := s.as("edith", embraye.Editor)
	kept := hiddenFile.FindStringSubmatch(plain(editor.sendTable(tableHead+tableLine("Premier"), "", "try")))
	if kept == nil {
		t.Fatal("the report does not carry the file")
	}
	editor.cookies = map[string]string{}
	w := editor.sendTable("", kept[1], "import")
	if w.Code != http.StatusUnauthorized {
		t.Fatalf("without a session: %d", w.Code)
	}
	form := url.Values{"email": {"edith@ours.example"}, "password": {password}}
	for _, n := range elements(t, w.Body.String(), "input") {
		if attribute(n, "type") == "hidden" {
			form.Set(attribute(n, "name"), attribute(n, "value"))
		}
	}
	if w := editor.post("/login", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/office/import" {
		t.Fatalf("sign-in: %d %s", w.Code, w.Header().Get("Location"))
	}
	holds(t, "after signing in", editor.shows("/office/import"), []string{"1 ligne prête sur 1.", "Premier"}, nil)
	if len(s.draftTitles("edith")) != 0 {
		t.Error("imported without anybody's word")
	}
}

// Cells that a spreadsheet would run come in as the text they are, and leave
// as such.
func TestW62CellsThatLookLikeFormulas(t *testing.T) {
	s := newSite(t)
	editor := s.as("edith", embraye.Editor)
	for _, title := range []string{"=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "＝1"} {
		if w := editor.sendTable(tableHead+tableLine(title), "", "import"); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", title, w.Code, w.Body)
		}
		if got := s.draftTitles("edith"); got[0] != title {
			t.Errorf("%q became %q", title, got[0])
		}
		if w := editor.sendTable(tableHead+tableLine("'"+title), "", "import"); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code)
		}
		by, err := s.People.Find(t.Context(), "edith@ours.example")
		if err != nil {
			t.Fatal(err)
		}
		drafts, err := s.Drafts.List(t.Context(), by, embraye.DraftFilter{})
		if err != nil || len(drafts) != 1 { // the sign of an export is no part of the text: the line is there already
			t.Fatalf("%d drafts, %v", len(drafts), err)
		}
		if _, err := s.Constats.Publish(t.Context(), by, constats.PublishInput{Scope: drafts[0].Scope, Content: drafts[0].Content}); err != nil {
			t.Fatal(err)
		}
		if err := s.Drafts.Delete(t.Context(), by, drafts[0].ID); err != nil {
			t.Fatal(err)
		}
		if csv := s.get("/donnees/constats.csv", "").Body.String(); !strings.Contains(csv, "'"+title) || strings.Contains(csv, ","+title) {
			t.Errorf("%q leaves as\n%s", title, csv)
		}
		if json := s.get("/donnees/constats.json", "").Body.String(); !strings.Contains(json, `"`+title) {
			t.Errorf("%q is changed in JSON", title)
		}
	}
}

// What a person can do next is said in the page's language.
func TestK10TheReportNamesTheAllowedWords(t *testing.T) {
	s := newSite(t)
	editor := s.as("edith", embraye.Editor)
	head := "mesure;sujet;territoire;étape;appui;langue;titre;résumé;date_du_fait;preuve_1_url\n"
	page := plain(editor.sendTable(head+"9;personne;Atlantide;engagée;sûr;elfique !;T;R;12/31/2020;https://preuve.example/\n", "", "try"))
	holds(t, "report", page, []string{
		"« engagée » n'est pas dans la liste. Choix possibles : Aucun signe trouvé, Annoncé, Engagé, Réalisé en partie, Réalisé, À l'arrêt, Abandonné ou en recul.",
		"Choix possibles : Institutions, Société civile.", "Choix possibles : source primaire, source secondaire, témoignage.", "m2 (",
		"« Atlantide » n'est pas un territoire connu.", "« elfique ! » n'est pas une langue.", "« 12/31/2020 » n'est pas une date",
	}, []string{"under_way", "{allowed}"})
	if w := editor.sendTable(head+"2;société civile;FR;annoncé;;;\"Un;R;;\n", "", "try"); w.Code != 400 || !strings.Contains(plain(w), "À la ligne 2, un guillemet droit") {
		t.Errorf("K03 the line that cannot be split: %d\n%s", w.Code, plain(w))
	}
}

// Of many lines those that something is wrong with come first.
func TestWrongLinesComeFirst(t *testing.T) {
	s := newSite(t)
	table := tableHead + tableLine("Bonne") + tableLine(strings.Repeat("x", embraye.MaxTitle+1)) + tableLine("Aussi bonne")
	page := s.as("lea", embraye.Editor).sendTable(table, "", "try").Body.String()
	wrong, good, last := strings.Index(page, "120 caractères au plus"), strings.Index(page, ">Bonne<"), strings.Index(page, ">Aussi bonne<")
	if wrong < 0 || wrong > good || good > last {
		t.Errorf("the lines stand at %d, %d and %d:\n%s", wrong, good, last, page)
	}
}
