package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// Whoever writes about a scope is shown what a peer said there on the same
// evidence, and decides; readers are told a fact once that somebody declared
// to be one.
func TestOneFactOfTwoOrganisations(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	theirs := s.hears("pair.example", "Amont", embraye.Done, "Le pair le dit aussi")
	begin := func(typed url.Values) string {
		t.Helper()
		form := url.Values{"measure": {"m2"}, "subject": {"institution"}, "territory": {"FR-BRE"}, "institution": {"Région Bretagne"}, "institution_kind": {"region"},
			"stage": {"under_way"}, "title": {"Nous le disons"}, "summary": {"Un résumé."}, "confidence": {"primary"}, "observed_date": {"2026-04-30"}, "license": {"CC-BY-4.0"}, "lang": {"fr"},
			"evidence_href": {"https://PREUVES.example/pair.example"}, "evidence_name": {"La preuve"}}
		for name, values := range typed {
			form[name] = values
		}
		return lea.autosave("/office/constats/new", form).Path
	}
	const suggestion = "Dans le même périmètre, Amont s’appuie sur la même preuve"
	for what, other := range map[string]url.Values{"another place": {"territory": {"FR-OCC"}}, "another proof": {"evidence_href": {"https://preuves.example/autre"}},
		"another page of an application": {"evidence_href": {"https://preuves.example/pair.example#/autre"}},
		"another subject":                {"subject": {"civil_society"}}, "no measure": {"measure": {""}}, "no link": {"evidence_href": {"preuves"}}} {
		if strings.Contains(lea.get(begin(other)).Body.String(), suggestion) {
			t.Errorf("%s is taken for the same fact", what)
		}
	}

	for what, same := range map[string]string{"a passage": "https://preuves.example/pair.example#article-2", "a last slash": "http://preuves.example/pair.example/"} {
		if !strings.Contains(lea.get(begin(url.Values{"evidence_href": {same}})).Body.String(), suggestion) {
			t.Errorf("%s makes it another fact", what)
		}
	}

	path := begin(nil)
	page := lea.get(path).Body.String()
	if !strings.Contains(page, suggestion) || !strings.Contains(page, `href="/copies/`+theirs.CopyID) {
		t.Fatalf("nothing is said of the peer's constat")
	}
	form := sentForm(t, page)
	form.Set("same", string(theirs.URI))
	if w := lea.post(path, form); w.Code != http.StatusSeeOther {
		t.Fatalf("it is the same fact: %d", w.Code)
	}
	page = lea.get(path).Body.String()
	if strings.Contains(page, suggestion) || !strings.Contains(page, string(theirs.URI)) || !strings.Contains(page, "Nous le disons") {
		t.Error("the link is not kept, or is asked for again")
	}
	id, err := strconv.ParseInt(path[strings.LastIndexByte(path, '/')+1:], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	people, err := s.Store.Tables().People.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := embraye.Acting{Person: &people[slices.IndexFunc(people, func(p embraye.Person) bool { return p.Role == embraye.Editor })]}
	draft, err := s.Drafts.Take(t.Context(), by, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Drafts.Publish(t.Context(), by, id, draft.Version); err != nil {
		t.Fatal(err)
	}
	once := s.page("/chronologie?de=*", "Dit aussi par", "Nous le disons", "Le pair le dit aussi")
	if n := strings.Count(once, `<li class="item">`); n != 1 {
		t.Errorf("one fact takes %d lines", n)
	}
	s.hears("autre.example", "Aval", embraye.Done, "Un autre le dit, sans lien")
	if n := strings.Count(s.page("/chronologie?de=*"), `<li class="item">`); n != 2 {
		t.Errorf("what nobody declared is joined: %d lines", n)
	}
}
