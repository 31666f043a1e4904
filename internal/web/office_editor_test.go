package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// autosaved is what the editor's script gets.
type autosaved struct {
	Path, Saved, Message, Preview string
	Version                       int
	Wrong                         []struct {
		Name, Text string
		Row        int
	}
}

// autosave sends a form as the editor's script does while somebody types.
func (v *visitor) autosave(path string, form url.Values) (answer autosaved) {
	v.s.t.Helper()
	form.Set("action", "autosave")
	w := v.post(path, form)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		v.s.t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
	}
	return answer
}

func TestP01DatesAsPeopleTypeThem(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	for typed, want := range map[string]string{"12/06/2024": "2024-06-12", "juin 2024": "2024-06", "2024": "2024", "June 12, 2024": "2024-06-12", "12 juin 2024": "2024-06-12"} {
		answer := lea.autosave("/office/constats/new", url.Values{"title": {"T"}, "effective_date": {typed}, "observed_date": {typed}, "indicator_as_of": {typed},
			"evidence_href": {"https://preuve.example/"}, "evidence_published_on": {typed}, "evidence_consulted": {typed}})
		if answer.Path == "" || len(answer.Wrong) > 0 || strings.Contains(answer.Saved, "revoir") {
			t.Errorf("%s: %+v", typed, answer)
			continue
		}
		page := lea.get(answer.Path).Body.String()
		for _, field := range []string{"effective_date", "observed_date", "indicator_as_of", "evidence_published_on", "evidence_consulted"} {
			if got := controlOf(t, page, field).value; got != want {
				t.Errorf("%s in %s became %q", typed, field, got)
			}
		}
	}
}

// One bad field keeps nothing else from being saved: it stays as it was typed,
// and what is wrong is said beside it, at once and after coming back.
func TestP01ABadFieldStopsNothing(t *testing.T) {
	for field, c := range map[string]struct{ typed, says string }{
		"effective_date":        {"bientôt", "n’est pas une date"},
		"observed_date":         {"31/02/2024", "n’est pas une date"},
		"indicator_as_of":       {"un mardi", "n’est pas une date"},
		"evidence_published_on": {"un jour, peut-être, quand la région aura publié", "n’est pas une date"},
		"title":                 {strings.Repeat("é", embraye.MaxTitle+1), "trop long"},
		"summary":               {strings.Repeat("a", embraye.MaxSummary+1), "trop long"},
		"siren":                 {"1234", "SIREN"},
		"institution":           {"Région\u202eBretagne", "inversent"},
	} {
		t.Run(field, func(t *testing.T) {
			s := newSite(t)
			lea := s.as("lea", embraye.Editor)
			form := url.Values{"title": {"Avant"}, "text": {"Tout est là."}, "evidence_href": {"https://a.example/", "https://preuve.example/"}, "evidence_name": {"A", "B"},
				"evidence_published_on": {"", ""}}
			form.Del(field)
			form[field] = []string{c.typed}
			row := 0
			if field == "evidence_published_on" {
				form[field], row = []string{"2024", c.typed}, 1
			}
			answer := lea.autosave("/office/constats/new", form)
			if answer.Path == "" || answer.Message != "" || !strings.Contains(answer.Saved, "Enregistré") || !says(answer.Saved, "1 chose à revoir") {
				t.Fatalf("not saved: %+v", answer)
			}
			if len(answer.Wrong) != 1 || answer.Wrong[0].Name != field || answer.Wrong[0].Row != row || !strings.Contains(answer.Wrong[0].Text, c.says) {
				t.Errorf("beside the field: %+v", answer.Wrong)
			}
			page := lea.get(answer.Path).Body.String()
			if !strings.Contains(page, "Tout est là.") {
				t.Error("the rest is lost")
			}
			all := controlsOf(t, page, field)
			if len(all) <= row || all[row].value != c.typed || !all[row].invalid || !strings.Contains(all[row].described, c.says) {
				t.Errorf("coming back: %+v", all)
			}
			form.Set("version", controlOf(t, page, "version").value)
			form.Set("action", "publish")
			wantHonest(t, lea.post(answer.Path, form))
		})
	}
}

// wantHonest wants a page without a key of the catalogue and without the date of
// no time.
func wantHonest(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	page := w.Body.String()
	if w.Code != http.StatusBadRequest || !strings.Contains(page, "Brouillon · enregistré le") {
		t.Errorf("%d, and the page does not say how the draft is kept", w.Code)
	}
	for _, bad := range []string{"office.state.", "janvier 1 ", "LMT", "January 1 "} {
		if strings.Contains(page, bad) {
			t.Errorf("the page says %q", bad)
		}
	}
}

// What no draft can hold leaves the draft as it was, and the page says so.
func TestP01WhatCannotBeKeptIsSaid(t *testing.T) {
	s := newSite(t)
	lea := s.as("lea", embraye.Editor)
	kept := lea.autosave("/office/constats/new", url.Values{"title": {"Gardé"}})
	huge := url.Values{"title": {"Autre"}, "text": {strings.Repeat("a", 600<<10)}, "version": {"1"}, "action": {"save"}}
	w := lea.post(kept.Path, huge)
	if page := w.Body.String(); w.Code != http.StatusBadRequest || !strings.Contains(page, "n’est pas encore enregistré. Dernier enregistrement") || strings.Contains(page, "office.state") {
		t.Errorf("%d", w.Code)
	}
	if answer := lea.autosave(kept.Path, huge); answer.Message == "" || len(answer.Wrong) != 1 || answer.Wrong[0].Name != "text" {
		t.Errorf("%+v", answer)
	}
	if got := controlOf(t, lea.get(kept.Path).Body.String(), "title").value; got != "Gardé" {
		t.Errorf("the draft is called %q", got)
	}
	if w := lea.post("/office/constats/new", huge); strings.Contains(w.Body.String(), "office.state") || strings.Contains(w.Body.String(), "enregistré le") {
		t.Error("a draft that is not kept has a state")
	}
}

// Who has no field for days and hours types them.
func TestP01AnHourAsItIsTyped(t *testing.T) {
	s := newSite(t)
	boss := s.as("boss", embraye.Admin)
	form := url.Values{"title": {"Un appel"}, "summary": {"Un appel est ouvert."}, "measure": {"m2"}, "territory": {"FR-BRE"}, "subject": {"civil_society"},
		"stage": {"announced"}, "evidence_href": {"https://preuve.example/"}, "action": {"schedule"}}
	for typed, want := range map[string]int{"demain": 400, "12/06/2026": 400, "12 juin 2026 à 14 h 30": 303, "12/06/2026 14:30": 303, "2026-06-12T14:30": 303, "June 12, 2026 at 14:30": 303} {
		form.Set("scheduled_at", typed)
		w := boss.post("/office/constats/new", form)
		if w.Code != want {
			t.Errorf("%s: %d", typed, w.Code)
		}
		if want == 400 && controlOf(t, w.Body.String(), "scheduled_at").value != typed {
			t.Errorf("%s is lost", typed)
		}
	}
}
