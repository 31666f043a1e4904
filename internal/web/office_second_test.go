package web_test

import (
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"embraye/internal/app/organisation"
	"embraye/internal/embraye"
	"embraye/internal/totp"
)

const (
	stepCookie = "__Host-embraye-step"
	secondPath = "/office/account/second"
)

// A twoStep is somebody who signs in with two steps, and what they do it with.
type twoStep struct {
	s        *site
	email    string
	secret   []byte
	recovery []string
}

var (
	secretOnPage   = regexp.MustCompile(`<code class="pick">([A-Z2-7]{32})</code>`)
	recoveryOnPage = regexp.MustCompile(`<code class="pick">((?:[0-9a-z]{4}-){3}[0-9a-z]{4})</code>`)
)

// twoSteps turns the second step on, through the pages.
func (v *visitor) twoSteps(email string) *twoStep {
	t := v.s.t
	t.Helper()
	if page := v.follow(v.post(secondPath, url.Values{"action": {"app"}})); !strings.Contains(page, `<svg viewBox="0 0 `) || !strings.Contains(page, `href="otpauth://totp/ours.example:`) {
		t.Fatalf("the page has no picture or no link:\n%s", page)
	}
	found := secretOnPage.FindStringSubmatch(v.get(secondPath).Body.String())
	if found == nil {
		t.Fatal("the page has no secret")
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(found[1])
	if err != nil {
		t.Fatal(err)
	}
	two := &twoStep{s: v.s, email: email, secret: secret}
	w := v.post(secondPath, url.Values{"action": {"app_confirm"}, "code": {two.code()}})
	for _, m := range recoveryOnPage.FindAllStringSubmatch(w.Body.String(), -1) {
		two.recovery = append(two.recovery, m[1])
	}
	if w.Code != http.StatusOK || len(two.recovery) != 10 || !strings.Contains(w.Header().Get("Cache-Control"), "no-store") {
		t.Fatalf("%d, %d recovery codes, %q", w.Code, len(two.recovery), w.Header().Get("Cache-Control"))
	}
	return two
}

// code is one that was not used.
func (two *twoStep) code() string {
	two.s.Clock.Advance(time.Minute)
	return totp.Code(two.secret, totp.StepOf(two.s.Clock.Now()))
}

// first takes the first step in a new browser.
func (two *twoStep) first(more url.Values) (v *visitor, page string) {
	two.s.t.Helper()
	form := url.Values{"email": {two.email}, "password": {password}}
	for name, values := range more {
		form[name] = values
	}
	v = two.s.visitor()
	w := v.post("/login", form)
	if w.Code != http.StatusOK || v.cookies[stepCookie] == "" {
		two.s.t.Fatalf("the first step: %d, cookies %v", w.Code, v.cookies)
	}
	return v, w.Body.String()
}

// Between the two steps nobody is in; afterwards what was typed is there, under a
// new session. No link goes around the second step, and no other site takes it away.
func TestSecondStep(t *testing.T) {
	s := newSite(t)
	ana := s.as("ana", embraye.Editor)
	two := ana.twoSteps("ana@ours.example")
	if again := ana.get(secondPath).Body.String(); recoveryOnPage.MatchString(again) || secretOnPage.MatchString(again) {
		t.Error("a secret is shown a second time")
	}
	if w := ana.post(secondPath, url.Values{"action": {"app_remove"}}, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("a page elsewhere that removes the factor: %d", w.Code)
	}
	stranger := s.visitor()
	if w := stranger.post("/login/second", url.Values{"code": {two.code()}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/login" {
		t.Errorf("a code without a password: %d", w.Code)
	}

	typed := s.visitor().post("/office/constats/new", url.Values{"title": {"Écrit avant"}, "action": {"save"}})
	v, page := two.first(url.Values{"next": {"/office/constats/new"}, "kept": {controlOf(t, typed.Body.String(), "kept").value}})
	for _, path := range []string{"/office", "/office/account", secondPath} {
		if w := v.get(path); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login") {
			t.Errorf("%s between the steps: %d", path, w.Code)
		}
	}
	forged := s.visitor()
	forged.cookies[sessionCookie] = v.cookies[stepCookie]
	if forged.inside() {
		t.Error("the ticket of the first step is a session")
	}
	if w := v.get("/login/second?lang=en"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Second step") {
		t.Errorf("the page in another language: %d", w.Code)
	}
	w := v.post("/login/second", url.Values{"code": {"000000"}})
	if c := controlOf(t, w.Body.String(), "code"); w.Code != http.StatusUnauthorized || !c.invalid || v.inside() || strings.Contains(w.Body.String(), "toujours là") {
		t.Errorf("a wrong code: %d, %+v", w.Code, c)
	}
	carried := url.Values{"next": {controlOf(t, page, "next").value}, "kept": {controlOf(t, page, "kept").value}, "code": {two.code()}}
	before := v.session()
	if page := v.follow(v.post("/login/second", carried)); !strings.Contains(page, "Écrit avant") {
		t.Errorf("what was typed is not there:\n%s", page)
	}
	if v.session() == "" || v.session() == before || v.cookies[stepCookie] != "" {
		t.Errorf("cookies after the second step: %v", v.cookies)
	}

	lost := s.visitor()
	reset, err := s.People.ResetLink(t.Context(), embraye.Operator(), two.email)
	if err != nil {
		t.Fatal(err)
	}
	if w := lost.post(reset, url.Values{"password": {password}}); w.Code != http.StatusOK || lost.inside() || lost.cookies[stepCookie] == "" {
		t.Errorf("a link to a new password goes around the second step: %d", w.Code)
	}
	if w := lost.post("/login/second", url.Values{"code": {strings.ToUpper(two.recovery[4])}}); w.Code != http.StatusSeeOther || !lost.inside() {
		t.Errorf("a recovery code: %d", w.Code)
	}

	late, _ := two.first(nil)
	s.Clock.Advance(11 * time.Minute)
	if w := late.post("/login/second", url.Values{"code": {two.code()}}); w.Header().Get("Location") != "/login" {
		t.Errorf("a ticket of eleven minutes: %d", w.Code)
	}
	if w := lost.post(secondPath, url.Values{"action": {"app_remove"}}); w.Code != http.StatusSeeOther || !strings.Contains(lost.get(secondPath).Body.String(), `value="prove"`) {
		t.Errorf("a change without a proof: %d", w.Code)
	}
	if w := lost.post(secondPath, url.Values{"action": {"prove"}, "old_password": {password}, "code": {"123456"}}); w.Code != http.StatusBadRequest {
		t.Errorf("a wrong proof: %d", w.Code)
	}
	lost.follow(lost.post(secondPath, url.Values{"action": {"prove"}, "old_password": {password}, "code": {two.code()}}))
	lost.follow(lost.post(secondPath, url.Values{"action": {"app_remove"}}))
	s.visitor().signIn(two.email)
}

// An admin who owes a second step can reach the page where it is turned on, and
// nothing else; having it opens everything again.
func TestAdminsWhoOweASecondStep(t *testing.T) {
	s := newSite(t)
	ruler := s.as("ruler", embraye.Admin)
	rules := url.Values{"action": {"rules"}, "factor_required": {"1"}}
	if w := ruler.post("/office/people", rules); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "Activez d’abord") {
		t.Errorf("a rule that its maker does not keep: %d", w.Code)
	}
	ruler.twoSteps("ruler@ours.example")
	ruler.follow(ruler.post("/office/people", rules))
	rulesNow, err := s.Organisation.Rules(t.Context())
	if err != nil || rulesNow != (organisation.Rules{FactorRequired: true}) {
		t.Fatalf("%+v, %v", rulesNow, err)
	}
	if page := ruler.get("/office/people").Body.String(); !strings.Contains(page, "en deux étapes") {
		t.Error("the list of people does not say who has two steps")
	}
	if !s.as("bea", embraye.Reviewer).inside() {
		t.Error("the rule of admins holds a reviewer up")
	}
	owing := s.as("cleo", embraye.Admin)
	for _, path := range []string{"/office", "/office/people", "/office/account", "/office/constats/new"} {
		answers := []*httptest.ResponseRecorder{owing.get(path)}
		if path != "/office" {
			answers = append(answers, owing.post(path, url.Values{"action": {"language"}, "language": {"fr"}}))
		}
		for _, w := range answers {
			if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || to != secondPath {
				t.Errorf("%s of who owes a second step: %d to %s", path, w.Code, to)
			}
		}
	}
	owing.post("/office/constats/new", url.Values{"action": {"publish"}, "title": {"Écrit juste avant"}})
	if page := owing.get(secondPath).Body.String(); !strings.Contains(page, "qui administre entre en deux étapes") || !strings.Contains(page, "Ce que vous écriviez est gardé") {
		t.Errorf("the page does not say why, or what is kept:\n%s", page)
	}
	owing.post("/office/account", url.Values{"action": {"password"}, "old_password": {"Celui-d-avant"}, "password": {"Celui-d-apres"}})
	kept := 0
	err = s.Store.Pool().QueryRowContext(t.Context(), "SELECT count(*) FROM sessions WHERE instr(data, CAST('Celui-d-' AS BLOB)) > 0").Scan(&kept)
	if err != nil || kept != 0 {
		t.Errorf("a password is kept in the session: %v", err)
	}
	typed := s.visitor().post("/office/account", url.Values{"action": {"password"}, "old_password": {"Celui-d-avant"}})
	carried, err := base64.RawURLEncoding.DecodeString(controlOf(t, typed.Body.String(), "kept").value)
	if err != nil || strings.Contains(string(carried), "Celui-d-") || !strings.Contains(string(carried), "action") {
		t.Errorf("the page of the sign-in carries %q, %v", carried, err)
	}
	long := owing.post("/office/constats/new", url.Values{"action": {"publish"}, "title": {"Trop"}, "text": {strings.Repeat("mot ", 260<<10)}})
	if page := long.Body.String(); long.Code != http.StatusRequestEntityTooLarge || !strings.Contains(page, "mot mot mot") || !strings.Contains(page, "trop long pour être gardé") {
		t.Errorf("%d: what cannot be kept is not given back", long.Code)
	}
	owing.twoSteps("cleo@ours.example")
	if page := owing.get(secondPath).Body.String(); !strings.Contains(page, `<a href="/office/constats/new">Reprendre`) {
		t.Errorf("no way back to what was being written:\n%s", page)
	}
	if page := owing.get("/office/constats/new").Body.String(); !strings.Contains(page, "Écrit juste avant") {
		t.Error("what was being written when the rule came is lost")
	}
	if !owing.inside() || owing.get("/office/people").Code != http.StatusOK {
		t.Error("having a second step opens nothing")
	}
}
