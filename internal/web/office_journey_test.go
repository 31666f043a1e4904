package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
)

// fill sends the form of a page as a browser without scripts would: its hidden
// fields and what is in it already, with what somebody types over it.
func (v *visitor) fill(path string, typed url.Values) *httptest.ResponseRecorder {
	v.s.t.Helper()
	page := v.get(path)
	if page.Code != http.StatusOK {
		v.s.t.Fatalf("%s: %d", path, page.Code)
	}
	form := url.Values{}
	for _, n := range elements(v.s.t, page.Body.String(), "input") {
		if name := attribute(n, "name"); name != "" && attribute(n, "type") != "file" && attribute(n, "type") != "radio" && attribute(n, "type") != "checkbox" {
			form.Add(name, attribute(n, "value"))
		}
	}
	for _, n := range elements(v.s.t, page.Body.String(), "textarea") {
		form.Add(attribute(n, "name"), strings.TrimPrefix(rawText(n), "\n"))
	}
	for name, values := range typed {
		if form[name] == nil && name != "action" && name != "role" {
			v.s.t.Errorf("%s has no field %s", path, name)
		}
		form[name] = values
	}
	return v.post(path, form)
}

// follow goes where an answer leads, and returns the page there.
func (v *visitor) follow(w *httptest.ResponseRecorder) string {
	v.s.t.Helper()
	if w.Code != http.StatusSeeOther {
		v.s.t.Fatalf("%d instead of a redirect: %s", w.Code, w.Body)
	}
	page := v.get(w.Header().Get("Location"))
	if page.Code != http.StatusOK {
		v.s.t.Fatalf("%s: %d", w.Header().Get("Location"), page.Code)
	}
	return page.Body.String()
}

// says tells whether a page has a text, whichever of its spaces may break.
func says(page, text string) bool {
	return strings.Contains(page, text) || strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), text)
}

func wantWords(t *testing.T, where, page string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !says(page, word) {
			t.Errorf("%s does not say %q:\n%s", where, word, page)
		}
	}
}

var shownLink = regexp.MustCompile(`<code[^>]*>(https://ours\.example/[a-z]+/[A-Za-z0-9_-]{43})</code>`)

// linkOn is the one-time link that a page shows.
func linkOn(t *testing.T, page string) string {
	t.Helper()
	m := shownLink.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no link in\n%s", page)
	}
	return strings.TrimPrefix(m[1], base)
}

// From an empty instance to a colleague with a new password, over plain HTTP:
// setup, invitation, sign-out, sign-in, lost password.
func TestJourneyOfAnOffice(t *testing.T) {
	s := newSite(t)
	link := s.setupLink()
	ana := s.visitor()
	page := ana.follow(ana.fill(link, url.Values{"email": {"Ana@Asso.example"}, "name": {"Ana"}, "password": {password}, "org_name": {"Les communs"},
		"org_handle": {"communs"}, "org_summary": {"Qui nous sommes"}, "contact": {"contact@asso.example"},
		"link_name": {"Site", ""}, "link_href": {"https://asso.example/", ""}}))
	wantWords(t, "the end of the setup", page, "Publiez votre premier constat", `name="title"`)
	if org, err := s.Organisation.Profile(t.Context()); err != nil || org.Handle != "communs" || org.Name != "Les communs" || len(org.Links) != 1 {
		t.Errorf("the organisation is %+v, %v", org, err)
	}
	wantWords(t, "the organisation's page", s.get("/@communs", browser).Body.String(), "Les communs", "Qui nous sommes", "https://asso.example/")

	invited := ana.post("/office/people", url.Values{"action": {"invite"}, "email": {"bea@asso.example"}, "role": {"editor"}})
	invitation := linkOn(t, invited.Body.String())
	if strings.Contains(ana.get("/office/people").Body.String(), invitation) {
		t.Error("the link is shown a second time")
	}
	bea := s.visitor()
	wantWords(t, "the invitation", bea.get(invitation).Body.String(), "bea@asso.example", "<h1>Rejoindre le bureau</h1>")
	bea.follow(bea.fill(invitation, url.Values{"name": {"Béa"}, "password": {password}}))
	if w := bea.post("/logout", nil); w.Header().Get("Location") != "/login" || bea.inside() {
		t.Error("signed out, and still inside")
	}
	wantWords(t, "after the sign-out", bea.get("/office").Header().Get("Location"), "/login?next=%2Foffice")
	wantWords(t, "the page that was asked for", bea.follow(bea.fill("/login?next=/office/account", url.Values{"email": {" BEA@asso.example "}, "password": {password}})), "Mon compte", "Béa")

	bea.post("/logout", nil)
	asked := bea.fill("/reset", url.Values{"email": {"bea@asso.example"}})
	wantWords(t, "the page after asking", asked.Body.String(), "La demande est enregistrée", "transmettra un lien")
	wantWords(t, "what waits for the admin", ana.get("/office").Body.String(), "bea@asso.example")
	reset := linkOn(t, ana.post("/office/people", url.Values{"action": {"reset"}, "email": {"bea@asso.example"}}).Body.String())
	const next = "an entirely new one"
	wantWords(t, "the office", bea.follow(bea.fill(reset, url.Values{"password": {next}})), "Le mot de passe est changé")
	if old, now := s.visitor().try("bea@asso.example", password), s.visitor().try("bea@asso.example", next); old != 401 || now != 303 {
		t.Errorf("the old password %d, the new one %d", old, now)
	}
}

