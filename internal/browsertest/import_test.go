package browsertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/text/encoding/charmap"

	"embraye/internal/embraye"
)

// A table as spreadsheets in France save it: two good lines, one with mistakes.
const table = `mesure;sujet;territoire;institution;type_d_institution;étape;titre;résumé;preuves
m2;institution;FR-BRE;Région Bretagne;region;under_way;Un appel à communs;Un appel est ouvert.;https://preuve.example/a
m5;civil_society;FR;;;announced;Une médiathèque ouverte;Un fonds est annoncé.;https://preuve.example/b
m9;institution;Atlantide;;;bientôt;;Rien de tel.;
`

// reportedLines are the lines of the report: those with mistakes list them.
const reportedLines = `[...document.querySelectorAll('main tbody tr')].map((r) => r.querySelector('th').textContent + (r.querySelector('li') ? ' ✗' : ' ✓'))`

// A spreadsheet becomes drafts after a report that says, line by line, what is
// wrong; another file is refused with the reason.
func TestImport(t *testing.T) {
	eachWay(t, func(t *testing.T, in *Instance, sit func() *Person) {
		in.AddPerson(adminEmail, embraye.Editor, password)
		p := sit()
		p.SignIn(adminEmail, password)
		p.Open("/office/import")
		template := Read(t, p.Tab, chromedp.Evaluate[string](`fetch(document.querySelector('main a[href$=".csv"]').href).then(r => r.text())`, chromedp.EvalAwaitPromise))
		for column := range strings.SplitSeq(strings.Split(strings.TrimPrefix(table, "\ufeff"), "\n")[0], ";") {
			if column != "preuves" && !strings.Contains(template, column) {
				t.Errorf("the template has no column %s: %.200s", column, template)
			}
		}
		p.Attach("photo.csv", poster(t))
		if status := p.PressFor(`main button[value="try"]`); status != 400 {
			t.Errorf("a picture is answered %d", status)
		}
		p.Sees("CSV")
		if said := p.Text(`main .field:has([name="file"]) .err`); said == "" {
			t.Error("no sentence says why a picture is refused")
		}

		windows, err := charmap.Windows1252.NewEncoder().String(table)
		check(t, err)
		p.Attach("constats.csv", []byte(windows))
		p.Press(`main button[value="try"]`)
		p.Sees("Un appel à communs", "Une médiathèque ouverte", "Atlantide")
		want := []string{"4 ✗", "2 ✓", "3 ✓"} // what is wrong comes first
		if got := Read(t, p.Tab, chromedp.Evaluate[[]string](reportedLines)); !slices.Equal(got, want) {
			t.Errorf("the report says %q, want %q", got, want)
		}
		p.Press(`main button[value="import"]`)
		p.Open("/office/constats")
		p.Sees("Un appel à communs", "Une médiathèque ouverte")
		if strings.Contains(p.Text("main"), "Rien de tel") {
			t.Error("a line with mistakes became a draft")
		}
		if status := in.publicStatus(t, "/feed.json"); status != 200 {
			t.Errorf("the feed answers %d", status)
		}
	})
}
