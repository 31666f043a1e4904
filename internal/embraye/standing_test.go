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
			voices, said := spoken(c.updates)
			voices = slices.DeleteFunc(voices, func(v embraye.Voice) bool { return v.Measure != "m2" })
			if v, ok := embraye.Stands(voices, said); !ok || v.Constat != factID(c.want) {
				t.Errorf("%v says where the scope stands, want %s", v, c.want)
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

// spoken is what constats say, and which they replace.
func spoken(updates []embraye.Update) (voices []embraye.Voice, said []embraye.Replacement) {
	for _, u := range updates {
		voices = append(voices, u.Voices()...)
		for _, what := range u.Replaces() {
			if !u.Withdrawn() {
				said = append(said, embraye.Replacement{What: what, Constat: u.ID})
			}
		}
	}
	return voices, said
}

func TestS04NothingStandsWhereAllIsReplaced(t *testing.T) {
	voices, said := spoken([]embraye.Update{fact("1", "2025", ""), fact("2", "2024", "", "1")})
	if v, ok := embraye.Stands(voices[:1], said); ok {
		t.Errorf("%v stands", v)
	}
	if _, ok := embraye.Stands(nil, nil); ok {
		t.Error("something stands where nobody spoke")
	}
}

// A peer's constat of several territories speaks of several scopes, of one
// territory that it names twice once; what fits no index stands nowhere.
func TestPeersSpeakOfEveryTerritory(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	u := embraye.PeerUpdate{URI: "https://pair.example/constats/" + embraye.IRI(factID("1")), Organisation: "https://pair.example/actors/organisation",
		MeasureIRI: "https://textes.example/1/m2", Scope: embraye.Scope{Subject: embraye.BySubjectCivilSociety}, Territories: []string{"FR-BRE", "FR-NOR", "FR-BRE"},
		Content: embraye.Content{Stage: embraye.Done, ObservedDate: "2024-02"}, PublishedAt: at}
	var keys []string
	for _, v := range u.Voices() {
		keys = append(keys, v.Measure+" "+v.ScopeKey)
		if v.Answer != embraye.Yes || v.FactDay != 20240229 || v.Constat != string(u.URI) || v.Ours() {
			t.Errorf("%+v", v)
		}
	}
	if want := []string{"https://textes.example/1/m2 civil_society|FR-BRE|", "https://textes.example/1/m2 civil_society|FR-NOR|"}; !slices.Equal(keys, want) {
		t.Errorf("%v, want %v", keys, want)
	}
	u.Measure = "m2"
	if v := u.Voices()[0]; v.Measure != "m2" {
		t.Errorf("measure %s of our own text", v.Measure)
	}
	withdrawn, long := u, u
	withdrawn.WithdrawnAt, long.URI = &at, u.URI+embraye.IRI(strings.Repeat("x", 1000))
	if len(withdrawn.Voices())+len(long.Voices()) > 0 {
		t.Error("a constat that is withdrawn or of a boundless address stands")
	}
}

// Peers name what they replace by any address of it; of other software the
// address is all there is.
func TestPeersReplaceByAnyAddress(t *testing.T) {
	uri := "https://pair.example/constats/" + factID("7")
	u := embraye.PeerUpdate{Content: embraye.Content{RelatedTo: []embraye.Relation{{Rel: "replaces", Href: uri + "/versions/2?x"}, {Rel: "follows", Href: uri},
		{Rel: "replaces", Href: uri + ".json"}, {Rel: "replaces", Href: "https://autre.example/notes/1#a"}}}}
	if got, want := u.Replaces(), []string{uri, uri, "https://autre.example/notes/1"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestByFactOfPeers(t *testing.T) {
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	early, late := embraye.Voice{Constat: "https://b.example/1", FactDay: 20240101, PublishedAt: day}, embraye.Voice{Constat: "https://a.example/1", FactDay: 20240101, PublishedAt: day.Add(time.Hour)}
	if v, _ := embraye.Stands([]embraye.Voice{early, late}, nil); v.Constat != late.Constat {
		t.Errorf("%s stands, published before the other", v.Constat)
	}
}
