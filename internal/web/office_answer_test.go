package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

var seenField = regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`)

// P12: one button answers, shows the reply, and the answer stands below it.
func TestP12AnswersStandUnderWhatTheyAnswer(t *testing.T) {
	c := newConversation(t)
	path := c.reply("Où est le dossier ?", true)
	page := c.moderator.shows(path)
	m := seenField.FindStringSubmatch(page)
	if m == nil || !strings.Contains(page, `<button class="btn main" type="submit" name="action" value="answer_show">`) || strings.Count(page, "btn main") != 1 {
		t.Fatalf("the main button is another one:\n%s", page)
	}
	if w := c.moderator.post(path, url.Values{"action": {"answer_show"}, "seen": {"other"}, "answer": {"Le voici."}}); w.Code != http.StatusBadRequest {
		t.Errorf("a text that nobody has read: %d", w.Code)
	}
	if w := c.moderator.post(path, url.Values{"action": {"answer_show"}, "seen": {m[1]}, "answer": {"Le voici."}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	public := c.get(c.page, browser).Body.String()
	i, j := strings.Index(public, "Où est le dossier ?"), strings.Index(public, "Le voici.")
	if i < 0 || j < i || !strings.Contains(public, `href="/notes/`) {
		t.Errorf("the answer is not below the reply: %d, %d", i, j)
	}
	holds(t, "decided", c.moderator.shows("/office/conversation"), nil, []string{"Où est le dossier ?"})
}

// P12: what a measure boosts stands on its page, by name.
func TestP12BoostsStandOnTheMeasure(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const named, old = embraye.IRI("https://tube.example/videos/1"), embraye.IRI("https://old.example/notes/2")
		err := s.Store.InTx(t.Context(), func(tx store.Tables) error {
			tx.Changed()
			for i, object := range []embraye.IRI{old, named} {
				a := &embraye.Activity{ID: "01hx000000000000000000000" + string(rune('1'+i)), Actor: "mesure2", Type: "Announce", Object: string(object),
					Audience: "many", Public: true, InOutbox: true, Body: []byte("{}"), CreatedAt: s.Clock.Now()}
				if err := tx.Activities.Insert(t.Context(), a); err != nil {
					return err
				}
			}
			return tx.BoostedPosts.Keep(t.Context(), &embraye.BoostedPost{Object: named, Type: "Video", URL: "https://tube.example/w/1", Title: "Les communs, en film", Author: "@ana@tube.example"})
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Web.Invalidate()
		holds(t, "measure", s.get("/@mesure2", browser).Body.String(), []string{"Les communs, en film", `href="https://tube.example/w/1"`, "@ana@tube.example", "old.example"}, nil)
		holds(t, "another", s.get("/@mesure3", browser).Body.String(), nil, []string{"Les communs, en film"})
	})
}

// P04: the journal names constats by their titles.
func TestP04JournalHasTitles(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		s.publish("Un appel est ouvert")
		gone, _ := s.publish("Un titre retiré")
		s.withdraw(gone)
		page := s.get("/journal", browser).Body.String()
		holds(t, "journal", page, []string{">Un appel est ouvert</a>", "un constat retiré"}, []string{"Un titre retiré", ">un constat</a>"})
		audit := s.as("rose", embraye.Reviewer).shows("/office/audit")
		holds(t, "audit", audit, []string{">Un appel est ouvert</a>"}, []string{">Constat " + gone, "update.publish"})
	})
}
