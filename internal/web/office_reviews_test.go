package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// goesOn posts a form and returns the page that the browser is sent on to.
func (v *visitor) goesOn(t *testing.T, path string, form url.Values) string {
	t.Helper()
	w := v.post(path, form)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	to := w.Header().Get("Location")
	if page := v.get(to); page.Code != http.StatusOK {
		t.Fatalf("%s: %d", to, page.Code)
	}
	return to
}

func wants(t *testing.T, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !says(body, text) {
			t.Errorf("nothing is said of %q", text)
		}
	}
}

func TestAReviewIsWrittenInTheOffice(t *testing.T) {
	s := newSite(t)
	s.publish("Un appel à communs")
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	s.knows(u)
	editor := s.as("ana", embraye.Editor)
	list := editor.get("/office/reviews").Body.String()
	wants(t, list, "Là où vous vous êtes prononcés", "Rien de tel", "La Paire", "/office/reviews/new?of=")

	w := editor.get("/office/reviews/new?of=" + url.QueryEscape(string(u.URI)))
	wants(t, w.Body.String(), "Rien de tel", "porte sur la version 1", "/copies/"+u.CopyID)
	typed := url.Values{"of": {string(u.URI)}, "revision": {"1"}, "verdict": {"contests"}, "lang": {"fr"}, "action": {"publish"},
		"evidence_href": {"https://preuves.example/1", ""}, "evidence_name": {"Notre preuve", ""}, "evidence_consulted": {"", ""}}
	w = editor.post("/office/reviews/new", typed)
	if body := w.Body.String(); w.Code != http.StatusBadRequest || !strings.Contains(body, "Notre preuve") || !strings.Contains(body, `value="contests" checked`) || !strings.Contains(body, `aria-invalid="true"`) {
		t.Fatalf("without a reason: %d %s", w.Code, body)
	}
	open := editor.get("/office/reviews/new?of=" + url.QueryEscape(string(u.URI)))
	draft := open.Header().Get("Location")
	if open.Code != http.StatusSeeOther || !strings.HasPrefix(draft, "/office/reviews/drafts/") {
		t.Fatalf("what was begun is not found again: %d %s", open.Code, draft)
	}
	number := strings.TrimPrefix(draft, "/office/reviews/drafts/")
	if got := editor.get("/office/drafts/" + number); got.Header().Get("Location") != draft {
		t.Errorf("as the draft of a constat: %d %s", got.Code, got.Header().Get("Location"))
	}
	if got := editor.post("/office/drafts/"+number, url.Values{"title": {"Autre chose"}}); got.Code != http.StatusNotFound {
		t.Errorf("saved as a constat: %d", got.Code)
	}
	wants(t, editor.get("/office").Body.String(), "Avis : Rien de tel")
	wants(t, editor.get("/office/reviews").Body.String(), "Avis commencés", "Conteste")

	// The constat is corrected while somebody writes: they are told, keep their text, and decide.
	u.Revision, u.RevisionReason = 2, "Une date"
	s.change(func(tx store.Tables) error { return tx.PeerUpdates.Upsert(t.Context(), &u) })
	typed.Set("reason", "Nous y étions.")
	typed.Del("version")
	w = editor.post(draft, typed)
	body := w.Body.String()
	if w.Code != http.StatusBadRequest {
		t.Fatalf("a constat that was corrected meanwhile: %d", w.Code)
	}
	wants(t, body, "il en est à la version 2", "Nous y étions.", `name="revision" value="2"`)
	typed.Set("revision", "2")
	to := editor.goesOn(t, draft, typed)
	id := strings.TrimPrefix(to, "/office/reviews/ours/")
	if again := editor.post(draft, typed); again.Header().Get("Location") != to {
		t.Errorf("published twice: %d %s", again.Code, again.Header().Get("Location"))
	}
	r, err := s.Store.Tables().Reviews.Take(t.Context(), id)
	if err != nil || r.ReviewedRevision != 2 || r.Reason != "Nous y étions." || len(r.Evidence) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	wants(t, editor.get("/office/reviews/ours").Body.String(), "Rien de tel", "Sans réponse")
	if strings.Contains(editor.get("/office/reviews").Body.String(), "Rien de tel") {
		t.Error("what was reviewed is to be read still")
	}
	for about, code := range map[string]string{string(u.URI): "a déjà donné son avis", "https://nowhere.example/1": "n’est pas un constat que cette instance conserve",
		string(s.Site.UpdateID(id)): "une organisation ne donne pas d’avis sur elle-même"} {
		w := editor.get("/office/reviews/new?of=" + url.QueryEscape(about))
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), code) {
			t.Errorf("%s: %d, nothing of %q", about, w.Code, code)
		}
	}

	said := url.Values{"kind": {"substance"}, "verdict": {"qualifies"}, "reason": {"En partie."}, "lang": {"fr"}}
	if w := editor.post(to+"/correct", said); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "En partie.") {
		t.Errorf("corrected without a reason: %d", w.Code)
	}
	said.Set("change", "Vérifié de nouveau")
	editor.goesOn(t, to+"/correct", said)
	wants(t, editor.get(to).Body.String(), "En partie.", "Vérifié de nouveau")
	editor.goesOn(t, to+"/withdraw", url.Values{"reason": {"Une donnée personnelle"}, "erase": {"1"}})
	if body := editor.get(to).Body.String(); strings.Contains(body, "En partie.") || !strings.Contains(body, "Une donnée personnelle") {
		t.Errorf("erased: %s", body)
	}
	left, err := s.Store.Tables().ReviewRevisions.List(t.Context(), id)
	if err != nil || len(left) != 2 || left[0].Reason != "" || len(left[1].Wire) != 0 || left[1].Change != "" {
		t.Errorf("of the versions is left %+v, %v", left, err)
	}
}

