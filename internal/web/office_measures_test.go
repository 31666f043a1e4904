package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// A measure that is switched off is offered nowhere; once it is on, everywhere.
func TestP15WhatIsSwitchedOffIsOfferedNowhere(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		admin := s.as("ada", embraye.Admin)
		draft := s.newDraft(s.person("edith", embraye.Editor), "Un fonds est créé")
		draftNo := strconv.FormatInt(draft.ID, 10)
		offers := map[string]string{
			"/office/constats/new":                  `<option value="m0"`,
			"/office/drafts/" + draftNo:             `<option value="m0"`,
			"/office/constats":                      `<option value="m0"`,
			"/office/followers":                     `<option value="fonds"`,
			"/office/import/template.csv":           "m0",
			"/office/constats?state=published&q=un": `<option value="m0"`,
		}
		for path, option := range offers {
			if strings.Contains(admin.shows(path), option) {
				t.Errorf("%s offers what is switched off", path)
			}
		}
		_, err := s.Constats.Boost(t.Context(), embraye.Operator(), "fonds", "https://video.example/1")
		refused(t, err, "as", "switched_off")
		_, err = s.Constats.Publish(t.Context(), embraye.Operator(), constats.PublishInput{Scope: embraye.Scope{Measure: "m0"}})
		refused(t, err, "measure", "switched_off")
		w := admin.post("/office/drafts/"+draftNo, url.Values{"version": {"1"}, "measure": {"m0"}, "title": {"Un fonds"}, "action": {"publish"}})
		if w.Code != http.StatusBadRequest || !strings.Contains(plain(w), "Cette mesure n'est pas ouverte ici.") {
			t.Errorf("before the last step: %d\n%s", w.Code, w.Body)
		}
		if err := s.Organisation.EnableMeasure(t.Context(), embraye.Operator(), "m0"); err != nil {
			t.Fatal(err)
		}
		for path, option := range offers {
			if !strings.Contains(admin.shows(path), option) {
				t.Errorf("%s does not offer what is switched on", path)
			}
		}
	})
}

// What was published on a measure that is off is listed, can be looked for, and
// is corrected.
func TestP15WhatWasPublishedStays(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		id, _ := s.publish("Un constat qui reste")
		actor, err := s.Store.Tables().Actors.Take(t.Context(), "mesure2")
		if err != nil {
			t.Fatal(err)
		}
		actor.Enabled = false
		if err := s.Store.InTx(t.Context(), func(tx store.Tables) error { return tx.Actors.Save(t.Context(), actor) }); err != nil {
			t.Fatal(err)
		}
		reviewer := s.as("rose", embraye.Reviewer)
		holds(t, "the list", reviewer.shows("/office/constats?measure=m2"), []string{"Un constat qui reste", `<option value="m2" selected>`}, nil)
		holds(t, "the editor", reviewer.shows("/office/constats/new"), nil, []string{`<option value="m2"`})
		s.revise(id)
	})
}

// refused checks that one field was refused for one reason.
func refused(t *testing.T, err error, field, code string) {
	t.Helper()
	invalid, ok := err.(*embraye.InvalidError)
	if !ok {
		t.Errorf("%v is no mistake in %s", err, field)
		return
	}
	for _, p := range invalid.Problems {
		if p.Field == field && p.Code == code {
			return
		}
	}
	t.Errorf("%v, want %s: %s", err, field, code)
}
