package embraye

import (
	"errors"
	"strings"
	"testing"
)

func smallReference() *Reference {
	return &Reference{
		ID: "jardins", Version: "3", IRI: "https://jardins.example/texte", Language: "en", Licence: "CC0-1.0",
		Source: "An invented text", Deadline: "2030-06-30", Scale: ScaleVersion,
		Measures: []Measure{
			{ID: "water", Handle: "water", Enabled: true, Title: Text{"en": "Water"}, Text: Text{"en": "Rain be kept."}},
			{ID: "seeds", Handle: "seed_bank", Title: Text{"en": "Seeds"}, Text: Text{"en": "Seeds be shared."}, Grid: map[string][]string{"en": {"a bank opens"}}},
		},
		Lessons: []Lesson{{ID: "l1", Text: Text{"en": "Shade helps."}}},
	}
}

func TestReferenceLookups(t *testing.T) {
	r := smallReference()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	if m, ok := r.Measure("seeds"); !ok || m.Handle != "seed_bank" {
		t.Errorf("Measure = %+v, %v", m, ok)
	}
	if m, ok := r.MeasureByHandle("Seed_Bank"); !ok || m.ID != "seeds" {
		t.Errorf("MeasureByHandle = %+v, %v", m, ok)
	}
	if m, ok := r.MeasureByIRI(r.MeasureIRI("water")); !ok || m.ID != "water" {
		t.Errorf("MeasureByIRI = %+v, %v", m, ok)
	}
	for _, iri := range []string{"", "water", r.MeasureIRI("WATER"), r.MeasureIRI(""), "https://jardins.example/texte/2/water", r.MeasureIRI("water") + "/"} {
		if m, ok := r.MeasureByIRI(iri); ok {
			t.Errorf("MeasureByIRI(%q) = %+v", iri, m)
		}
	}
	if _, ok := r.Measure("m1"); ok {
		t.Error("a measure of another text is known")
	}
}

func TestTextIn(t *testing.T) {
	for _, c := range []struct {
		text Text
		lang string
		want string
	}{
		{Text{"fr": "a", "en": "b"}, "en", "b"},
		{Text{"fr": "a", "en": "b"}, "de", "a"},
		{Text{"oc": "c", "en": "b"}, "de", "b"},
		{Text{"en": "", "oc": "c"}, "en", "c"},
		{nil, "fr", ""},
	} {
		if got := c.text.In(c.lang); got != c.want {
			t.Errorf("%v.In(%q) = %q, want %q", c.text, c.lang, got, c.want)
		}
	}
	m := Measure{Grid: map[string][]string{"en": {"x"}, "fr": {}}}
	if got := m.GridIn("fr"); len(got) != 1 || got[0] != "x" {
		t.Errorf("GridIn = %v", got)
	}
}

func TestValidHandle(t *testing.T) {
	for handle, want := range map[string]bool{
		"mesure1": true, "seed_bank": true, "a": true, "0": true, strings.Repeat("a", 64): true,
		"": false, "_a": false, "a_": false, "_": false, "A": false, "é": false, "a-b": false, "a.b": false, "a b": false, strings.Repeat("a", 65): false,
	} {
		if got := ValidHandle(handle); got != want {
			t.Errorf("ValidHandle(%q) = %v", handle, got)
		}
	}
}

func TestReferenceMistakes(t *testing.T) {
	for want, spoil := range map[string]func(r *Reference){
		"id:":                         func(r *Reference) { r.ID = "a/b" },
		"version:":                    func(r *Reference) { r.Version = "" },
		"iri:":                        func(r *Reference) { r.IRI += "/" },
		"language:":                   func(r *Reference) { r.Language = "English" },
		"licence is missing":          func(r *Reference) { r.Licence = " " },
		"source is missing":           func(r *Reference) { r.Source = "" },
		"deadline:":                   func(r *Reference) { r.Deadline = "2030-06-31" },
		"scale:":                      func(r *Reference) { r.Scale = "2" },
		"measures: there is none":     func(r *Reference) { r.Measures = nil },
		"handle: \"instance\" is res": func(r *Reference) { r.Measures[0].Handle = "instance" },
		"handle: \"water\" is used":   func(r *Reference) { r.Measures[1].Handle = "water" },
		"id: \"water\" is used":       func(r *Reference) { r.Measures[1].ID = "water" },
		"text is missing in \"en\"":   func(r *Reference) { r.Measures[1].Text = Text{"fr": "Des graines."} },
		"title.fr is missing":         func(r *Reference) { r.Measures[1].Title["fr"] = "" },
		"summary: \"x\"":              func(r *Reference) { r.Measures[0].Summary = Text{"x": "y"} },
		"grid.en[0] is missing":       func(r *Reference) { r.Measures[1].Grid["en"][0] = " " },
		"lessons[0] id: \"\"":         func(r *Reference) { r.Lessons[0].ID = "" },
	} {
		r := smallReference()
		spoil(r)
		err := r.Validate()
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want only %q, got: %v", want, err)
		}
	}
	if err := (&Reference{}).Validate(); err == nil || strings.Count(err.Error(), "\n") < 6 {
		t.Errorf("an empty text has few mistakes: %v", err)
	}
}