func TestASecondPersonReadsAReviewAndItLeavesAtItsHour(t *testing.T) {
	s := newSite(t)
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	s.knows(u)
	admin, editor, reviewer := s.as("chef", embraye.Admin), s.as("ana", embraye.Editor), s.as("bea", embraye.Reviewer)
	s.change(func(tx store.Tables) error { return tx.Settings.Set(t.Context(), "review_required", "1") })
	typed := url.Values{"of": {string(u.URI)}, "revision": {"1"}, "verdict": {"contests"}, "reason": {"Non."}, "lang": {"fr"}, "action": {"publish"}}
	if w := editor.post("/office/reviews/new", typed); w.Code != http.StatusForbidden {
		t.Fatalf("alone where two are wanted: %d", w.Code)
	}
	draft := editor.get("/office/reviews/new?of=" + url.QueryEscape(string(u.URI))).Header().Get("Location")
	typed.Set("action", "review")
	typed.Set("review_note", "Est-ce juste ?")
	editor.goesOn(t, draft, typed)
	wants(t, reviewer.get("/office").Body.String(), "Avis : Rien de tel", "Est-ce juste ?")
	wants(t, reviewer.get(draft).Body.String(), "Non.", "Publier l’avis")
	at := s.Clock.Now().Add(2 * time.Hour)
	typed.Set("action", "schedule")
	typed.Set("scheduled_at", at.Format("2006-01-02T15:04"))
	reviewer.goesOn(t, draft, typed)
	wants(t, admin.get("/office/reviews").Body.String(), "Avis commencés", "Rien de tel")
	if n, err := s.Drafts.PublishDue(t.Context()); n != 0 || err != nil {
		t.Fatalf("before its hour: %d, %v", n, err)
	}
	s.Clock.Advance(3 * time.Hour)
	published := make(chan int)
	for range 2 { // two replicas
		go func() {
			n, err := s.Drafts.PublishDue(t.Context())
			if err != nil {
				t.Error(err)
			}
			published <- n
		}()
	}
	if n := <-published + <-published; n != 1 {
		t.Errorf("published %d times", n)
	}
	r, err := s.Store.Tables().Reviews.Standing(t.Context(), u.URI)
	if err != nil || r.Reason != "Non." {
		t.Fatalf("%+v, %v", r, err)
	}
	if w := editor.get("/office/reviews/ours/" + r.ID + "/withdraw"); w.Code != http.StatusForbidden {
		t.Errorf("withdrawn alone where two are wanted: %d", w.Code)
	}
}

