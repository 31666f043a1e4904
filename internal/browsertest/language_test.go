package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"embraye/internal/embraye"
)

// Whoever presses the switch reads that language from then on, on the site and
// in the office, on the page where they were and whatever they do there.
func TestLanguageSwitch(t *testing.T) {
	withoutScripts(t, func(t *testing.T, in *Instance, sit func() *Person) {
		in.AddPerson(adminEmail, embraye.Admin, password)
		in.Fill(t, 3)
		p := sit()
		p.Open("/chronologie?mesure=m2")
		p.reads("fr")
		p.Press(`header a[hreflang="en"]`)
		if at := p.Path(); at != "/chronologie?mesure=m2&lang=en" {
			t.Errorf("the switch leads to %s", at)
		}
		p.reads("en")
		for _, path := range []string{"/", "/@mesure2", "/comprendre", "/login?next=%2Foffice%2Fconstats"} {
			p.Open(path)
			p.reads("en")
		}
		p.Press(`header a[hreflang="fr"]`)
		p.reads("fr")
		p.Press(`header a[hreflang="en"]`)
		p.Write("email", adminEmail)
		p.Write("password", password)
		p.Press("main form button[type=submit]")
		if at := p.Path(); at != "/office/constats" {
			t.Errorf("after two languages the sign-in leads to %s", at)
		}
		p.reads("en")
		p.Open("/office/constats?state=published")
		p.Press(`header a[hreflang="fr"]`)
		p.reads("fr")
		if state := Read(t, p.Tab, chromedp.Value(chromedp.CSS("#f-state"))); state != "published" {
			t.Errorf("after the switch the list is of state %q", state)
		}
		for _, path := range []string{"/office", "/office/constats/new", "/"} {
			p.Open(path)
			p.reads("fr")
		}
	})
}

// Whoever sets the instance up in their language finds the office in it, on
// another browser too.
func TestLanguageOfTheFirstAdmin(t *testing.T) {
	withoutScripts(t, func(t *testing.T, in *Instance, sit func() *Person) {
		link, err := in.People.SetupLink(t.Context(), embraye.Operator())
		check(t, err)
		p := sit()
		p.Open(link)
		p.Press(`header a[hreflang="en"]`)
		p.Write("email", adminEmail)
		p.Write("name", "Personne d'essai")
		p.Write("password", password)
		p.Write("org_name", "Les Communs d'essai")
		p.Press("main form button[type=submit]")
		p.reads("en")
		elsewhere := sit()
		elsewhere.Open("/login")
		elsewhere.reads("fr")
		elsewhere.SignIn(adminEmail, password)
		elsewhere.reads("en")
	})
}

// reads wants the page in a language.
func (p *Person) reads(lang string) {
	p.t.Helper()
	if got := Read(p.t, p.Tab, chromedp.Evaluate[string]("document.documentElement.lang")); got != lang {
		p.t.Errorf("%s is in %q, not %q", p.Path(), got, lang)
	}
}
