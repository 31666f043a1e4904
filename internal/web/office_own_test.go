package web_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/constats"
	"embraye/internal/app/drafts"
	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
)

// publishOwn is a constat that somebody wrote and published.
func (s *site) publishOwn(p *embraye.Person, title string) string {
	s.t.Helper()
	by := embraye.Acting{Person: p}
	d, err := s.Drafts.Begin(s.t.Context(), by, drafts.Input{Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: "FR-BRE"},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: title, Summary: "Un musée ouvre ses œuvres.", Language: "fr", Evidence: []embraye.Evidence{{Href: "https://preuve.example/1"}}}})
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := s.Drafts.Publish(s.t.Context(), by, d.ID, d.Version)
	if err != nil {
		s.t.Fatal(err)
	}
	return out.Update.ID
}

// P02: what is chosen above the list fits everything in it.
func TestP02FiltersFitDraftsAndFoldWords(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		edith := s.person("edith", embraye.Editor)
		s.publishOwn(edith, "Le Musée de Bretagne s’ouvre")
		s.newDraft(edith, "Un brouillon sur la Loire")
		editor := s.visitor().signIn(edith.Email)
		const published, draft = "Le Musée de Bretagne s'ouvre", "Un brouillon sur la Loire"
		for query, want := range map[string][2]bool{
			"":                                     {true, true},
			"?q=musee":                             {true, false},
			"?q=MUSÉE+bretagne":                    {true, false},
			"?q=" + url.QueryEscape("s'ouvre"):     {true, false},
			"?q=oeuvres":                           {true, false},
			"?q=" + url.QueryEscape("muse\u0301e"): {true, false},
			"?q=loire":                             {false, true},
			"?q=brouillon+LOÏRE":                   {false, true},
			"?q=nulle+part":                        {false, false},
			"?measure=m3":                          {false, false},
			"?measure=m2":                          {true, true},
			"?territory=FR-NAQ":                    {false, false},
			"?territory=FR-BRE":                    {true, true},
			"?stage=under_way":                     {true, false},
			"?subject=civil_society":               {true, false},
			"?state=draft&q=musee":                 {false, false},
			"?state=draft&territory=FR-BRE":        {false, true},
		} {
			page := editor.shows("/office/constats" + query)
			if got := [2]bool{strings.Contains(page, published), strings.Contains(page, draft)}; got != want {
				t.Errorf("%s: published and draft listed: %v, want %v", query, got, want)
			}
		}
	})
}

// Every draft can be reached, and the page stays light.
func TestP02DraftsPageByPage(t *testing.T) {
	s := newSite(t)
	edith := s.person("edith", embraye.Editor)
	for range 23 {
		s.newDraft(edith, "Un brouillon parmi d'autres")
	}
	v, seen := s.visitor().signIn(edith.Email), 0
	for _, query := range []string{"", "?drafts=10", "?drafts=20"} {
		page := v.shows("/office/constats" + query)
		seen += strings.Count(page, "Un brouillon parmi d'autres")
		if n := strings.Count(page, "<") - strings.Count(page, "</"); n > 400 {
			t.Errorf("%s: %d elements", query, n)
		}
	}
	if seen != 23 {
		t.Errorf("%d drafts on three pages", seen)
	}
	if got := v.get("/office/constats?drafts=x").Code; got != http.StatusNotFound {
		t.Errorf("no number: %d", got)
	}
}

// P03: who wrote a constat corrects and withdraws it; others ask.
func TestP03EditorsCorrectTheirOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		edith := s.person("edith", embraye.Editor)
		own, other := s.publishOwn(edith, "Le sien"), s.publishOwn(s.person("otto", embraye.Editor), "Celui d'Otto")
		v, reviewer := s.visitor().signIn(edith.Email), s.as("rose", embraye.Reviewer)
		path := "/office/constats/" + own
		holds(t, "own", v.shows(path), []string{path + "/correct", path + "/withdraw"}, []string{path + "/ask"})
		form := url.Values{"kind": {"substance"}, "reason": {"Une date"}, "title": {"Le sien, corrigé"}, "summary": {"Autre."}, "stage": {"done"}, "confidence": {"primary"},
			"evidence_href": {"https://preuve.example/1"}, "license": {"CC-BY-4.0"}, "lang": {"fr"}}
		if w := v.post(path+"/correct", form); w.Code != http.StatusSeeOther {
			t.Fatalf("correcting the own one: %d\n%s", w.Code, w.Body)
		}
		his := "/office/constats/" + other
		page := v.shows(his)
		holds(t, "another's", page, []string{"rose", "otto", his + "/ask"}, []string{his + "/correct"})
		for _, action := range []string{"/correct", "/withdraw"} {
			if g, p := v.get(his+action).Code, v.post(his+action, form).Code; g != http.StatusForbidden || p != http.StatusForbidden {
				t.Errorf("%s of another's: %d, %d", action, g, p)
			}
		}
		if w := v.post(his+"/ask", url.Values{"ask": {""}}); w.Code != http.StatusBadRequest {
			t.Errorf("asking for nothing: %d", w.Code)
		}
		if w := v.post(his+"/ask", url.Values{"ask": {"Le montant est faux."}}); w.Code != http.StatusSeeOther {
			t.Errorf("asking: %d", w.Code)
		}
		holds(t, "start", reviewer.shows("/office"), []string{"Le montant est faux.", "Une correction est demandée : « Celui d'Otto »"}, nil)
		holds(t, "start of who asked", v.shows("/office"), nil, []string{"Le montant est faux."})
		holds(t, "the constat", reviewer.shows(his), []string{"Le montant est faux.", "Classer sans corriger"}, nil)
		if w := v.post(his+"/ask", url.Values{"action": {"close"}}); w.Code != http.StatusForbidden {
			t.Errorf("closing without the right: %d", w.Code)
		}
		reviewer.post(his+"/ask", url.Values{"action": {"close"}})
		holds(t, "closed", reviewer.shows("/office"), nil, []string{"Le montant est faux."})
		if w := v.post(path+"/withdraw", url.Values{"reason": {"Erreur"}}); w.Code != http.StatusSeeOther {
			t.Errorf("withdrawing the own one: %d", w.Code)
		}
	})
}

