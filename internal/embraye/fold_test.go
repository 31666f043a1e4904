package embraye

import (
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestK05NamesAreTheSameInEveryForm(t *testing.T) {
	for name, same := range map[string][]string{
		"region bretagne":        {"Région Bretagne", norm.NFD.String("Région Bretagne"), "RÉGION\u00a0BRETAGNE", "  région – bretagne ", "Ré\u00adgion Bre\u200btagne", "\ufeffRégion Bretagne\u200e"},
		"office de l eau":        {"Office de l’eau", "oﬃce de l'eau", "Ｏｆｆｉｃｅ de lʼeau", "Office de l\u2060’eau"},
		"coeur d essonne":        {"Cœur d'Essonne", "COEUR D’ESSONNE", "Cœur d’Essonne\u200d"},
		"strasse malmo gdansk":   {"Straße Malmø Gdańsk", norm.NFD.String("STRASSE Malmø Gdańsk"), "Straẞe MALMØ Gdańsk"},
		"plzen caslav timisoara": {"Plzeň Čáslav Timişoara", norm.NFD.String("Plzeň Čáslav Timișoara")},
		"istanbul":               {"İstanbul", "Istanbul", "ıstanbul"},
		"10 m2 no 5":             {"10 m² № 5"},
		"οδοσ":                   {"Οδός", "οδός", "ΟΔΟΣ"},
	} {
		for _, s := range same {
			if got := Fold(s); got != name {
				t.Errorf("Fold(%+q) = %q, want %q", s, got, name)
			}
		}
	}
	for _, different := range [][2]string{{"किला", "कला"}, {"สี", "สา"}, {"が", "か"}, {"co op", "coop"}} {
		if Fold(different[0]) == Fold(different[1]) {
			t.Errorf("%s and %s are the same", different[0], different[1])
		}
	}
}

func TestK05OneInstitutionIsOneScope(t *testing.T) {
	key := func(i Institution) string {
		return Scope{Measure: "m2", Subject: BySubjectInstitution, Territory: "FR-BRE", Institution: i}.Key()
	}
	for _, same := range [][2]Institution{
		{{Name: "Région Bretagne"}, {Name: norm.NFD.String("Région Bretagne")}},
		{{Name: "Cœur d’Essonne"}, {Name: "Coeur d'Es\u00adsonne"}},
		{{SIREN: "233500016"}, {SIREN: "233\u00a0500\u202f016"}},
		{{Wikidata: "Q142"}, {Wikidata: "q142\u200b"}},
	} {
		if key(same[0]) != key(same[1]) {
			t.Errorf("%+q and %+q are two scopes", same[0], same[1])
		}
	}
	if key(Institution{Name: "★"}) == key(Institution{Name: "◆"}) {
		t.Error("names without letters are one scope")
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Région ﬁ")
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%+q) = %+q, then %+q", s, once, twice)
		}
		if typed := OneLine(s); OneLine(typed) != typed || Prose(Prose(s)) != Prose(s) || Address(Address(s)) != Address(s) {
			t.Errorf("%+q is not tidy the first time", s)
		}
		if d := ReadDate(s); ReadDate(string(d)) != d {
			t.Errorf("ReadDate(%+q) = %q, then %q", s, d, ReadDate(string(d)))
		}
	})
}
