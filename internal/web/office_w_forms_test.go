package web_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// A typed case is one field of a form with something that it cannot hold.
type typed struct {
	form   string // which form: setup, invite, editor…
	field  string
	limit  int  // characters; 0: a field with another rule
	needed bool // may not be only spaces
}

// typedCases are the text fields of the forms; the setup comes first, for it
// ends when there is an admin.
func typedCases() []typed {
	return []typed{
		{"setup", "email", 254, true}, {"setup", "name", embraye.MaxName, true}, {"setup", "password", 256, true},
		{"setup", "org_name", embraye.MaxName, false}, {"setup", "org_summary", embraye.MaxSummary, false},
		{"setup", "org_handle", 64, false}, {"setup", "contact", embraye.MaxText, false},
		{"people", "email", 254, true},
		{"invite", "name", embraye.MaxName, true}, {"invite", "password", 256, true},
		{"organisation", "org_name", embraye.MaxName, true}, {"organisation", "org_summary", embraye.MaxSummary, false},
		{"legal", "director", embraye.MaxText, false}, {"legal", "moderation", embraye.MaxText, false},
		{"editor", "title", embraye.MaxTitle, false}, {"editor", "summary", embraye.MaxSummary, false}, {"editor", "text", embraye.MaxText, false},
		{"editor", "institution", embraye.MaxName, false}, {"editor", "territory_name", embraye.MaxName, false},
		{"editor", "indicator_name", embraye.MaxName, false},
		{"editor", "searched", embraye.MaxSummary, false}, {"editor", "evidence_href", 2048, false}, {"editor", "evidence_name", embraye.MaxSummary, false},
		{"editor", "evidence_publisher", embraye.MaxSummary, false}, {"editor", "related_href", 2048, false},
		{"correct", "reason", embraye.MaxReason, true}, {"withdraw", "reason", embraye.MaxReason, true},
	}
}

// formsStage is an instance whose forms can all be sent.
type formsStage struct {
	*site
	admin                 *visitor
	setup, invit, constat string
}

func newFormsStage(t *testing.T) *formsStage {
	s := newSite(t)
	return &formsStage{site: s, setup: s.setupLink(), invit: s.invite("bea@ours.example", embraye.Editor)}
}

// send posts a form that is right but for one field.
func (f *formsStage) send(form, field, value string) *httptest.ResponseRecorder {
	f.t.Helper()
	good := map[string]url.Values{
		"setup":        {"email": {"ana@ours.example"}, "name": {"Ana"}, "password": {password}, "org_name": {"Nous"}, "org_summary": {"Qui"}, "contact": {"ici@ours.example"}},
		"people":       {"action": {"invite"}, "email": {"dan@ours.example"}, "role": {"editor"}},
		"invite":       {"name": {"Bea"}, "password": {password}},
		"organisation": {"action": {"profile"}, "org_name": {"Nous"}},
		"legal":        {"director": {"Ana"}},
		"editor": {"title": {"Titre"}, "action": {"save"}, "indicator_value": {"3"}, "evidence_href": {"https://preuve.example/"}, "evidence_name": {"Preuve"},
			"evidence_publisher": {"Région"}, "related_rel": {"follows"}, "related_href": {"https://ours.example/constats/x"}},
		"account":  {"action": {"language"}, "language": {"fr"}},
		"correct":  {"kind": {"typo"}, "title": {"Un appel à communs est ouvert."}, "summary": {"La région a ouvert un appel à communs."}},
		"withdraw": {},
	}
	if f.admin == nil && form != "setup" && form != "invite" {
		f.admin = f.as("admin", embraye.Admin)
		_, f.constat = f.publish("Un appel à communs est ouvert") // after the setup: it locks the handle
	}
	paths := map[string]string{"setup": f.setup, "invite": f.invit, "people": "/office/people", "organisation": "/office/organisation",
		"legal": "/office/legal", "editor": "/office/constats/new", "account": "/office/account",
		"correct": "/office" + f.constat + "/correct", "withdraw": "/office" + f.constat + "/withdraw"}
	values := maps.Clone(good[form])
	values[field] = []string{value}
	if form == "setup" || form == "invite" {
		return f.visitor().post(paths[form], values)
	}
	return f.admin.post(paths[form], values)
}

// refused wants a form back: 400, in French, the field marked and described,
// what was typed still there.
func (f *formsStage) refused(what string, w *httptest.ResponseRecorder, field, value string) {
	f.t.Helper()
	if w.Code != http.StatusBadRequest {
		f.t.Errorf("%s: %d", what, w.Code)
		return
	}
	page := w.Body.String()
	if !strings.Contains(page, `<html lang="fr">`) || !strings.Contains(page, `role="alert"`) || !strings.Contains(page, "à revoir") {
		f.t.Errorf("%s: no summary of mistakes", what)
	}
	c := controlOf(f.t, page, field)
	if !c.invalid || c.described == "" {
		f.t.Errorf("%s: the field is not marked: invalid %t, described by %q", what, c.invalid, c.described)
	}
	want := embraye.Trim(value)
	if field == "password" {
		want = ""
	}
	if embraye.Trim(c.value) != want {
		f.t.Errorf("%s: %d characters of %d come back", what, len(c.value), len(want))
	}
	if strings.Contains(page, password) {
		f.t.Errorf("%s: the password comes back", what)
	}
}

