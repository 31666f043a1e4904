package draw

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/locale"

	"golang.org/x/image/font/gofont/goregular"
)

func decode(t *testing.T, body []byte, err error, width, height int) image.Image {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size != image.Pt(width, height) {
		t.Fatalf("size %v, want %d × %d", size, width, height)
	}
	return picture
}

func same(a, b color.Color) bool {
	r, g, bl, _ := a.RGBA()
	r2, g2, bl2, _ := b.RGBA()
	return r>>8 == r2>>8 && g>>8 == g2>>8 && bl>>8 == bl2>>8
}

func card(c *locale.Catalogue, lang string, stage embraye.Stage, title string) CardInput {
	return CardInput{Words: c, Lang: lang, Heading: "Mesure 2 · Institutions", Title: title, Stage: stage,
		Line: "Oui dans 1 région, en partie dans 3.", Place: "Bretagne", Organisation: "Association Exemple"}
}

func TestCardOfEveryStageInBothLanguages(t *testing.T) {
	c := words(t)
	seen := map[string]string{}
	for _, lang := range locale.Languages() {
		for _, stage := range append(embraye.DisplayStages(), "") {
			in := card(c, lang, stage, "Constat d’exemple : une convention est signée")
			body, err := Card(in)
			picture := decode(t, body, err, CardWidth, CardHeight)
			if len(body) > 60<<10 {
				t.Errorf("%s %s: %d bytes", lang, stage, len(body))
			}
			key := lang + " " + string(stage)
			if other, twice := seen[string(body)]; twice && stage != "" {
				t.Errorf("%s is the same picture as %s", key, other)
			}
			seen[string(body)] = key
			if stage == "" {
				continue
			}
			ground, _ := stageColours(stage)
			if got := picture.At(cardMargin+8, 484+8); !same(got, paint(ground)) {
				t.Errorf("%s %s: badge %v, want %s", lang, stage, got, ground)
			}
		}
	}
}

func TestCardIsDeterministic(t *testing.T) {
	in := card(words(t), "fr", embraye.Done, "Constat d’exemple")
	one, err := Card(in)
	two, err2 := Card(in)
	if err != nil || err2 != nil || !bytes.Equal(one, two) {
		t.Errorf("drawn twice, two pictures (%v, %v)", err, err2)
	}
}

func TestCardHoldsAnyTitle(t *testing.T) {
	c := words(t)
	for name, title := range map[string]string{
		"empty": "", "long": strings.Repeat("Une convention ", 40), "one word": strings.Repeat("x", 500),
		"other letters": "漢字 🙂 Ελλάδα Привет", "no-break": "Ça embraye\u202f? «\u00a0oui\u00a0»",
	} {
		body, err := Card(card(c, "fr", embraye.Done, title))
		picture := decode(t, body, err, CardWidth, CardHeight)
		for y := range CardHeight { // nothing runs over the right margin
			if got := picture.At(CardWidth-cardMargin/2, y); !same(got, paint(paper)) {
				t.Errorf("%s: ink in the margin at %d", name, y)
				break
			}
		}
	}
}

// Hyphens are all drawn as the one that the font has; soft ones are not, and no
// line begins or ends with a syllable.
func TestHyphens(t *testing.T) {
	plain, err := newLetters(goregular.TTF, 40)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"Franche\u2011Comté": "Franche-Comté", "publics\u2010communs": "publics-communs", "insti\u00adtution": "institution", "\u22123": "-3", "e\u0301tat": "état"} {
		if got := plain.clean(text); got != want {
			t.Errorf("%q is drawn as %q", text, got)
		}
	}
	for word, want := range map[string]string{"publics-communs": "publics-|communs", "a-t-il": "a-t-il", "dit-on": "dit-on", "Bourgogne\u2011Franche\u2011Comté": "Bourgogne\u2011Franche\u2011Comté",
		"Auvergne-Rhône-Alpes": "Auvergne-|Rhône-|Alpes", "Ille-et-Vilaine": "Ille-et-|Vilaine", "communs": "communs", "logiciels\u2010libres": "logiciels-|libres"} {
		if got := strings.Join(afterHyphens(word), "|"); got != want {
			t.Errorf("%s may be broken as %s, not %s", word, got, want)
		}
	}
}

