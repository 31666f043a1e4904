package embraye

import (
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/google/go-cmp/cmp"
)

func TestK06WhatNobodySeesIsTakenOut(t *testing.T) {
	for _, c := range []struct{ name, in, line, prose string }{
		{"zero-width spaces", "\u200bRégion\u200b Bretagne\u200b", "Région Bretagne", "Région Bretagne"},
		{"no-break spaces", "\u00a0Prix\u202f: 3\u00a0€\u00a0", "Prix : 3 €", "Prix\u202f: 3\u00a0€"},
		{"marks of files", "\ufeffA\u2060B\ufeff", "AB", "AB"},
		{"soft hyphens", "insti\u00adtution", "institution", "institution"},
		{"accents beside letters", norm.NFD.String("Étape à vérifier"), "Étape à vérifier", "Étape à vérifier"},
		{"lines", " un\r\ndeux\u2028trois ", "un deux trois", "un\ndeux\u2028trois"},
		{"joiners that join nothing", "Ré\u200dgion\u200c Bretagne\u200d", "Région Bretagne", "Région Bretagne"},
		{"marks of direction at the ends", "\u200eRennes\u200f", "Rennes", "Rennes"},
		{"Persian", "می\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم"},
		{"a letter's form at the end", "ه\u200d", "ه\u200d", "ه\u200d"},
		{"Hindi", "क्\u200dष", "क्\u200dष", "क्\u200dष"},
		{"Khmer without spaces", "ភាសា\u200bខ្មែរ\u200b", "ភាសា\u200bខ្មែរ", "ភាសា\u200bខ្មែរ"},
		{"emoji of several", "👩\u200d🔬 🏳️\u200d🌈 🙂\u200d↔️ ❤️", "👩\u200d🔬 🏳️\u200d🌈 🙂\u200d↔️ ❤️", "👩\u200d🔬 🏳️\u200d🌈 🙂\u200d↔️ ❤️"},
		{"a flag of tags", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"},
		{"what turns the direction is left to the rules", "a\u202eb\u202e", "a\u202eb\u202e", "a\u202eb\u202e"},
		{"no UTF-8 is left to the rules", "a\xff\u200bb", "a\xff\u200bb", "a\xff\u200bb"},
	} {
		if got := OneLine(c.in); got != c.line {
			t.Errorf("%s: OneLine = %+q, want %+q", c.name, got, c.line)
		}
		if got := Prose(c.in); got != c.prose {
			t.Errorf("%s: Prose = %+q, want %+q", c.name, got, c.prose)
		}
	}
}

func TestK06CodesAndAddresses(t *testing.T) {
	for in, want := range map[string]string{"233\u00a0500\u202f016": "233500016", "\u200bQ\u200d142 ": "Q142", "\u202a35238\u202c": "35238", "３５": "３５"} {
		if got := Unspaced(in); got != want {
			t.Errorf("Unspaced(%+q) = %+q, want %+q", in, got, want)
		}
	}
	for in, want := range map[string]string{"\u200bhttps://a.example/\u00a0": "https://a.example/", "<https://a.example/>": "https://a.example/",
		"\u202ahttps://a.example/x\u200by": "https://a.example/xy", "https://fa.example/می\u200cخواهم": "https://fa.example/می\u200cخواهم"} {
		if got := Address(in); got != want {
			t.Errorf("Address(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func TestK06EveryFieldOfAConstatIsTidied(t *testing.T) {
	hidden := func(s string) string { return "\u200b" + s + "\u00a0\ufeff" }
	want := Content{Stage: UnderWay, Title: "Titre", Summary: "Résumé", Text: "Texte", Confidence: Primary, EffectiveDate: "2024-06", ObservedDate: "2024-06-12",
		Evidence: []Evidence{{Type: "Link", Href: "https://a.example/", Name: "Nom", Publisher: "Qui", PublishedOn: "2024", Consulted: "2024-07-01", ArchivedAt: "https://b.example/"}},
		Searched: []string{"Ici"}, Indicator: &Indicator{Name: "N", Value: "12\u202f500", Unit: "€", Goal: "3", AsOf: "2024-01-31"}, Lessons: []string{"e1"},
		RelatedTo: []Relation{{Rel: "follows", Href: "https://c.example/"}}, Licence: "CC0-1.0", Language: "fr"}
	in := Content{Stage: Stage(hidden("under_way")), Title: hidden("Titre"), Summary: hidden(norm.NFD.String("Résumé")), Text: hidden("Texte"), Confidence: Confidence(hidden("primary")),
		EffectiveDate: Date(hidden("juin-24")), ObservedDate: Date(hidden("12/06/2024")),
		Evidence: []Evidence{{Type: "Link", Href: hidden("https://a.example/"), Name: hidden("Nom"), Publisher: hidden("Qui"), PublishedOn: Date(hidden("2024")), Consulted: Date(hidden("1er juillet 2024")), ArchivedAt: hidden("https://b.example/")}},
		Searched: []string{hidden("Ici")}, Indicator: &Indicator{Name: hidden("N"), Value: hidden("12\u202f500"), Unit: hidden("€"), Goal: hidden("3"), AsOf: Date(hidden("31/01/2024"))}, Lessons: []string{hidden("e1")},
		RelatedTo: []Relation{{Rel: hidden("follows"), Href: hidden("https://c.example/")}}, Licence: hidden("CC0-1.0"), Language: hidden("fr")}
	got := in.Tidy()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got, got.Tidy()); diff != "" {
		t.Errorf("tidying twice: %s", diff)
	}
	if in.Indicator.Name == "N" {
		t.Error("what was given was written over")
	}
	scope := Scope{Measure: hidden("m2"), Subject: Subject(hidden("institution")), Territory: hidden("FR-BRE"), TerritoryName: hidden("R"),
		Institution: Institution{Name: hidden("Région"), Kind: InstitutionKind(hidden("region")), SIREN: hidden("233 500 016"), Wikidata: hidden("q142")}}.Tidy()
	if diff := cmp.Diff(Scope{Measure: "m2", Subject: BySubjectInstitution, Territory: "FR-BRE", TerritoryName: "R",
		Institution: Institution{Name: "Région", Kind: "region", SIREN: "233500016", Wikidata: "Q142"}}, scope); diff != "" {
		t.Error(diff)
	}
}

func TestK07SeveralAddressesInOneField(t *testing.T) {
	for in, want := range map[string][]string{
		"": nil,
		"https://a.example/1, https://b.example/2":                      {"https://a.example/1", "https://b.example/2"},
		"https://a.example/1,https://b.example/2":                       {"https://a.example/1", "https://b.example/2"},
		"https://a.example/1;HTTP://b.example/2 ;":                      {"https://a.example/1", "HTTP://b.example/2"},
		"https://a.example/1\nhttps://b.example/2|<https://c.example/>": {"https://a.example/1", "https://b.example/2", "https://c.example/"},
		"https://a.example/1\u00a0\u200bhttps://b.example/2":            {"https://a.example/1", "https://b.example/2"},
		"https://a.example/1,2;3":                                       {"https://a.example/1,2;3"},
		"https://web.example/2020/https://a.example/":                   {"https://web.example/2020/https://a.example/"},
		"https://a.example/1 et https://b.example/2":                    {"https://a.example/1", "et", "https://b.example/2"},
	} {
		if diff := cmp.Diff(want, Addresses(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
	got := Content{Evidence: []Evidence{{Type: "Link", Href: "https://a.example/1, https://b.example/2", Name: "Page"}}}.Tidy().Evidence
	if diff := cmp.Diff([]Evidence{{Type: "Link", Href: "https://a.example/1", Name: "Page"}, {Type: "Link", Href: "https://b.example/2"}}, got); diff != "" {
		t.Error(diff)
	}
}

// Words where an address belongs are one mistake, kept as they were typed; words
// beside an address are named one by one.
func TestWordsAreNoListOfAddresses(t *testing.T) {
	for typed, want := range map[string][]string{"pas une adresse": {"pas une adresse"}, "le site | la page": {"le site | la page"}, "rapport.pdf annexe.pdf": {"rapport.pdf annexe.pdf"},
		"https://a.example/1 et": {"https://a.example/1", "et"}, "a.example b.example": {"https://a.example", "https://b.example"}} {
		var got []string
		tidy := Content{Evidence: []Evidence{{Type: "Link", Href: typed}}}.Tidy()
		for _, e := range tidy.Evidence {
			got = append(got, e.Href)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", typed, diff)
		}
		if diff := cmp.Diff(tidy, tidy.Tidy()); diff != "" {
			t.Errorf("%q, twice: %s", typed, diff)
		}
	}
}

func TestP01ABareDomainIsAnAddress(t *testing.T) {
	for typed, want := range map[string]string{"exemple.fr": "https://exemple.fr", "www.exemple.fr/page?a=1#b": "https://www.exemple.fr/page?a=1#b", "école.fr/é": "https://école.fr/é",
		"exemple.fr:8443/x": "https://exemple.fr:8443/x", "exemple.fr/rapport.pdf": "https://exemple.fr/rapport.pdf", "rapport.pdf": "rapport.pdf", "Compte": "Compte",
		"et": "et", "": "", "http://exemple.fr": "http://exemple.fr", "ftp://exemple.fr/": "ftp://exemple.fr/", "javascript:alert(1)": "javascript:alert(1)", "ana@exemple.fr": "ana@exemple.fr",
		"12.06.2024": "12.06.2024", "/page": "/page", "data:text/html": "data:text/html"} {
		c := Content{Evidence: []Evidence{{Type: "Link", Href: typed}}, RelatedTo: []Relation{{Rel: "follows", Href: typed}}}.Tidy()
		if c.Evidence[0].Href != want || c.RelatedTo[0].Href != want {
			t.Errorf("%q became %q and %q, want %q", typed, c.Evidence[0].Href, c.RelatedTo[0].Href, want)
		}
	}
}
