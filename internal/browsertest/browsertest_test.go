package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"embraye/internal/embraye"
)

const (
	adminEmail = "admin@essai.example"
	password   = "une phrase de passe d'essai"
)

// The harness does what other tests rely on: an instance that a browser reads,
// a form that signs in with and without scripts, a tab with the same session.
func TestBrowserReadsAndSignsIn(t *testing.T) {
	in := New(t)
	in.AddPerson(adminEmail, embraye.Admin, password)
	tab := Browser(t)
	Load(t, tab, in.URL+"/?lang=fr")
	if question := Read(t, tab, chromedp.Text(chromedp.CSS("h1"))); !strings.Contains(question, "embraye") {
		t.Errorf("the home page asks %q", question)
	}
	Load(t, tab, in.URL+"/office")
	if at := Read(t, tab, chromedp.Location()); !strings.HasPrefix(at, in.URL+"/login") {
		t.Errorf("the office sent a stranger to %s", at)
	}
	Run(t, tab, WithoutJavaScript())
	in.SignIn(tab, adminEmail, password)
	second := Tab(t, tab)
	Load(t, second, in.URL+"/office/people")
	if at := Read(t, second, chromedp.Location()); at != in.URL+"/office/people" {
		t.Errorf("a second tab is not signed in: %s", at)
	}
}

// A filled instance has everything that pages may have to show.
func TestFill(t *testing.T) {
	if testing.Short() {
		t.Skip("fills an instance")
	}
	in := New(t)
	f := in.Fill(t, 300)
	if len(f.IDs)+len(f.Withdrawn) != 300 || len(f.Withdrawn) == 0 || len(f.Corrected) < 20 || len(f.Replied) < 10 {
		t.Errorf("%d constats, %d withdrawn, %d corrected, %d with replies", len(f.IDs), len(f.Withdrawn), len(f.Corrected), len(f.Replied))
	}
	stages, measures, places, languages, institutions := map[embraye.Stage]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, id := range f.IDs {
		u, err := in.Store.Tables().Updates.Take(t.Context(), id)
		check(t, err)
		stages[u.Stage], measures[u.Measure], places[u.Territory], languages[u.Language], institutions[u.Institution.Name] = true, true, true, true, true
	}
	if len(stages) != 7 || len(measures) != 7 || len(places) != 22 || len(languages) != 2 || len(institutions) < 18 {
		t.Errorf("%d stages, %d measures, %d places, %d languages, %d institutions", len(stages), len(measures), len(places), len(languages), len(institutions))
	}
}
