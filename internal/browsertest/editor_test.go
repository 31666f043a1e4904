package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"embraye/internal/embraye"
)

// inSight tells whether the state of saving stands where whoever types looks.
const inSight = `(() => { const box = document.getElementById('saved').getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; })()`

// A date that is none is told beside its field while one goes on writing, and
// no longer once it is one; all else is saved all along.
func TestP01ABadDateStopsNoSaving(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	in := New(t)
	in.AddPerson(adminEmail, embraye.Admin, password)
	p := in.Sit(Browser(t), true)
	Run(t, p.Tab, chromedp.EmulateViewport(1280, 800))
	p.SignIn(adminEmail, password)
	p.Open("/office/constats/new")
	p.Write("title", "La région ouvre un appel")
	p.Write("effective_date", "bientôt")
	Run(t, p.Tab, chromedp.WaitVisible(chromedp.CSS("#f-effective-date-e")))
	p.Sees("n’est pas une date, ou pourrait en être deux")
	if said := p.Text("#saved"); !strings.Contains(said, "Enregistré") || !strings.Contains(said, "1\u00a0chose à revoir") {
		t.Errorf("the page says %q", said)
	}
	if !Read(t, p.Tab, chromedp.Evaluate[bool](inSight)) {
		t.Error("nobody sees how the draft is kept")
	}
	if at := p.Path(); !strings.HasPrefix(at, "/office/drafts/") {
		t.Errorf("nothing was saved: %s", at)
	}
	p.Write("effective_date", "12/06/2024")
	Run(t, p.Tab, chromedp.WaitReady(chromedp.CSS("#f-effective-date:not([aria-invalid])")))
	if said := p.Text("#saved"); strings.Contains(said, "revoir") {
		t.Errorf("the page says %q", said)
	}
	p.Press(`main button[value="save"]`)
	if got := Read(t, p.Tab, chromedp.Evaluate[string](`document.getElementById('f-effective-date').value`)); got != "2024-06-12" {
		t.Errorf("the date is %q", got)
	}
}