// P03, where a second person reads first: nobody corrects alone.
func TestP03ReviewAsTheOrganisationDemands(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		edith := s.person("edith", embraye.Editor)
		own := s.publishOwn(edith, "Le sien")
		if err := s.Organisation.SetRules(t.Context(), embraye.Operator(), organisation.Rules{ReviewRequired: true}); err != nil {
			t.Fatal(err)
		}
		path, v := "/office/constats/"+own, s.visitor().signIn(edith.Email)
		holds(t, "own", v.shows(path), []string{path + "/ask"}, []string{path + "/correct"})
		if err := s.Constats.Withdraw(t.Context(), embraye.Acting{Person: edith}, own, constats.WithdrawInput{Reason: "Erreur"}); err == nil {
			t.Error("withdrawn without a second person")
		}
	})
}

// P14: both limits say when it works again, and it does then.
func TestP14InvitationsAndUploadsAreLimited(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		admin := s.as("ada", embraye.Admin)
		invite := func(v *visitor, n int) int {
			return v.post("/office/people", url.Values{"action": {"invite"}, "email": {"p" + string(rune('a'+n)) + "@ours.example"}, "role": {"editor"}}).Code
		}
		for n := range 10 {
			if got := invite(admin, n); got != http.StatusOK {
				t.Fatalf("invitation %d: %d", n+1, got)
			}
		}
		w := admin.post("/office/people", url.Values{"action": {"invite"}, "email": {"one@ours.example"}, "role": {"editor"}})
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(plain(w), "dans 60 min") {
			t.Errorf("the eleventh: %d, %q\n%s", w.Code, w.Header().Get("Retry-After"), plain(w))
		}
		if got := invite(s.as("bea", embraye.Admin), 20); got != http.StatusOK {
			t.Errorf("somebody else: %d", got)
		}
		s.Clock.Advance(time.Hour + time.Second)
		if got := invite(admin, 11); got != http.StatusOK {
			t.Errorf("an hour later: %d", got)
		}
		editor := s.as("edith", embraye.Editor)
		file := []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
		for n := range 60 {
			if w := editor.sendForm("/office/files", map[string]string{}, file); w.Code != http.StatusCreated {
				t.Fatalf("upload %d: %d\n%s", n+1, w.Code, w.Body)
			}
		}
		if w := editor.sendForm("/office/files", map[string]string{}, file); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
			t.Errorf("the 61st: %d", w.Code)
		}
		w = editor.sendForm("/office/constats/new", map[string]string{"title": "Un titre gardé", "action": "save"}, file)
		if w.Code != http.StatusTooManyRequests || !strings.Contains(plain(w), "Un titre gardé") || !strings.Contains(plain(w), "dans 10 min") {
			t.Errorf("with a draft: %d\n%s", w.Code, plain(w))
		}
		s.Clock.Advance(10*time.Minute + time.Second)
		if w := editor.sendForm("/office/files", map[string]string{}, file); w.Code != http.StatusCreated {
			t.Errorf("ten minutes later: %d", w.Code)
		}
	})
}

// Whoever is in the office stays there when something comes to nothing, reads why,
// and has what they wrote.
func TestAnActThatComesToNothing(t *testing.T) {
	s := newSite(t)
	ada, lea := s.as("ada", embraye.Admin), s.as("lea", embraye.Reader)
	const summary, secret = "Un résumé que personne n'aime écrire deux fois.", "un mot de passe de plus de quarante signes, tapé là"
	w := lea.post("/office/constats/new", url.Values{"title": {"Un appel"}, "summary": {summary}, "password": {secret}})
	if page := html.UnescapeString(w.Body.String()); w.Code != http.StatusForbidden || !strings.Contains(page, summary) || strings.Contains(page, secret) {
		t.Errorf("writing with a role too low: %d", w.Code)
	}
	wantWords(t, "a role too low", w.Body.String(), "Bureau", "Votre rôle ne le permet pas", `href="/office"`)

	ada.post("/office/blocks", url.Values{"action": {"block"}, "domain": {"spam.example"}, "severity": {"suspend"}})
	lift := url.Values{"action": {"lift"}, "domain": {"spam.example"}}
	if w := ada.post("/office/blocks", lift); w.Code != http.StatusSeeOther {
		t.Fatalf("lifting a block: %d", w.Code)
	}
	wantWords(t, "lifting it once more", ada.follow(ada.post("/office/blocks", lift)), "C’était déjà fait")
	w = ada.post("/office/reports/77", url.Values{"note": {"Vu"}})
	if w.Code != http.StatusNotFound {
		t.Errorf("closing what is no more: %d", w.Code)
	}
	wantWords(t, "a report that is no more", w.Body.String(), "Bureau", "plus là", "avant vous", `href="/office"`)
}
