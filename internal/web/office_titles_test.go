package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// Titles are looked for once the text is safe: whoever gives up waiting finds it
// in the office.
func TestT05SavedBeforeTitlesAreLookedFor(t *testing.T) {
	s := newSite(t)
	person := s.person("lea", embraye.Editor)
	lea := s.visitor().signIn(person.Email)
	saved := -1
	var giveUp context.CancelFunc
	s.World.Wire.Serve("preuve.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if saved, err = s.Store.Tables().Drafts.CountOpen(t.Context(), person.ID); err != nil {
			t.Error(err)
		}
		if r.URL.Path == "/muet" {
			giveUp()
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<title>Appel à communs</title>")
	}))
	form := func(path string) url.Values {
		return url.Values{"action": {"titles"}, "title": {"Un appel est ouvert"}, "evidence_href": {"https://preuve.example" + path}}
	}
	w := lea.post("/office/constats/new", form("/appel"))
	if w.Code != http.StatusSeeOther || saved != 1 {
		t.Fatalf("%d, %d drafts when the page was asked: %s", w.Code, saved, w.Body)
	}
	if page := lea.get(w.Header().Get("Location")).Body.String(); !strings.Contains(page, "Appel à communs") {
		t.Error("the title is not in the draft")
	}

	ctx, cancel := context.WithCancel(t.Context())
	giveUp = cancel
	r := httptest.NewRequestWithContext(ctx, "POST", base+"/office/constats/new", strings.NewReader(form("/muet").Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", base)
	lea.send(r)
	if n, err := s.Store.Tables().Drafts.CountOpen(t.Context(), person.ID); err != nil || n != 2 {
		t.Errorf("%d drafts after giving up (%v)", n, err)
	}
}