// A link that is of no use says why, as far as that is anybody's business, and
// how to get another.
func TestLinksThatAreOfNoUse(t *testing.T) {
	s := newSite(t)
	lost := strings.Repeat("A", 43)
	expired := s.setupLink()
	s.Clock.Advance(25 * time.Hour)
	used := s.setupLink()
	form := url.Values{"email": {"ana@ours.example"}, "name": {"Ana"}, "password": {password}, "org_name": {"Nous"}}
	admin := s.visitor()
	admin.follow(admin.post(used, form))
	usedInvite, expiredInvite := s.invite("bea@ours.example", embraye.Editor), s.invite("dan@ours.example", embraye.Editor)
	bea := s.visitor()
	bea.follow(bea.post(usedInvite, url.Values{"name": {"Bea"}, "password": {password}}))
	usedReset, expiredReset := s.resetLink("bea@ours.example"), s.resetLink("ana@ours.example")
	bea.follow(bea.post(usedReset, url.Values{"password": {password}}))
	s.Clock.Advance(8 * 24 * time.Hour)
	for path, words := range map[string][]string{
		"/setup/" + lost: {"n’est pas valable", "embraye user setup-link"}, used: {"déjà servi", "embraye user setup-link"}, expired: {"a expiré", "embraye user setup-link"},
		"/invite/" + lost: {"n’est pas valable", "Demandez une nouvelle invitation", `href="/login"`}, usedInvite: {"déjà servi", "nouvelle invitation"},
		expiredInvite:    {"a expiré", "nouvelle invitation"},
		"/reset/" + lost: {"n’est pas valable", "Demandez un nouveau lien", `href="/reset"`}, usedReset: {"n’est pas valable", `href="/reset"`},
		expiredReset: {"n’est pas valable", `href="/reset"`},
	} {
		for _, w := range []*httptest.ResponseRecorder{s.visitor().get(path), s.visitor().post(path, form)} {
			page := w.Body.String()
			if w.Code != http.StatusNotFound && w.Code != http.StatusBadRequest {
				t.Errorf("%s: %d", path, w.Code)
			}
			wantWords(t, path, page, words...)
		}
		english := s.visitor().get(path + "?lang=en").Body.String()
		wantWords(t, path+" in English", english, `<html lang="en">`)
	}
}

