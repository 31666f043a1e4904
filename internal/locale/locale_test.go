package locale

import (
	"strings"
	"testing"
	"testing/fstest"
)

func mustLoad(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadRefusesGaps(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, c := range map[string]struct {
		fs   fstest.MapFS
		want string
	}{
		"missing":  {fstest.MapFS{"fr/a.json": file(`{"x":"un","y":"deux"}`), "en/a.json": file(`{"x":"one"}`)}, `"y" is missing in en`},
		"surplus":  {fstest.MapFS{"fr/a.json": file(`{}`), "en/a.json": file(`{"x":"one"}`)}, `"x" is missing in fr`},
		"verbs":    {fstest.MapFS{"fr/a.json": file(`{"x":"%s, %d"}`), "en/a.json": file(`{"x":"%d, %s"}`)}, `"x" has other verbs`},
		"twice":    {fstest.MapFS{"fr/a.json": file(`{"x":"un"}`), "fr/b.json": file(`{"x":"un"}`), "en/a.json": file(`{"x":"one"}`)}, "defined twice"},
		"not json": {fstest.MapFS{"fr/a.json": file(`{`), "en/a.json": file(`{}`)}, "a.json"},
	} {
		if _, err := load(c.fs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
	c, err := load(fstest.MapFS{"fr/a.json": file(`{"x":"un"}`), "fr/b.json": file(`{"y":"deux"}`), "en/a.json": file(`{"x":"one","y":"two"}`)})
	if err != nil || c.T("fr", "y") != "deux" || c.T("fr", "x") != "un" {
		t.Errorf("two files of one language are not merged: %v", err)
	}
}

// A text that is only formatted when arguments are given must not need them.
func TestTextsHaveOnlyKnownVerbs(t *testing.T) {
	for lang, texts := range mustLoad(t).texts {
		for key, text := range texts {
			rest := strings.NewReplacer("%s", "", "%d", "", "\u00a0%", "").Replace(text)
			if strings.Contains(rest, "%") {
				t.Errorf("%s %s: a verb other than %%s and %%d in %q", lang, key, text)
			}
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s %s is empty", lang, key)
			}
		}
	}
}

func TestCatalogue(t *testing.T) {
	c := mustLoad(t)
	for _, x := range []struct{ got, want string }{
		{c.T("fr", "stage.under_way"), "Engagé"},
		{c.T("en", "stage.under_way"), "Under way"},
		{c.T("fr-CA", "stage.done"), "Réalisé"},
		{c.T("de", "stage.done"), "Réalisé"},
		{c.T("fr", "stage.stalled"), "À l’arrêt"},
		{c.T("fr", "notes.correction", "x"), "Correction\u00a0: x"},
		{c.T("en", "no.such.key"), "no.such.key"},
		{c.Date("fr", "2020-04-29"), "29\u00a0avril 2020"},
		{c.Date("fr", "2020-05-01"), "1er\u00a0mai 2020"},
		{c.Date("en", "2020-05-01"), "1\u00a0May 2020"},
		{c.Date("fr", "2024-06"), "juin 2024"},
		{c.Date("en", "2024-06"), "June 2024"},
		{c.Date("fr", "2024"), "2024"},
		{c.Date("fr", "2024-13-45"), "2024-13-45"},
		{c.Number("fr", 1234567), "1\u202f234\u202f567"},
		{c.Number("en", -12500), "-12,500"},
		{c.Number("fr", 999), "999"},
		{c.Match("en-GB,en;q=0.9,fr;q=0.5", "fr"), "en"},
		{c.Match("de, fr-CH;q=0.8", "en"), "fr"},
		{c.Match("de", "en"), "en"},
		{c.Match("", "fr"), "fr"},
		{c.Match(";;;q=", "en"), "en"},
		{c.Match(strings.Repeat("en,", 1000), "fr"), "fr"},
		{French("Ça embraye ? « oui » : 5 %, l'an"), "Ça embraye\u202f? «\u00a0oui\u00a0»\u00a0: 5\u00a0%, l’an"},
	} {
		if x.got != x.want {
			t.Errorf("got %q, want %q", x.got, x.want)
		}
	}
}

// What people write is not broken within a number, and its addresses stay whole.
// What a page counts stands on the line of its number, in every language.
func TestACountAndItsNounHoldTogether(t *testing.T) {
	c := mustLoad(t)
	for _, lang := range Languages() {
		for key, text := range c.texts[lang] {
			if !inPosts(key) && (strings.Contains(strings.ReplaceAll(text, "ersion\u00a0%d", ""), "%d ") || strings.Contains(text, "ersion %d")) {
				t.Errorf("%s in %s: %q may be parted", key, lang, text)
			}
		}
		if got := c.N(lang, "home.organisations", 1); got != "1\u00a0organisation" {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

func TestNoBreak(t *testing.T) {
	for given, want := range map[string]string{
		"doté de 200 000 €": "doté de 200\u202f000\u00a0€", "1 200 000 habitants": "1\u202f200\u202f000 habitants", "12 € : 5 %": "12\u00a0€\u00a0: 5\u00a0%",
		"en 2020 300 communes": "en 2020 300 communes", "le 06 12 34 56 78": "le 06 12 34 56 78", "2 0000": "2 0000", "l'an 200\u00a0000": "l'an 200\u00a0000", "": "",
	} {
		if got := NoBreak(given); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
	const href = `<a href="https://a.example/1 200 ?b= :c">`
	if got, want := NoBreakHTML("<p>Ah ! "+href+"1 200 €</a> : 3 000</p>"), "<p>Ah\u202f! "+href+"1\u202f200\u00a0€</a>\u00a0: 3\u202f000</p>"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := NoBreakHTML("1 000 <br>2 000"); got != "1\u202f000 <br>2\u202f000" {
		t.Errorf("%q", got)
	}
}

func TestPlural(t *testing.T) {
	c := &Catalogue{texts: map[string]map[string]string{
		"fr": {"n.one": "%d périmètre", "n.other": "%d périmètres"}, "en": {"n.one": "%d scope", "n.other": "%d scopes"},
	}}
	for _, x := range []struct {
		lang string
		n    int
		want string
	}{{"fr", 0, "0 périmètre"}, {"fr", 1, "1 périmètre"}, {"fr", 2, "2 périmètres"}, {"en", 0, "0 scopes"}, {"en", 1, "1 scope"}, {"en", 5, "5 scopes"}} {
		if got := c.N(x.lang, "n", x.n); got != x.want {
			t.Errorf("N(%s, %d) = %q, want %q", x.lang, x.n, got, x.want)
		}
	}
}
