package embraye_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
)

// fact is a constat of one scope; the order of ids is that of publication.
func fact(id string, effective, observed embraye.Date, replaces ...string) embraye.Update {
	u := embraye.Update{ID: factID(id), Scope: embraye.Scope{Measure: "m2", Territory: "FR-BRE"}, ScopeKey: "civil_society|FR-BRE|",
		Content: embraye.Content{EffectiveDate: effective, ObservedDate: observed}}
	for _, id := range replaces {
		u.RelatedTo = append(u.RelatedTo, embraye.Relation{Rel: "replaces", Href: "https://ours.example/constats/" + factID(id)})
	}
	return u
}

func factID(id string) string { return "01k00000000000000000000" + strings.Repeat("0", 3-len(id)) + id }

func TestS04StateOfAScope(t *testing.T) {
	withdrawn := func(u embraye.Update) embraye.Update {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		u.WithdrawnAt = &at
		return u
	}
	elsewhere := fact("8", "2020", "", "2")
	elsewhere.Measure = "m3"
	for name, c := range map[string]struct {
		updates []embraye.Update
		want    string
	}{
		"an old fact is published last":            {[]embraye.Update{fact("1", "2025-03-01", ""), fact("2", "2021-03-01", "")}, "1"},
		"of one day the last published":            {[]embraye.Update{fact("2", "2024-03-01", ""), fact("1", "2024-03-01", "")}, "2"},
		"effective goes before observed":           {[]embraye.Update{fact("1", "2021", "2026-01-01"), fact("2", "", "2022-01-01")}, "2"},
		"a year counts by its last day":            {[]embraye.Update{fact("1", "2024", ""), fact("2", "2024-12-30", "")}, "1"},
		"a month counts by its last day":           {[]embraye.Update{fact("1", "2024-02", ""), fact("2", "2024-02-28", "")}, "1"},
		"a month and its last day are one day":     {[]embraye.Update{fact("1", "2024-02", ""), fact("2", "2024-02-29", "")}, "2"},
		"without a date it is the oldest":          {[]embraye.Update{fact("2", "", ""), fact("1", "1950", "")}, "1"},
		"withdrawn":                                {[]embraye.Update{withdrawn(fact("2", "2025", "")), fact("1", "2024", "")}, "1"},
		"replaced by one of an older fact":         {[]embraye.Update{fact("1", "2025", ""), fact("2", "2022", "", "1")}, "2"},
		"replaced by one published before":         {[]embraye.Update{fact("2", "2025", ""), fact("1", "2022", "", "2")}, "1"},
		"a replacement that is withdrawn":          {[]embraye.Update{fact("1", "2025", ""), withdrawn(fact("2", "2022", "", "1"))}, "1"},
		"a chain of replacements":                  {[]embraye.Update{fact("1", "2025", ""), fact("2", "2024", "", "1"), fact("3", "2023", "", "2")}, "3"},
		"two that replace each other":              {[]embraye.Update{fact("1", "2025", "", "2"), fact("2", "2024", "", "1")}, "2"},
		"one that says that it replaces itself":    {[]embraye.Update{fact("1", "2025", "", "1")}, "1"},
		"replaced by a constat of another measure": {[]embraye.Update{fact("1", "2021", ""), fact("2", "2025", ""), elsewhere}, "1"},
		"what it only follows":                     {[]embraye.Update{fact("1", "2025", ""), follows(fact("2", "2022", ""), "1")}, "1"},
		"named by the address of a version":        {[]embraye.Update{fact("1", "2025", ""), naming("2", "/constats/"+factID("1")+"/versions/2?x#y")}, "2"},
	} {
		t.Run(name, func(t *testing.T) {
			states := embraye.States(embraye.Counting(c.updates, c.updates))
			states = slices.DeleteFunc(states, func(u embraye.Update) bool { return u.Measure != "m2" })
			if len(states) != 1 || states[0].ID != factID(c.want) {
				t.Errorf("%v says the state, want %s", states, c.want)
			}
		})
	}
}

func follows(u embraye.Update, id string) embraye.Update {
	u.RelatedTo = []embraye.Relation{{Rel: "follows", Href: "https://ours.example/constats/" + factID(id)}}
	return u
}

func naming(id, path string) embraye.Update {
	u := fact(id, "2020", "")
	u.RelatedTo = []embraye.Relation{{Rel: "replaces", Href: "https://ours.example" + path}}
	return u
}

// Measures and scopes stand apart, and the latest fact comes first.
func TestS04ScopesStandApart(t *testing.T) {
	a, b, c := fact("1", "2022", ""), fact("2", "2025", ""), fact("3", "2024", "")
	b.ScopeKey, c.Measure = "civil_society|FR|", "m3"
	var got []string
	for _, u := range embraye.States([]embraye.Update{a, b, c}) {
		got = append(got, u.ID)
	}
	if want := []string{b.ID, c.ID, a.ID}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