func TestWrapLosesNoWord(t *testing.T) {
	plain, err := newLetters(goregular.TTF, 40)
	if err != nil {
		t.Fatal(err)
	}
	text := "Des partenariats publics-communs dans chaque région, accompagnés de dispositifs nationaux"
	lines, whole := plain.wrap(text, 600, 9)
	if joined := strings.ReplaceAll(strings.Join(lines, " "), "- ", "-"); !whole || joined != text || len(lines) < 2 {
		t.Errorf("lines %q", lines)
	}
	for _, line := range lines {
		if plain.width(line) > 600 {
			t.Errorf("%q is too wide", line)
		}
	}
	if title, _ := plain.wrap("Accompagner les partenariats publics-communs", 700, 2); title[0] != "Accompagner les partenariats" && title[0] != "Accompagner les" {
		t.Errorf("lines of a title %q", title)
	}
	cut, whole := plain.wrap(text, 600, 1)
	if whole || len(cut) != 1 || !strings.HasSuffix(cut[0], "…") || plain.width(cut[0]) > 600 {
		t.Errorf("one line of it: %q", cut)
	}
}

func TestIcons(t *testing.T) {
	for _, label := range []string{"", "2", "A", "12", "é"} {
		body, err := Icon(label)
		picture := decode(t, body, err, IconSize, IconSize)
		if !same(picture.At(2, 2), paint(accent)) {
			t.Errorf("%q: the ground is %v", label, picture.At(2, 2))
		}
		if again, _ := Icon(label); !bytes.Equal(body, again) {
			t.Errorf("%q: drawn twice, two pictures", label)
		}
	}
	one, _ := Icon("1")
	two, _ := Icon("2")
	if bytes.Equal(one, two) {
		t.Error("two measures have one icon")
	}
}

func TestFavicons(t *testing.T) {
	for _, size := range []int{32, 180} {
		body, err := Favicon(size)
		picture := decode(t, body, err, size, size)
		light := false
		for x := range size {
			light = light || same(picture.At(x, size/2), paint(paper))
		}
		if !light || len(body) > 4<<10 {
			t.Errorf("%d: mark drawn: %v, %d bytes", size, light, len(body))
		}
	}
	if err := xml.Unmarshal([]byte(FaviconSVG()), new(struct{})); err != nil {
		t.Error(err)
	}
	elements(t, Mark())
}

// The shapes are drawn as a browser does: inside is inside, a hole is a hole.
func TestFillPath(t *testing.T) {
	at := func(s embraye.Stage, x, y int) bool {
		picture := image.NewRGBA(image.Rect(0, 0, 160, 160))
		if err := fillPath(picture, StagePath(s), ShapeGrid, 10, 0, 0, color.Black); err != nil {
			t.Fatal(err)
		}
		return picture.RGBAAt(x, y).A > 127
	}
	for _, x := range []struct {
		stage embraye.Stage
		x, y  int
		want  bool
	}{
		{embraye.Done, 80, 20, true}, {embraye.Done, 70, 100, false}, {embraye.Done, 2, 2, false},
		{embraye.PartlyDone, 40, 80, true}, {embraye.PartlyDone, 110, 80, false}, {embraye.PartlyDone, 145, 80, true},
		{embraye.UnderWay, 60, 80, true}, {embraye.UnderWay, 140, 20, false},
		{embraye.Announced, 15, 60, true}, {embraye.Announced, 80, 60, false}, {embraye.Announced, 50, 130, true},
		{embraye.Stalled, 40, 80, true}, {embraye.Stalled, 80, 80, false}, {embraye.Stalled, 110, 80, true},
		{embraye.Reversed, 40, 57, true}, {embraye.Reversed, 142, 98, true}, {embraye.Reversed, 100, 98, false}, {embraye.Reversed, 60, 138, true},
		{embraye.NoSign, 17, 65, true}, {embraye.NoSign, 65, 65, false}, {embraye.NoSign, 130, 130, true}, {embraye.NoSign, 130, 30, false},
		{embraye.NotAssessed, 15, 15, true}, {embraye.NotAssessed, 80, 80, false}, {embraye.NotAssessed, 145, 145, true}, {embraye.NotAssessed, 80, 15, false},
	} {
		if got := at(x.stage, x.x, x.y); got != x.want {
			t.Errorf("%s at (%d, %d): filled %v", x.stage, x.x, x.y, got)
		}
	}
}

func TestFillPathRefusesWhatItCannotRead(t *testing.T) {
	for _, path := range []string{"m1 1l2", "m1 1q2 2 3 3z", "m1 1l2 2", "m1 xz", "m1 1l2 2m1 1z"} {
		if err := fillPath(image.NewRGBA(image.Rect(0, 0, 8, 8)), path, 8, 1, 0, 0, color.Black); err == nil {
			t.Errorf("%q was drawn", path)
		}
	}
}

func BenchmarkCard(b *testing.B) {
	c, err := locale.Load()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Card(card(c, "fr", embraye.Done, "Constat d’exemple")); err != nil {
			b.Fatal(err)
		}
	}
}
