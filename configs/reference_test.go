package configs

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"embraye/internal/embraye"

	"github.com/google/go-cmp/cmp"
)

func defaultReference(t *testing.T) *embraye.Reference {
	t.Helper()
	r, err := DefaultReference()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The words were compared with the published text when these sums were made.
// A sum that changes means that somebody edited other people's words.
func TestDefaultReferenceIsVerbatim(t *testing.T) {
	r := defaultReference(t)
	want := map[string]string{
		"m1": "cb0f186ad9522d57ab2d1096323f27eeb80076ce723f2b71a6b15c54aff06175",
		"m2": "926974aba7890b4cda01b5aac6a662c222900a208f245b3c8c5c4896cbc51da8",
		"m3": "06bb110197e971351e1cfe7b700b08b28bd1e7e05617cf40a9bd69fc404c847e",
		"m4": "d3ea02ebf2511722501044ad0fb83459be5a32ee9363ba2653129ee0dfce2e67",
		"m5": "92b11b90f237fc58cb901851158fee1ab717724d628df53d078e81a928a91a12",
		"m6": "c42babb62252dcc078f733981a0ff1ead31812c09f719af8b56b5f0e545f2d82",
		"m7": "96d7b092e5dadf4e17bdab0aadfa5ecb0e598521edbbf4ab5b0ecee94905f9d8",
		"m0": "50a59cd4321dc60199d9664ba204826fffb4d474f3768ab02596767e5b7f0530",
		"e1": "a903537174007896e7b4f089ff7a1fc4d155b82a0e163871af94e9843a3c89d0",
		"e2": "b6c113deede348264900d89dc987ea176c091dcba28388617b8016f85ca4a70e",
		"e3": "4112da5e597297f0da438eaa3d256dcdca88af0e02e0a3019b74ed8693d66045",
		"e4": "33ccea325ff4f0bfd611a574d2a50da9c129c2c378e806969bd3eaccd5ad07f2",
		"e5": "4a66a8afc756e30f760a46b9fb5c12fc85835dd7223cfce37c2623ec273fb25f",
		"e6": "2cf2eaef77ed73a8551b5d2c1c7aa51be87be83d3d311ab851ad0e0e5e023d63",
	}
	got := map[string]string{}
	sum := func(id, s string) {
		h := sha256.Sum256([]byte(s))
		got[id] = hex.EncodeToString(h[:])
	}
	for _, m := range r.Measures {
		sum(m.ID, m.Text["fr"])
	}
	for _, l := range r.Lessons {
		sum(l.ID, l.Text["fr"])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the French words changed (-published +file):\n%s", diff)
	}
}

func TestDefaultReference(t *testing.T) {
	r := defaultReference(t)
	var enabled, off []string
	for _, m := range r.Measures {
		if m.Enabled {
			enabled = append(enabled, m.ID+" "+m.Handle)
		} else {
			off = append(off, m.ID+" "+m.Handle)
		}
		for _, lang := range []string{"fr", "en"} {
			if m.Title[lang] == "" || m.Text[lang] == "" || m.Summary[lang] == "" || len(m.Grid[lang]) == 0 {
				t.Errorf("%s lacks something in %s", m.ID, lang)
			}
		}
		if len(m.Grid["fr"]) != len(m.Grid["en"]) {
			t.Errorf("%s: the grids differ in length", m.ID)
		}
	}
	if diff := cmp.Diff([]string{"m1 mesure1", "m2 mesure2", "m3 mesure3", "m4 mesure4", "m5 mesure5", "m6 mesure6", "m7 mesure7"}, enabled); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"m0 fonds"}, off); diff != "" {
		t.Error(diff)
	}
	for _, l := range r.Lessons {
		if l.Text["en"] == "" {
			t.Errorf("%s lacks English", l.ID)
		}
	}
	if got, want := r.MeasureIRI("m1"), "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/m1"; got != want {
		t.Errorf("MeasureIRI = %q, want %q", got, want)
	}
	if r.Deadline != "2021-12-31" || r.Scale != "1" || r.Licence != "CC-BY-4.0" || r.Language != "fr" {
		t.Errorf("deadline %q, scale %q, licence %q, language %q", r.Deadline, r.Scale, r.Licence, r.Language)
	}
	if m, ok := r.MeasureByHandle("Mesure2"); !ok || m.Title["fr"] != "Des partenariats publics-communs dans chaque région" {
		t.Errorf("MeasureByHandle = %+v, %v", m, ok)
	}
}

func TestReferenceSurvivesJSON(t *testing.T) {
	r := defaultReference(t)
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back embraye.Reference
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*r, back); diff != "" {
		t.Error(diff)
	}
}

func readTestdata(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Another manifesto: other names, another number of measures, another deadline,
// no lessons, another language.
func TestReadAnotherReference(t *testing.T) {
	r, err := ParseReference(readTestdata(t, "jardins.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := &embraye.Reference{
		ID: "jardins", Version: "3", IRI: "https://jardins.example/texte", Language: "en", Licence: "CC0-1.0",
		Source: "An invented text", Deadline: "2030-06-30", Scale: "1", Name: embraye.Text{"en": "Shared gardens"},
		Measures: []embraye.Measure{
			{ID: "water", Handle: "water", Enabled: true, Title: embraye.Text{"en": "Water", "fr": "L'eau"}, Text: embraye.Text{"en": "Rain be kept."}},
			{ID: "seeds", Handle: "seed_bank", Title: embraye.Text{"en": "Seeds"}, Text: embraye.Text{"en": "Seeds be shared."}, Grid: map[string][]string{"en": {"a seed bank opens"}}},
		},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	if got := r.MeasureIRI("seeds"); got != "https://jardins.example/texte/3/seeds" {
		t.Errorf("MeasureIRI = %q", got)
	}
	if got := embraye.TimelinessOf(embraye.Done, "2025", embraye.Date(r.Deadline)); got != embraye.InTime {
		t.Errorf("2025 is %s by the other deadline", got)
	}
}

func TestWrongReferenceListsAllMistakes(t *testing.T) {
	_, err := ParseReference(readTestdata(t, "wrong.yaml"))
	if !errors.Is(err, embraye.ErrInvalid) {
		t.Fatalf("error = %v, want ErrInvalid", err)
	}
	for _, want := range []string{
		"colour is not a known key", "measures[0].titel is not a known key", "measures[1].enabled should be true or false",
		"lessons[0].text should be keys with values", "iri:", "deadline: \"soon\"", "scale: \"9\"", "licence is missing",
		"measures[0] (a) handle: \"instance\" is reserved", "measures[0] (a) title is missing in \"fr\"", "measures[1] (a) id: \"a\" is used twice",
		"measures[1] (a) handle: \"_x\"", "measures[1] (a) text is missing in \"fr\"", "lessons[0] (e1) text is missing",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
}

func TestParseReferenceRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "list": "- a", "text": "hello", "broken": "a: [", "twice": "id: a\nid: b", "binary": "\x00\x01",
	} {
		if r, err := ParseReference([]byte(data)); !errors.Is(err, embraye.ErrInvalid) || r != nil {
			t.Errorf("%s: %v, %v, want ErrInvalid", name, r, err)
		}
	}
}
