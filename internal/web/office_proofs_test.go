package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
)

// sentForm is what a browser sends of a page's form when nothing is typed.
func sentForm(t testing.TB, page string) url.Values {
	t.Helper()
	form := url.Values{}
	for _, n := range elements(t, page, "input") {
		kind := attribute(n, "type")
		if name := attribute(n, "name"); name != "" && kind != "file" && (kind != "radio" && kind != "checkbox" || has(n, "checked")) {
			form.Add(name, attribute(n, "value"))
		}
	}
	for _, n := range elements(t, page, "textarea") {
		form.Add(attribute(n, "name"), strings.TrimPrefix(rawText(n), "\n"))
	}
	for _, n := range elements(t, page, "select") {
		for option := range n.Descendants() {
			if option.Data == "option" && has(option, "selected") {
				form.Add(attribute(n, "name"), attribute(option, "value"))
			}
		}
	}
	return form
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// press sends the form of a page with a button, and says where that leads.
func (v *visitor) press(path, button string, typed url.Values) string {
	v.s.t.Helper()
	form := sentForm(v.s.t, v.get(path).Body.String())
	for name, values := range typed {
		form[name] = values
	}
	form.Set("action", button)
	w := v.post(strings.SplitN(path, "?", 2)[0], form)
	if w.Code != http.StatusSeeOther {
		v.s.t.Fatalf("%s on %s: %d", button, path, w.Code)
	}
	return w.Header().Get("Location")
}

// cards counts the cards of evidence on a page, and those with a field for files.
func cards(page string) (all, empty int) {
	return strings.Count(page, `id="preuve-`), strings.Count(page, `type="file"`)
}

// One card for each proof, an empty one on demand, and after each button one is
// where one was.
func TestP10CardsOfEvidence(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	if all, empty := cards(lea.get("/office/constats/new").Body.String()); all != 1 || empty != 1 {
		t.Errorf("a new draft has %d cards, %d of them empty", all, empty)
	}
	w := lea.sendForm("/office/constats/new", map[string]string{"title": "Un appel", "file_alt": "L'affiche", "action": "save"}, apptest.Picture(t, 48))
	at := w.Header().Get("Location")
	draft, place, _ := strings.Cut(at, "#")
	if w.Code != http.StatusSeeOther || place != "preuve-1" {
		t.Fatalf("%d, the upload leads to %q", w.Code, at)
	}
	page := lea.get(draft).Body.String()
	wantWords(t, "the card", page, `<img src="/fichiers/400/`, `alt="L&#39;affiche" width="48" height="48"`, "rapport.pdf · ", "ko</span>", `value="remove-1"`, "Ce que montre l’image", "Ouvrir")
	if href := controlOf(t, page, "evidence_href"); !href.hidden {
		t.Errorf("the address of a file is a field: %+v", href)
	}
	if alt := controlOf(t, page, "evidence_name").value; alt != "L'affiche" {
		t.Errorf("the picture shows %q", alt)
	}
	if all, empty := cards(page); all != 1 || empty != 0 {
		t.Errorf("%d cards, %d empty", all, empty)
	}

	more := lea.press(draft, "proof", nil)
	if more != draft+"?proof=1#preuve-2" {
		t.Errorf("one more card leads to %q", more)
	}
	form := sentForm(t, lea.get(more).Body.String())
	form["evidence_href"][1] = "https://preuve.example/appel"
	if at := lea.press(more, "keep", form); at != draft+"#preuve-2" {
		t.Errorf("the second proof leads to %q", at)
	}
	wantWords(t, "the second card", lea.get(draft).Body.String(), `href="https://preuve.example/appel"`, `value="remove-2"`)
	// A mistake elsewhere keeps nobody from taking a card away.
	if at := lea.press(draft, "remove-1", url.Values{"effective_date": {"bientôt"}}); at != draft+"#preuve-1" {
		t.Errorf("removing leads to %q", at)
	}
	page = lea.get(draft).Body.String()
	if all, _ := cards(page); all != 1 || strings.Contains(page, "/fichiers/") || controlOf(t, page, "evidence_href").value != "https://preuve.example/appel" {
		t.Errorf("the wrong card is gone:\n%s", page)
	}
}

// What was typed in a card without an address is kept, and publication says
// what the card lacks.
func TestP10ACardWithoutAnAddressIsKept(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	answer := lea.autosave("/office/constats/new", url.Values{"title": {"T"}, "evidence_href": {"", "https://a.example/"}, "evidence_name": {"Délibération", "B"}, "evidence_publisher": {"Région", ""}})
	page := lea.get(answer.Path).Body.String()
	wantWords(t, "the draft", page, `value="Délibération"`, `value="remove-1"`, `value="remove-2"`)
	form := sentForm(t, page)
	form.Set("action", "publish")
	w := lea.post(answer.Path, form)
	if href := controlsOf(t, w.Body.String(), "evidence_href"); w.Code != http.StatusBadRequest || len(href) != 2 || !href[0].invalid || href[1].invalid {
		t.Errorf("%d: %+v", w.Code, href)
	}
}

// The page of a correction has the same cards, and its buttons publish nothing.
func TestP10CardsOfACorrection(t *testing.T) {
	s := newSite(t)
	boss := s.as("boss", embraye.Admin)
	id, path := s.publish("Un appel à communs est ouvert")
	path = "/office" + path + "/correct"
	form := sentForm(t, boss.get(path).Body.String())
	for _, button := range []string{"proof", "keep", "remove-1"} {
		form.Set("action", button)
		w := boss.post(path, form)
		if all, _ := cards(w.Body.String()); w.Code != http.StatusOK || all == 0 {
			t.Errorf("%s: %d, %d cards", button, w.Code, all)
		}
	}
	wantWords(t, "a button", boss.get(path).Body.String(), `formaction="`+path+`#preuve-1"`)
	if u, err := s.Store.Tables().Updates.Take(t.Context(), id); err != nil || u.Revision != 1 {
		t.Errorf("revision %d, %v", u.Revision, err)
	}
}

// What came next is a constat of its own, in the same scope, and the earlier
// stage stays in the timeline.
func TestP13WhatCameNext(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	id, path := s.publish("Un appel à communs est ouvert")
	next := "/office/constats/new?follows=" + id
	wantWords(t, "the constat in the office", lea.get("/office"+path).Body.String(), `href="`+next+`"`, "Publier la suite")
	page := lea.get(next).Body.String()
	wantWords(t, "the editor", page, "La suite de", "Un appel à communs est ouvert", "reste dans la chronologie")
	form, in := sentForm(t, page), sampleInput("")
	for name, want := range map[string]string{"measure": in.Measure, "territory": in.Territory, "subject": string(in.Subject), "institution": in.Institution.Name,
		"institution_kind": string(in.Institution.Kind), "related_rel": "follows", "related_href": base + path, "stage": "", "title": ""} {
		if got := form.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name, value := range map[string]string{"title": "Les lauréats sont connus", "summary": "Douze communs sont financés.", "stage": "done", "evidence_href": "https://preuve.example/laureats", "action": "publish"} {
		form.Set(name, value)
	}
	last := lea.post("/office/constats/new", form).Header().Get("Location")
	published := lea.press(last, "", nil)
	u, err := s.Store.Tables().Updates.Take(t.Context(), strings.TrimPrefix(published, "/office/constats/"))
	if err != nil {
		t.Fatal(err)
	}
	if before, err := s.Store.Tables().Updates.Take(t.Context(), id); err != nil || u.ScopeKey != before.ScopeKey || before.Withdrawn() || before.Revision != 1 {
		t.Errorf("the earlier one is %+v, %v", before, err)
	}
	wantWords(t, "the Note", s.get("/constats/"+u.ID, "application/activity+json").Body.String(), `"rel":"follows"`, `"href":"`+base+path+`"`)
	wantWords(t, "the measure", s.get("/@mesure2", browser).Body.String(), "Engagé", "Réalisé", "Un appel à communs est ouvert", "Les lauréats sont connus")
}

// The page of a correction asks first what has happened.
func TestP13ACorrectionAsksFirst(t *testing.T) {
	s := newSite(t)
	boss := s.as("boss", embraye.Admin)
	id, path := s.publish("Un appel à communs est ouvert")
	page := boss.get("/office" + path + "/correct").Body.String()
	question, form := strings.Index(page, "La situation a-t-elle changé"), strings.Index(page, `id="correction"`)
	if question < 0 || form < question {
		t.Errorf("the question is at %d, the form at %d", question, form)
	}
	wantWords(t, "the question", page, `href="/office/constats/new?follows=`+id+`"`, `href="#correction"`)
}

// There is nothing after what was withdrawn, or never was.
func TestP13NothingFollowsWhatIsGone(t *testing.T) {
	s := newSite(t)
	boss := s.as("boss", embraye.Admin)
	id, path := s.publish("Un appel à communs est ouvert")
	boss.post("/office"+path+"/withdraw", url.Values{"reason": {"Erreur"}})
	for follows, want := range map[string]int{id: http.StatusGone, "x": 404, strings.Repeat("0", 26): 404} {
		if w := boss.get("/office/constats/new?follows=" + follows); w.Code != want {
			t.Errorf("%s: %d, want %d", follows, w.Code, want)
		}
	}
	if strings.Contains(boss.get("/office"+path).Body.String(), "follows=") {
		t.Error("a withdrawn constat has a sequel")
	}
}

// A PDF is kept as it came: the office says so as the public page does.
func TestP14UncheckedPDFIsSaidInTheOffice(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	for _, c := range []struct {
		file []byte
		said bool
	}{{[]byte(pdf), true}, {apptest.Picture(t, 48), false}} {
		w := lea.sendForm("/office/constats/new", map[string]string{"title": "Un appel", "file_alt": "Le rapport", "action": "save"}, c.file)
		draft, _, _ := strings.Cut(w.Header().Get("Location"), "#")
		page := lea.get(draft).Body.String()
		if strings.Contains(page, "PDF, non vérifié") != c.said {
			t.Errorf("said: %t, want %t: %d %s", !c.said, c.said, w.Code, draft)
		}
	}
}
