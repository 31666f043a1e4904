package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
)

// A new draft is one draft, however often its form is sent: by a button pressed
// twice, or a page loaded again.
func TestANewDraftSentTwiceIsOne(t *testing.T) {
	s := newSite(t)
	person := s.person("lea", embraye.Editor)
	lea := s.visitor().signIn(person.Email)
	form := sentForm(t, lea.get("/office/constats/new").Body.String())
	form.Set("title", "Pressé deux fois")
	form.Set("action", "save")
	var both sync.WaitGroup
	for range 3 {
		both.Go(func() { lea.post("/office/constats/new", form) })
	}
	both.Wait()
	bad := url.Values{"once": {"1"}, "title": {"Rechargé"}, "effective_date": {"bientôt"}, "action": {"save"}}
	for range 2 {
		if w := lea.post("/office/constats/new", bad); w.Code != http.StatusBadRequest {
			t.Errorf("%d", w.Code)
		}
	}
	if n, err := s.Store.Tables().Drafts.CountOpen(t.Context(), person.ID); err != nil || n != 2 {
		t.Errorf("%d drafts, %v", n, err)
	}
	other := s.as("ana", embraye.Editor)
	other.post("/office/constats/new", form)
	lea.post("/office/constats/new", url.Values{"title": {"Un autre"}, "action": {"save"}})
	if n, err := s.Store.Tables().Drafts.CountOpen(t.Context(), person.ID); err != nil || n != 3 {
		t.Errorf("%d drafts, %v", n, err)
	}
}

// The preview begins with the first letter, and shows the pictures that others
// will see.
func TestPreviewFromTheFirstLetter(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	for field, typed := range map[string]string{"title": "L", "summary": "Un résumé", "stage": "done", "measure": "m2", "institution": "Région", "text": "Un *texte*"} {
		answer := lea.autosave("/office/constats/new", url.Values{field: {typed}})
		word := map[string]string{"stage": "Réalisé", "measure": "partenariats", "text": "texte"}[field]
		if word == "" {
			word = typed
		}
		if !strings.Contains(answer.Preview, word) || strings.Contains(answer.Preview, "stage.") || strings.Contains(answer.Preview, "#<span></span>") {
			t.Errorf("%s: the preview is %s", field, answer.Preview)
		}
	}
	if answer := lea.autosave("/office/constats/new", url.Values{"title": {" "}}); strings.Contains(answer.Preview, "class=\"post\"") {
		t.Errorf("nothing is shown as %s", answer.Preview)
	}
	draft, _, _ := strings.Cut(lea.sendForm("/office/constats/new", map[string]string{"title": "Une affiche", "file_alt": "L'affiche", "action": "save"}, apptest.Picture(t, 48)).Header().Get("Location"), "#")
	shown := func() bool {
		_, preview, _ := strings.Cut(lea.get(draft).Body.String(), `id="preview"`)
		return strings.Contains(preview, "<img")
	}
	if shown() {
		t.Error("a picture is shown that is not sent")
	}
	form := sentForm(t, lea.get(draft).Body.String())
	form.Set("evidence_attached", form.Get("evidence_href"))
	lea.press(draft, "save", form)
	if !shown() {
		t.Error("the picture that is sent is not shown")
	}
}

// Who reads a draft for somebody sees that; its author sees who is asked.
func TestReviewIsNamed(t *testing.T) {
	s := newSite(t)
	lea, boss := s.as("lea", embraye.Editor), s.as("boss", embraye.Admin)
	list, err := s.People.List(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatal(err, list)
	}
	answer := lea.autosave("/office/constats/new", url.Values{"title": {"À relire"}})
	lea.press(answer.Path, "review", url.Values{"reviewer": {"2"}})
	wantWords(t, "the author's page", lea.get(answer.Path).Body.String(), "À relire par ", "<h1>Écrire un constat</h1>")
	wantWords(t, "the reviewer's page", boss.get(answer.Path).Body.String(), "<h1>Relire ce constat</h1>")
	wantWords(t, "the reviewer's page in English", boss.get(answer.Path+"?lang=en").Body.String(), "<h1>Review this update</h1>", "Brittany", "Ministry")
}

// A correction of substance is read again before it goes.
func TestCorrectionIsReadBeforeItGoes(t *testing.T) {
	s := newSite(t)
	boss := s.as("boss", embraye.Admin)
	id, path := s.publish("Un appel à communs est ouvert")
	path = "/office" + path + "/correct"
	form := sentForm(t, boss.get(path).Body.String())
	for name, value := range map[string]string{"kind": "substance", "reason": "Le financement est voté.", "stage": "done", "title": "Un appel à communs est clos", "action": "look"} {
		form.Set(name, value)
	}
	w := boss.post(path, form)
	page := w.Body.String()
	wantWords(t, "the last look", page, "<del>ouvert</del>", "<ins>clos</ins>", "Le financement est voté.", "Réalisé", "L’étape change", `value="send"`)
	if u, err := s.Store.Tables().Updates.Take(t.Context(), id); err != nil || u.Revision != 1 {
		t.Fatalf("revision %d, %v", u.Revision, err)
	}
	again := sentForm(t, page)
	again.Set("action", "edit")
	if got := controlOf(t, boss.post(path, again).Body.String(), "title").value; got != "Un appel à communs est clos" {
		t.Errorf("going on correcting begins with %q", got)
	}
	again.Set("action", "send")
	boss.follow(boss.post(path, again))
	if u, err := s.Store.Tables().Updates.Take(t.Context(), id); err != nil || u.Revision != 2 || u.Title != "Un appel à communs est clos" || len(u.Evidence) == 0 {
		t.Errorf("%+v, %v", u, err)
	}
	form.Set("reason", "")
	if w := boss.post(path, form); w.Code != http.StatusBadRequest || !controlOf(t, w.Body.String(), "reason").invalid {
		t.Errorf("without a reason: %d", w.Code)
	}
}

// The editor stays a page that a phone draws at once.
func TestEditorIsShort(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	answer := lea.autosave("/office/constats/new", url.Values{"title": {"T"}, "evidence_href": {"https://a.example/"}})
	for _, path := range []string{"/office/constats/new", answer.Path} {
		doc, err := html.Parse(strings.NewReader(lea.get(path).Body.String()))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for node := range doc.Descendants() {
			if node.Type == html.ElementNode {
				n++
			}
		}
		if n > 400 {
			t.Errorf("%s has %d elements", path, n)
		}
		t.Logf("%s: %d elements", path, n)
	}
}

// Departments and communes are typed, and come back as they are called.
func TestDepartmentsAreTyped(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	for typed, want := range map[string][2]string{"Ille-et-Vilaine": {"COG-D35", "Ille-et-Vilaine"}, "ille et vilaine": {"COG-D35", "Ille-et-Vilaine"}, "COG-D35": {"COG-D35", "Ille-et-Vilaine"}, "35 238": {"COG-C35238", "35238"}} {
		answer := lea.autosave("/office/constats/new", url.Values{"title": {typed}, "territory": {"FR-BRE"}, "commune": {typed}})
		drafts, err := s.Drafts.List(t.Context(), embraye.Operator(), embraye.DraftFilter{Limit: 1})
		if err != nil || len(drafts) != 1 || drafts[0].Territory != want[0] {
			t.Errorf("%s became %+v, %v", typed, drafts, err)
		}
		if got := controlOf(t, lea.get(answer.Path).Body.String(), "commune").value; got != want[1] {
			t.Errorf("%s comes back as %q", typed, got)
		}
	}
}