// Mistakes at the doors: the form comes back with what was typed, the field is
// marked, and a sentence in the reader's language says what to do.
func TestMistakesAtTheDoors(t *testing.T) {
	s := newSite(t)
	link := s.setupLink()
	for _, tt := range []struct {
		name, path, field, fr, en string
		form                      url.Values
		kept                      map[string]string
	}{
		{"no address", link, "email", "n’est pas une adresse", "is not an e-mail address", url.Values{"email": {"ana"}, "name": {"Ana"}, "password": {password}, "org_name": {"Nous"}}, map[string]string{"email": "ana", "name": "Ana", "org_name": "Nous"}},
		{"short password", link, "password", "10 caractères au moins", "At least 10 characters", url.Values{"email": {"ana@a.example"}, "name": {"Ana"}, "password": {"short"}}, map[string]string{"email": "ana@a.example", "password": ""}},
		{"no name", link, "name", "À remplir", "", url.Values{"email": {"ana@a.example"}, "password": {password}}, map[string]string{"email": "ana@a.example", "password": ""}},
		{"bad handle", link, "org_handle", "ne peut pas être un nom de compte", "cannot be a handle", url.Values{"email": {"ana@a.example"}, "name": {"Ana"}, "password": {password}, "org_handle": {"Mon Asso"}}, map[string]string{"org_handle": "Mon Asso"}},
		{"handle of a measure", link, "org_handle", "réservé", "reserved", url.Values{"email": {"ana@a.example"}, "name": {"Ana"}, "password": {password}, "org_handle": {"mesure2"}}, map[string]string{"org_handle": "mesure2"}},
		{"bad link", link, "link_href", "n’est pas une adresse complète", "is not", url.Values{"email": {"ana@a.example"}, "name": {"Ana"}, "password": {password}, "link_name": {"Site"}, "link_href": {"asso.example"}}, map[string]string{"link_name": "Site", "link_href": "asso.example"}},
		{"link without name", link, "link_href", "Donnez un nom au lien", "Give the link", url.Values{"email": {"ana@a.example"}, "name": {"Ana"}, "password": {password}, "link_name": {""}, "link_href": {"https://a.example/"}}, map[string]string{"link_href": "https://a.example/"}},
		{"wrong password", "/login", "email", "ne convient pas", "is not right", url.Values{"email": {"eve@a.example"}, "password": {"wrong password"}, "kept": {"dGl0bGU9VA"}}, map[string]string{"email": "eve@a.example", "password": "", "kept": "dGl0bGU9VA"}},
	} {
		for lang, sentence := range map[string]string{"fr": tt.fr, "en": tt.en} {
			w := s.visitor().post(tt.path, tt.form, "Accept-Language: "+lang)
			page := w.Body.String()
			if w.Code != http.StatusBadRequest && w.Code != http.StatusUnauthorized || !strings.Contains(page, `<html lang="`+lang+`">`) {
				t.Errorf("%s in %s: %d", tt.name, lang, w.Code)
				continue
			}
			c := controlOf(t, page, tt.field)
			if !c.invalid || !strings.Contains(c.described, sentence) || c.described == "" {
				t.Errorf("%s in %s: invalid %t, described by %q", tt.name, lang, c.invalid, c.described)
			}
			for name, want := range tt.kept {
				if got := controlOf(t, page, name).value; got != want {
					t.Errorf("%s in %s: %s comes back as %q", tt.name, lang, name, got)
				}
			}
			if strings.Contains(page, password) || strings.Contains(page, "wrong password") {
				t.Errorf("%s in %s: the password comes back", tt.name, lang)
			}
		}
	}
}

// Somebody who has tried too often keeps what an expired session had carried
// into the page.
func TestTooManyTriesKeepTheForm(t *testing.T) {
	s := newSite(t)
	v := s.visitor()
	form := url.Values{"email": {"ana@ours.example"}, "password": {"wrong password"}, "kept": {"dGl0bGU9VA"}, "next": {"/office/constats/new"}}
	for range 5 {
		v.post("/login", form)
	}
	w := v.post("/login", form)
	page := w.Body.String()
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "900" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	for name, want := range map[string]string{"email": "ana@ours.example", "password": "", "kept": "dGl0bGU9VA", "next": "/office/constats/new"} {
		if got := controlOf(t, page, name).value; got != want {
			t.Errorf("%s comes back as %q", name, got)
		}
	}
	if c := controlOf(t, page, "email"); !c.invalid || !strings.Contains(c.described, "Revenez dans 15 min") {
		t.Errorf("the field says %q", c.described)
	}
}

