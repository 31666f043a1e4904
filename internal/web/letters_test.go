package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// form sends a form from one of our own pages, or with other headers.
func (s *site) form(path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest("POST", base+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", browser)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.Web.ServeHTTP(w, r)
	return w
}

// The whole way of a reader who follows by mail, as a browser and a mail
// program go it.
func TestFollowingByMailInPages(t *testing.T) {
	s := newSite(t)
	if w := s.get("/suivre/courriel", browser); w.Code != http.StatusNotFound || strings.Contains(s.get("/@mesure2", browser).Body.String(), "courriel") {
		t.Errorf("it is offered without a mail server: %d", w.Code)
	}
	server := s.withMail()
	s.publish("Un appel à communs est ouvert") // and every page anew
	for path, link := range map[string]string{"/@mesure2": "/suivre/courriel?quoi=mesure2", "/@mesure2/FR-BRE": "/suivre/courriel?quoi=mesure2&amp;lieu=FR-BRE",
		"/@organisation": "/suivre/courriel?quoi=organisation", "/suivre": "/suivre/courriel", "/confidentialite": "deux jours différents"} {
		if !strings.Contains(s.get(path, browser).Body.String(), link) {
			t.Errorf("%s does not have %s", path, link)
		}
	}
	page := s.get("/suivre/courriel?quoi=mesure2&lieu=FR-BRE", browser)
	for _, want := range []string{`value="m2" selected`, `value="FR-BRE" selected`, `content="noindex"`, `href="/suivre/courriel?lang=en"`} {
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), want) {
			t.Errorf("%d, without %s", page.Code, want)
		}
	}
	asked := url.Values{"email": {"pas une adresse"}, "measure": {"m2"}, "territory": {""}, "often": {"weekly"}}
	if w := s.form("/suivre/courriel", asked); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="pas une adresse" aria-invalid="true" aria-describedby="email-e" autofocus`) {
		t.Errorf("what is no address: %d", w.Code)
	}
	asked.Set("email", "ana@asso.example")
	first := s.form("/suivre/courriel", asked)
	if err := s.Letters.Send(t.Context()); err != nil || first.Code != http.StatusOK || len(server.Letters()) != 1 {
		t.Fatalf("%d, %d letters, %v", first.Code, len(server.Letters()), err)
	}
	path := strings.TrimPrefix(regexp.MustCompile(`https://ours\.example/suivre/courriel/[\w-]{43}`).FindString(server.Letters()[0].Text()), base)
	for range 2 {
		if w := s.get(path, browser); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Confirmer") || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("the link: %d %v", w.Code, w.Header())
		}
	}
	if w := s.form(path, url.Values{"what": {"m2/"}, "often": {"weekly"}}, "Origin: https://evil.example"); w.Code != http.StatusForbidden {
		t.Errorf("another site confirms: %d", w.Code)
	}
	if w := s.form(path, url.Values{"what": {"m2/"}, "often": {"weekly"}}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "enregistré") {
		t.Errorf("confirming: %d", w.Code)
	}
	if again := s.form("/suivre/courriel", asked); again.Code != first.Code || again.Body.String() != first.Body.String() {
		t.Error("an address that is known gets another answer")
	}
	admin := s.as("admin", embraye.Admin)
	if body := admin.get("/office/followers").Body.String(); !strings.Contains(body, "Par courriel") || strings.Contains(body, "ana@asso.example") {
		t.Error("the office does not count, or says who")
	}
	oneClick := url.Values{"List-Unsubscribe": {"One-Click"}}
	if w := s.get(path+"/quitter", browser); w.Code != http.StatusOK || s.get(path, browser).Code != http.StatusOK {
		t.Errorf("looking at the way out: %d", w.Code)
	}
	for range 2 { // mail programs may ask twice
		if w := s.form(path+"/quitter", oneClick, "Origin: https://mail.example", "Sec-Fetch-Site: cross-site"); w.Code != http.StatusOK {
			t.Errorf("one click: %d", w.Code)
		}
	}
	if w := s.get(path, browser); w.Code != http.StatusNotFound {
		t.Errorf("after leaving: %d", w.Code)
	}
}
