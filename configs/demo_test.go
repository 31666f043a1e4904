package configs

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"embraye/internal/embraye"

	"github.com/google/go-cmp/cmp"
)

func demoConstats(t *testing.T) []DemoConstat {
	t.Helper()
	list, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The demonstration must show something of everything, and claim nothing that
// the text does not say: no dates of facts, no support but testimony.
func TestDemo(t *testing.T) {
	list := demoConstats(t)
	if len(list) < 18 || len(list) > 25 {
		t.Errorf("%d constats", len(list))
	}
	var measures, subjects, stages, territories []string
	corrections, withdrawals := 0, 0
	for _, d := range list {
		measures, subjects = append(measures, d.Scope.Measure), append(subjects, string(d.Scope.Subject))
		stages, territories = append(stages, string(d.Content.Stage)), append(territories, d.Scope.Territory)
		if d.Content.EffectiveDate != "" || d.Content.ObservedDate != "2020-04-29" || d.Content.Confidence != embraye.Testimony || d.Content.Indicator != nil {
			t.Errorf("%s says more than the text: %+v", d.Key, d.Content)
		}
		if d.Scope.Institution.SIREN != "" || d.Scope.Institution.Wikidata != "" {
			t.Errorf("%s: the text gives no numbers", d.Key)
		}
		if d.Correction != nil {
			corrections++
		}
		if d.Withdrawal != "" {
			withdrawals++
		}
	}
	if corrections != 1 || withdrawals != 1 {
		t.Errorf("%d corrections, %d withdrawals", corrections, withdrawals)
	}
	distinct := func(list []string) int { slices.Sort(list); return len(slices.Compact(list)) }
	if distinct(measures) < 6 || distinct(subjects) != 2 || distinct(stages) < 4 || distinct(territories) < 3 {
		t.Errorf("measures %v, subjects %v, stages %v, territories %v", measures, subjects, stages, territories)
	}
}

func TestDemoEvidenceIsItsParagraph(t *testing.T) {
	list := demoConstats(t)
	i := slices.IndexFunc(list, func(d DemoConstat) bool { return d.Correction != nil })
	d := list[i]
	want := []embraye.Evidence{{Type: "Link", Href: "https://suivi.example/comprendre/memoire#p18", Name: "Mémoire Covid-19, paragraphe 18", PublishedOn: "2020-04-29"}}
	if diff := cmp.Diff(want, d.ContentAt("https://suivi.example").Evidence); diff != "" {
		t.Error(diff)
	}
	after := d.CorrectedAt("https://suivi.example")
	if len(after.Evidence) != 2 || !strings.HasSuffix(after.Evidence[1].Href, "#p20") || after.Stage == d.Content.Stage || after.Title != d.Content.Title {
		t.Errorf("corrected = %+v", after)
	}
	if d.Correction.Kind != embraye.Substance || d.Content.Evidence != nil {
		t.Errorf("correction %+v, content %+v", d.Correction, d.Content)
	}
}

func TestWrongDemoListsAllMistakes(t *testing.T) {
	_, err := parseDemo([]byte(`constats:
  - {key: a, paragraph: 56, quote: x, measure: m9, subject: civil_society, territory: FR, stage: done, title: T, summary: S}
  - {key: a, paragraph: 1, quote: "jamais dit", measure: m1, subject: civil_society, territory: FR, stage: done, title: T, summary: S, colour: red}
  - {key: b, paragraph: 1, quote: Licence, measure: m1, subject: civil_society, territory: FR, stage: done, title: T, summary: S, correction: {kind: substance, reason: R}}
  - {key: c, paragraph: 1, measure: m1, subject: institution, territory: FR, stage: done, title: T, summary: S}
`))
	if !errors.Is(err, embraye.ErrInvalid) {
		t.Fatalf("error = %v", err)
	}
	for _, want := range []string{"no paragraph 56", `unknown value "m9"`, `key "a" is missing or used twice`, `paragraph 1 does not say "jamais dit"`,
		"constats[1].colour is not a known key", "nothing changed", "institution: is required", `paragraph 1 does not say ""`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
}