// What was typed when a session had ended is there after the sign-in, on the
// page where it was typed.
func TestExpiredSessionKeepsTheText(t *testing.T) {
	s := newSite(t)
	v := s.as("ana", embraye.Editor)
	if err := s.People.SetRole(t.Context(), embraye.Operator(), "ana@ours.example", embraye.Reviewer); err != nil {
		t.Fatal(err)
	}
	w := v.post("/office/constats/new", url.Values{"title": {"Écrit longtemps"}, "action": {"save"}})
	if w.Code != http.StatusUnauthorized {
		t.Fatalf("%d", w.Code)
	}
	page := w.Body.String()
	wantWords(t, "the sign-in", page, "Votre session avait expiré")
	back := v.post("/login", url.Values{"email": {"ana@ours.example"}, "password": {password},
		"kept": {controlOf(t, page, "kept").value}, "next": {controlOf(t, page, "next").value}})
	if got := controlOf(t, v.follow(back), "title").value; got != "Écrit longtemps" {
		t.Errorf("the title is %q", got)
	}
	long := s.visitor().post("/office/constats/new", url.Values{"title": {"T"}, "text": {strings.Repeat("mot ", 200<<10)}}).Body.String()
	if !strings.Contains(long, "mot mot mot") || !strings.Contains(long, "Copiez-le d’abord") || strings.Contains(long, `name="kept"`) {
		t.Error("what the sign-in cannot carry is not given back")
	}
	s.as("bea", embraye.Admin)
	v = s.as("cleo", embraye.Admin)
	if err := s.People.SetRole(t.Context(), embraye.Operator(), "cleo@ours.example", embraye.Reviewer); err != nil {
		t.Fatal(err)
	}
	if err := s.People.SetRole(t.Context(), embraye.Operator(), "cleo@ours.example", embraye.Admin); err != nil {
		t.Fatal(err)
	}
	page = v.post("/office/legal", url.Values{"director": {"Ana Dupont"}}).Body.String()
	back = v.post("/login", url.Values{"email": {"cleo@ours.example"}, "password": {password},
		"kept": {controlOf(t, page, "kept").value}, "next": {controlOf(t, page, "next").value}})
	restored := v.follow(back)
	if got := controlOf(t, restored, "director").value; got != "Ana Dupont" || !strings.Contains(restored, "est toujours là") {
		t.Errorf("the director is %q", got)
	}
	if again := v.get("/office/legal").Body.String(); strings.Contains(again, "est toujours là") || controlOf(t, again, "director").value != "" {
		t.Error("it comes back twice")
	}
}

// Of a button that was pressed when a session had ended the sign-in says nothing: no
// text is kept.
func TestExpiredSessionKeepsNoButton(t *testing.T) {
	s := newSite(t)
	for path, form := range map[string]url.Values{"/office/followers": {"action": {"accept"}, "version": {"3"}}, "/office/deliveries": {"action": {"retry"}}, "/office/constats/new": {"title": {""}, "action": {"save"}}} {
		page := s.visitor().post(path, form).Body.String()
		if strings.Contains(page, "Votre session avait expiré") || !strings.Contains(page, `name="password"`) {
			t.Errorf("%s: %s", path, page)
		}
	}
}

// What was typed before several sign-ins waits in one session until that is full: then
// it is given back.
func TestExpiredSessionsKeepNoMoreThanOneSession(t *testing.T) {
	s := newSite(t)
	v := s.as("ana", embraye.Editor)
	for n, path := range []string{"/office/constats/new", "/office/drafts/1", "/office/drafts/2"} {
		page := s.visitor().post(path, url.Values{"title": {path}, "text": {strings.Repeat("mot ", 90<<10)}}).Body.String()
		w := v.post("/login", url.Values{"email": {"ana@ours.example"}, "password": {password}, "kept": {controlOf(t, page, "kept").value}, "next": {controlOf(t, page, "next").value}})
		if n < 2 {
			if w.Code != http.StatusSeeOther {
				t.Fatalf("%s: %d", path, w.Code)
			}
			continue
		}
		if said := w.Body.String(); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(said, "mot mot mot") || !strings.Contains(said, "La connexion est faite") {
			t.Errorf("%d: %.2000s", w.Code, said)
		}
	}
}

// One's own account: a wrong old password, the list of sessions, the language.
func TestOwnAccount(t *testing.T) {
	s := newSite(t)
	ana := s.as("ana", embraye.Editor)
	other := s.visitor().signIn("ana@ours.example")
	w := ana.post("/office/account", url.Values{"action": {"password"}, "old_password": {"wrong password"}, "password": {"another good password"}})
	if c := controlOf(t, w.Body.String(), "old_password"); w.Code != http.StatusBadRequest || !c.invalid || !strings.Contains(c.described, "mot de passe actuel") || c.value != "" {
		t.Errorf("%d: %+v", w.Code, c)
	}
	page := ana.get("/office/account").Body.String()
	if strings.Count(page, `name="session"`) != 1 || !strings.Contains(page, "<strong>") {
		t.Errorf("the page does not know which of two sessions is this one:\n%s", page)
	}
	ana.follow(ana.post("/office/account", url.Values{"action": {"end"}, "session": {controlOf(t, page, "session").value}}))
	if other.inside() || !ana.inside() {
		t.Error("the other session was not ended, or this one was")
	}
	ana.follow(ana.post("/office/account", url.Values{"action": {"end"}, "session": {controlOf(t, page, "session").value}})) // from an older tab
	ana.get("/office/account?lang=fr")
	ana.follow(ana.post("/office/account", url.Values{"action": {"language"}, "language": {"en"}}))
	wantWords(t, "the account", ana.get("/office/account").Body.String(), `<html lang="en">`)
}