func TestAPlannedReviewOfWhatWasCorrectedWaits(t *testing.T) {
	s := newSite(t)
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	s.knows(u)
	editor := s.as("ana", embraye.Editor)
	typed := url.Values{"of": {string(u.URI)}, "revision": {"1"}, "verdict": {"contests"}, "reason": {"Non."}, "lang": {"fr"}, "action": {"schedule"},
		"scheduled_at": {s.Clock.Now().Add(time.Hour).Format("2006-01-02T15:04")}}
	editor.goesOn(t, "/office/reviews/new", typed)
	u.Revision = 2
	s.change(func(tx store.Tables) error { return tx.PeerUpdates.Upsert(t.Context(), &u) })
	s.Clock.Advance(2 * time.Hour)
	if n, err := s.Drafts.PublishDue(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	draft := editor.get("/office/reviews/new?of=" + url.QueryEscape(string(u.URI))).Header().Get("Location")
	wants(t, editor.get(draft).Body.String(), "La publication programmée n’a pas eu lieu", "Vous aviez lu la version 1", "le constat en est à la version 2", "Non.")
}

func TestWhatIsToBeReadComesInPages(t *testing.T) {
	s := newSite(t)
	editor := s.as("ana", embraye.Editor)
	if err := s.Store.InTx(t.Context(), func(tx store.Tables) error { return s.disagree(t.Context(), tx, 9) }); err != nil {
		t.Fatal(err)
	}
	own := sampleInput("Le nôtre")
	own.Scope.Institution = embraye.Institution{Name: "Institution 4", Kind: "region"}
	if _, err := s.Constats.Publish(t.Context(), embraye.Operator(), own); err != nil {
		t.Fatal(err)
	}
	lines, pages := 0, 0
	for path := "/office/reviews"; path != "" && pages < 9; pages++ {
		body := editor.get(path).Body.String()
		if n := strings.Count(strings.SplitN(body, "Ailleurs", 2)[0], ">Constat 4<"); pages == 0 && n != len(disagreeing()) {
			t.Errorf("%d lines where we have spoken", n)
		}
		for n := range 9 {
			lines += strings.Count(body, fmt.Sprintf(">Constat %d<", n))
		}
		path = nextOf(body, "/office/reviews")
	}
	if want := 9 * len(disagreeing()); lines != want || pages != 3 {
		t.Errorf("%d of %d lines on %d pages", lines, want, pages)
	}
	for _, path := range []string{"/office/reviews?before=x", "/office/reviews?before=2+1+x", "/office/reviews?before=1+-1+x", "/office/reviews/ours?before=x", "/office/reviews/received?state=x"} {
		if w := editor.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestReviewsReceivedAreDecidedAndAnswered(t *testing.T) {
	s := newSite(t)
	id, _ := s.publish("Un appel à communs")
	u := s.hears("pair.example", "La Paire", embraye.NoSign, "Rien de tel")
	s.knows(u)
	reviewer := s.as("bea", embraye.Reviewer)
	r := s.judges("pair.example", s.Site.UpdateID(id), embraye.Contests, "Pas <i>ouvert</i>.")
	s.change(func(tx store.Tables) error {
		_, err := tx.PeerReviews.Decide(t.Context(), &r, embraye.ReplyPending, "")
		return err
	})
	wants(t, reviewer.get("/office").Body.String(), "1 avis reçu attend une décision")
	wants(t, reviewer.get("/office/reviews/received").Body.String(), "Conteste", "Un appel à communs", "En attente")
	one := fmt.Sprintf("/office/reviews/received/%d", r.ID)
	body := reviewer.get(one).Body.String()
	wants(t, body, "Pas &lt;i&gt;ouvert", "Répondre à cet avis", "/correct?integrates=https%3a%2f%2fpair.example")
	_, rest, _ := strings.Cut(body, `name="seen" value="`)
	seen, _, _ := strings.Cut(rest, `"`)
	for _, form := range []url.Values{{"action": {"hide"}}, {"action": {"show"}, "seen": {"autre"}}, {"action": {"answer"}, "seen": {seen}}} {
		if w := reviewer.post(one, form); w.Code != http.StatusBadRequest {
			t.Errorf("%v: %d", form, w.Code)
		}
	}
	reviewer.goesOn(t, one, url.Values{"action": {"hide"}, "reason": {"Hors sujet"}})
	s.page("/journal", "Avis reçu masqué", "Hors sujet")
	reviewer.goesOn(t, one, url.Values{"action": {"show"}, "seen": {seen}})
	s.page("/constats/"+id, "1 organisation conteste")

	// The constat takes the review up: it is offered, and stands in no row of links.
	form := reviewer.get("/office/constats/" + id + "/correct?integrates=" + url.QueryEscape(string(r.URI))).Body.String()
	if !strings.Contains(form, `name="integrates" value="`+string(r.URI)+`" checked`) {
		t.Error("the review is not ticked")
	}
	fields := url.Values{"kind": {"substance"}, "reason": {"Un avis"}, "title": {"Un appel à communs clos"}, "summary": {sampleInput("x").Summary}, "stage": {string(sampleInput("x").Stage)},
		"confidence": {"secondary"}, "license": {"CC-BY-4.0"}, "observed_date": {"2026-05-01"}, "integrates": {string(r.URI)}}
	for _, e := range sampleInput("x").Evidence {
		for name, value := range map[string]string{"evidence_href": e.Href, "evidence_name": e.Name, "evidence_type": "Link"} {
			fields.Add(name, value)
		}
	}
	if w := reviewer.post("/office/constats/"+id+"/correct", fields); w.Code != http.StatusSeeOther {
		t.Fatalf("correcting: %d %s", w.Code, w.Body)
	}
	again := reviewer.get("/office/constats/" + id + "/correct").Body.String()
	if strings.Contains(again, `name="related_href" type="text" inputmode="url" value="`+string(r.URI)) || !strings.Contains(again, "Déjà intégré : Conteste") {
		t.Error("what was taken up stands in a row of links, or is not said")
	}
	response, err := s.Store.Tables().ReviewResponses.Take(t.Context(), r.URI, s.Site.ActorID("mesure2"))
	if err != nil || response.IntegratedBy == "" {
		t.Errorf("%+v, %v", response, err)
	}
}

// nextOf is the address of the next page of a list; empty on the last one.
func nextOf(body, path string) string {
	_, rest, more := strings.Cut(body, `<a rel="next" href="`)
	if !more {
		return ""
	}
	query, _, _ := strings.Cut(rest, `"`)
	return path + html.UnescapeString(query)
}