// W68: too long by one, by a megabyte, only spaces, signs that turn the text.
func TestW68TextFields(t *testing.T) {
	f := newFormsStage(t)
	cases := typedCases()
	for _, c := range cases {
		long := strings.Repeat("a", c.limit+1)
		if c.field == "email" {
			long = strings.Repeat("a", c.limit) + "@ours.example"
		}
		values := map[string]string{"limit + 1": long, "1 MB": strings.Repeat("a", 1<<20)}
		if c.needed {
			values["only spaces"] = "   \t  "
			values["unseen signs"] = "\u200b\u200b"
		}
		if c.field != "password" {
			values["turned"] = "abc\u202eexe.gpj"
			values["isolated"] = "abc\u2066def"
		}
		for name, value := range values {
			what := c.form + " " + c.field + " " + name
			f.refused(what, f.send(c.form, c.field, value), c.field, value)
		}
	}
	if people := f.people(); len(people) != 1 {
		t.Errorf("%d people", len(people))
	}
}

// W69: dates, numbers and choices outside of their lists.
func TestW69OfficeValues(t *testing.T) {
	f := newFormsStage(t)
	for _, c := range []struct{ form, field, value string }{
		{"setup", "org_handle", "instance"}, {"setup", "org_handle", "mesure2"}, {"setup", "org_handle", "É"},
		{"setup", "email", "a@b\r\nBcc: x@y"}, {"setup", "email", "Ana <ana@ours.example>"},
		{"editor", "effective_date", "0000-00-00"}, {"editor", "effective_date", "99999-01-01"}, {"editor", "effective_date", "+99:99"},
		{"editor", "observed_date", "2024-02-30"}, {"editor", "observed_date", "2024-13"}, {"editor", "observed_date", "1e309"},
		{"editor", "indicator_as_of", "-0"}, {"editor", "confidence", "certain"}, {"editor", "stage", "finished"}, {"editor", "stage", "not_assessed"},
		{"editor", "subject", "everybody"}, {"editor", "institution_kind", "empire"}, {"editor", "license", "all-mine"},
		{"people", "role", "owner"}, {"people", "role", ""}, {"account", "language", "xx"},
	} {
		w := f.send(c.form, c.field, c.value)
		what := c.form + " " + c.field + " " + c.value
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Errorf("%s: %d", what, w.Code)
			continue
		}
		if control := controlOf(t, w.Body.String(), c.field); control.described == "" {
			t.Errorf("%s: no sentence beside the field", what)
		}
	}
	admin := f.admin
	for _, path := range []string{"/office/drafts/0", "/office/drafts/-1", "/office/drafts/1e309", "/office/drafts/99999999999999999999", "/office/drafts/x"} {
		if w := admin.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, version := range []string{"-1", "1e309", "99999999999999999999"} {
		if w := admin.post("/office/drafts/1", url.Values{"version": {version}, "title": {"T"}}); w.Code >= 500 {
			t.Errorf("version %s: %d", version, w.Code)
		}
	}
}

// The list of mistakes goes down the page as its fields do, whichever check found
// which first.
func TestMistakesStandInTheOrderOfTheFields(t *testing.T) {
	f := newFormsStage(t)
	admin := f.as("admin", embraye.Admin)
	_, constat := f.publish("Un appel à communs est ouvert")
	anchors := regexp.MustCompile(`<li><a href="#(f-[a-z-]+)">`)
	for path, form := range map[string]url.Values{
		"/office/constats/new": {"action": {"check"}, "title": {strings.Repeat("x", 500)}, "summary": {strings.Repeat("x", 5000)}, "observed_date": {"hier ?"},
			"evidence_href": {"javascript:x"}, "evidence_name": {"Preuve"}, "institution": {strings.Repeat("x", 5000)}, "license": {"aucune"}},
		"/office" + constat + "/correct": {"kind": {"typo"}, "summary": {""}, "title": {""}, "evidence_href": {""}, "reason": {""}},
	} {
		page := admin.post(path, form).Body.String()
		last, found := -1, anchors.FindAllStringSubmatch(page, -1)
		if len(found) < 2 {
			t.Errorf("%s: %d mistakes\n%s", path, len(found), page)
		}
		for _, m := range found {
			at := strings.Index(page, `id="`+m[1]+`"`)
			if at < last {
				t.Errorf("%s: %s comes too late: %v", path, m[1], found)
			}
			last = at
		}
	}
}
