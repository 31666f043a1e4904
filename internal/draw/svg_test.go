package draw

import (
	"encoding/xml"
	"errors"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

func words(t *testing.T) *locale.Catalogue {
	t.Helper()
	c, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// element is what the tests look at in a picture.
type element struct {
	name, text string
	attr       map[string]string
}

// elements reads a picture strictly, and refuses what the pages' policy does.
func elements(t *testing.T, picture template.HTML) []element {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(string(picture)))
	var list []element
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, picture)
		}
		switch v := token.(type) {
		case xml.StartElement:
			e := element{name: v.Name.Local, attr: map[string]string{}}
			for _, a := range v.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			if _, ok := e.attr["style"]; ok || e.name == "a" || e.name == "style" || e.name == "script" {
				t.Errorf("<%s> with %v does not belong in a picture", e.name, e.attr)
			}
			list = append(list, e)
		case xml.CharData:
			if len(list) > 0 {
				list[len(list)-1].text += string(v)
			}
		}
	}
}

func texts(list []element, class string) []string {
	var found []string
	for _, e := range list {
		if (e.name == "text" || e.name == "p") && (class == "" || e.attr["class"] == class) {
			found = append(found, e.text)
		}
	}
	return found
}

func state(id, territory string, subject embraye.Subject, stage embraye.Stage, date embraye.Date) embraye.Standing {
	return standing(id, territory, subject, embraye.Content{Stage: stage, EffectiveDate: date})
}

func standing(id, territory string, subject embraye.Subject, c embraye.Content) embraye.Standing {
	u := embraye.Update{ID: id, Scope: embraye.Scope{Measure: "m2", Subject: subject, Territory: territory}, Content: c}
	u.ScopeKey = u.Scope.Key()
	return embraye.Standing{Voice: u.Voices()[0]}
}

func voices(states ...embraye.Standing) []embraye.Voice {
	all := make([]embraye.Voice, len(states))
	for i, s := range states {
		all[i] = s.Voice
	}
	return all
}

func TestEveryStageHasAShapeOfItsOwn(t *testing.T) {
	seen := map[string]embraye.Stage{}
	for _, s := range embraye.DisplayStages() {
		path := StagePath(s)
		if other, twice := seen[path]; twice {
			t.Errorf("%s has the shape of %s", s, other)
		}
		seen[path] = s
		if strings.ContainsAny(path, "MLHVACQSTZ") || !strings.HasPrefix(path, "m") || !strings.HasSuffix(path, "z") {
			t.Errorf("%s: %q is not relative and closed", s, path)
		}
	}
	if StagePath("planned") != StagePath(embraye.NotAssessed) {
		t.Error("a stage that is not ours is not drawn as not assessed")
	}
}

func TestTileMapShowsEveryRegionOnce(t *testing.T) {
	c := words(t)
	states := []embraye.Standing{
		state("1", "FR-BRE", embraye.BySubjectInstitution, embraye.Done, ""),
		state("2", "FR-974", embraye.BySubjectCivilSociety, embraye.Stalled, ""),
		state("3", "FR", embraye.BySubjectInstitution, embraye.Reversed, ""),
		state("4", "COG-D35", embraye.BySubjectInstitution, embraye.NoSign, ""),
	}
	for _, s := range embraye.Stages() {
		states = append(states, state("5", "FR-OCC", embraye.BySubjectInstitution, s, ""))
	}
	for _, lang := range locale.Languages() {
		for _, subject := range embraye.Subjects() {
			list := elements(t, TileMap(TileMapInput{Words: c, Lang: lang, Subject: subject, States: states}))
			all := texts(list, "")
			for _, tile := range tiles() {
				n := 0
				for _, text := range all {
					if text == tile.label {
						n++
					}
				}
				if n != 1 {
					t.Errorf("%s %s: region %s is written %d times", lang, subject, tile.code, n)
				}
			}
			label := list[0].attr["aria-label"]
			if list[0].attr["role"] != "img" || list[0].attr["viewBox"] != "0 0 316 444" || label != c.T(lang, "draw.map."+string(subject)) {
				t.Errorf("%s %s: attributes %v", lang, subject, list[0].attr)
			}
			if h := texts(list, "h"); len(h) != 1 || h[0] != c.T(lang, "subject."+string(subject)) {
				t.Errorf("%s %s: heading %q", lang, subject, h)
			}
		}
	}
}

func TestTileMapTellsSubjectsAndStagesApart(t *testing.T) {
	c := words(t)
	for _, stage := range embraye.Stages() {
		states := []embraye.Standing{
			state("1", "FR-BRE", embraye.BySubjectInstitution, stage, ""),
			state("2", "FR-974", embraye.BySubjectCivilSociety, stage, ""),
		}
		got := string(TileMap(TileMapInput{Words: c, Lang: "fr", Subject: embraye.BySubjectInstitution, States: states}))
		want := `<g class="` + string(stage) + `"><path d="M0 96h60v60h-60z"/><path class="p" d="M22 129` + StagePath(stage) + `"/><text x="30" y="119">BRE</text></g>`
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s is missing in %s", stage, want, got)
		}
		if strings.Contains(got, "M192 384") {
			t.Errorf("%s: the other subject's region is filled", stage)
		}
	}
}

func TestTileMapFillsNoRegionWithSeveralStages(t *testing.T) {
	c := words(t)
	mixed := func(stages ...embraye.Stage) string {
		var states []embraye.Standing
		for _, s := range stages {
			states = append(states, state("1", "FR-HDF", embraye.BySubjectInstitution, s, ""))
		}
		return string(TileMap(TileMapInput{Words: c, Lang: "fr", Subject: embraye.BySubjectInstitution, States: states}))
	}
	two := mixed(embraye.Stalled, embraye.Done, embraye.Done)
	if want := `<g class="several"><path class="f" d="M129 1h58v58h-58z"/><path class="p" d="M141 29` + StagePath(embraye.Done) + `M159 29` + StagePath(embraye.Stalled) + `"/><text x="158" y="23">HDF</text></g>`; !strings.Contains(two, want) {
		t.Errorf("two stages: %s is missing in %s", want, two)
	}
	if strings.Contains(two, `class="done"`) || strings.Contains(two, "+") {
		t.Error("two stages: the tile is filled, or counts more")
	}
	if five := mixed(embraye.Stages()[:5]...); !strings.Contains(five, `y="56">+2</text>`) {
		t.Errorf("five stages do not say +2: %s", five)
	}
}

func TestTileMapWithoutAConstatIsFrames(t *testing.T) {
	list := elements(t, TileMap(TileMapInput{Words: words(t), Lang: "fr", Subject: embraye.BySubjectInstitution}))
	if strings.Count(list[1].attr["d"], "M") != 18 || list[1].attr["class"] != "o" {
		t.Errorf("dashed squares: %v", list[1].attr)
	}
	if len(list) > 25 {
		t.Errorf("%d elements for an empty map", len(list))
	}
}

func history() []embraye.Voice {
	i, c := embraye.BySubjectInstitution, embraye.BySubjectCivilSociety
	return voices(
		state("3", "FR-BRE", i, embraye.Done, "2024-03"),
		state("1", "FR-BRE", i, embraye.Announced, "2021-02-05"),
		state("2", "FR-BRE", i, embraye.UnderWay, "2022"),
		state("4", "FR-BRE", i, embraye.Done, "2024-06-01"), // still done: no change
		state("5", "FR-OCC", i, embraye.Stalled, "2023-05"),
		state("6", "FR-971", c, embraye.UnderWay, "2020-05-01"),
		state("7", "FR-ARA", c, embraye.Announced, "2020-06-01"),
		state("8", "FR-NOR", c, embraye.Reversed, "2025-01-01"),
		state("a", "FR-PAC", c, embraye.Done, ""), // no date
	)
}

func TestLanes(t *testing.T) {
	lanes := Lanes(history())
	var order []string
	for _, l := range lanes {
		order = append(order, l.Scope.Territory)
	}
	if want := []string{"FR-BRE", "FR-OCC", "FR-NOR", "FR-ARA", "FR-971"}; !slices.Equal(order, want) {
		t.Errorf("lanes %v, want %v", order, want)
	}
	var stages []embraye.Stage
	for _, c := range lanes[0].Changes {
		stages = append(stages, c.Stage)
	}
	if want := []embraye.Stage{embraye.Announced, embraye.UnderWay, embraye.Done}; !slices.Equal(stages, want) {
		t.Errorf("changes of FR-BRE %v, want %v", stages, want)
	}
	changes := Changes(lanes)
	if len(changes) != 7 || changes[0].voice.Constat != "8" || changes[6].voice.Constat != "6" {
		t.Errorf("changes, newest first: %+v", changes)
	}
	if kept := latest(lanes, 4); len(kept) != 4 || kept[3].Scope.Territory != "FR-ARA" {
		t.Errorf("the four that moved last: %+v", kept)
	}
}

func TestTimeline(t *testing.T) {
	c := words(t)
	in := TimelineInput{Words: c, Lanes: Lanes(history()), Deadline: "2021-12-31", Today: "2026-01-01",
		Name: func(s embraye.Scope) string { return "<" + s.Territory + ">" }}
	for _, lang := range locale.Languages() {
		in.Lang = lang
		list := elements(t, Timeline(in))
		if _, has := list[0].attr["viewBox"]; has || list[0].attr["role"] != "img" {
			t.Errorf("%s: attributes %v", lang, list[0].attr)
		}
		if got := texts(list, "l"); !slices.Equal(got, []string{"<FR-BRE>", "<FR-OCC>", "<FR-NOR>", "<FR-ARA>"}) {
			t.Errorf("%s: lanes %q", lang, got)
		}
		if got := texts(list, "h"); !slices.Equal(got, []string{c.T(lang, "subject.institution"), c.T(lang, "subject.civil_society")}) {
			t.Errorf("%s: subjects %q", lang, got)
		}
		if got := texts(list, "e"); !slices.Equal(got, []string{c.T(lang, "draw.deadline")}) {
			t.Errorf("%s: deadline %q", lang, got)
		}
		if got := texts(list, ""); !slices.Contains(got, "2020") || !slices.Contains(got, "2025") {
			t.Errorf("%s: years in %q", lang, got)
		}
		shapes := 0
		for _, e := range list {
			if e.name == "path" {
				shapes++
			}
		}
		if shapes != 6 {
			t.Errorf("%s: %d shapes for 6 changes", lang, shapes)
		}
	}
}

// A word is written only where it has room: its letters and five in per cent.
func TestTimelineWritesWordsOnWideBarsOnly(t *testing.T) {
	c := words(t)
	draw := func(from embraye.Date) []string {
		lanes := Lanes(voices(state("1", "FR-BRE", embraye.BySubjectInstitution, embraye.Announced, "2020-01-01"), state("2", "FR-BRE", embraye.BySubjectInstitution, embraye.Done, from)))
		return texts(elements(t, Timeline(TimelineInput{Words: c, Lang: "fr", Lanes: lanes, Today: "2024-12-31", Name: func(embraye.Scope) string { return "x" }})), "w")
	}
	if got := draw("2020-02-01"); !slices.Equal(got, []string{"Réalisé"}) {
		t.Errorf("a narrow first bar: words %q", got)
	}
	if got := draw("2024-12-01"); !slices.Equal(got, []string{"Annoncé"}) {
		t.Errorf("a narrow last bar: words %q", got)
	}
}

func TestTimelineWithoutLanesIsEmpty(t *testing.T) {
	if got := Timeline(TimelineInput{Words: words(t), Lang: "fr", Today: "2026-01-01"}); got != "" {
		t.Errorf("got %s", got)
	}
}

func TestTimelineLeavesOutADeadlineItDoesNotReach(t *testing.T) {
	lanes := Lanes(voices(state("1", "FR-BRE", embraye.BySubjectInstitution, embraye.Announced, "2024-01-01")))
	in := TimelineInput{Words: words(t), Lang: "fr", Lanes: lanes, Deadline: "2021-12-31", Today: "2026-01-01", Name: func(embraye.Scope) string { return "x" }}
	if got := Timeline(in); strings.Contains(string(got), `class="e"`) {
		t.Errorf("a deadline of 2021 in a picture from 2024 on: %s", got)
	}
}

// P07: a picture of where people looked lately and found nothing tells nobody
// whether anything moved.
func TestP07TimelineTellsOfChange(t *testing.T) {
	i, c := embraye.BySubjectInstitution, embraye.BySubjectCivilSociety
	var all []embraye.Standing
	for n, region := range []string{"FR-ARA", "FR-BFC", "FR-CVL", "FR-GES", "FR-HDF", "FR-IDF"} {
		all = append(all, standing("x"+strconv.Itoa(n), region, i, embraye.Content{Stage: embraye.NoSign, ObservedDate: embraye.Date("2026-0" + strconv.Itoa(n+1))}))
	}
	looked := func(id, region string, subject embraye.Subject, stage embraye.Stage, at embraye.Date) embraye.Standing {
		return standing(id, region, subject, embraye.Content{Stage: stage, ObservedDate: at})
	}
	all = append(all,
		state("1", "FR-BRE", i, embraye.Announced, "2022-03"),                                                       // a dated fact
		looked("2", "FR-OCC", c, embraye.NoSign, "2023-01"), looked("3", "FR-OCC", c, embraye.Announced, "2023-06"), // a change between two looks
		state("4", "FR-NOR", c, embraye.Done, "2024-02"))
	in := TimelineInput{Words: words(t), Lang: "fr", Lanes: Lanes(voices(all...)), Since: "2020-04-29", Deadline: "2021-12-31", Today: "2026-11-29",
		Name: func(s embraye.Scope) string { return s.Territory }}
	list := elements(t, Timeline(in))
	if got, want := texts(list, "l"), []string{"FR-BRE", "FR-HDF", "FR-NOR", "FR-OCC"}; len(got) != 4 || got[0] != want[0] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("lanes %q: those that tell of change come before those where somebody only looked", got)
	}
	if got := texts(list, ""); !slices.Contains(got, "2020") || !slices.Contains(got, "2026") {
		t.Errorf("years %q: from the reference text to today", got)
	}
	if got := texts(list, "e"); len(got) != 1 {
		t.Errorf("the deadline is written %d times", len(got))
	}
	changes := Changes(in.Lanes)
	for n, change := range changes {
		if n > 0 && change.Dated && !changes[n-1].Dated {
			t.Errorf("%s of %s comes after what has no date", change.voice.Constat, change.Date)
		}
	}
}

// The deadline of a text that is still running is in the picture too, and the
// bars end today.
func TestP07TimelineReachesADeadlineToCome(t *testing.T) {
	lanes := Lanes(voices(state("1", "FR-BRE", embraye.BySubjectInstitution, embraye.Announced, "2026-01-01")))
	a := newAxis(TimelineInput{Since: "2025-05", Deadline: "2030-12-31"}, lanes, time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC))
	if a.from.Year() != 2025 || a.to.Year() < 2030 || a.at(a.end) > 40 {
		t.Errorf("from %v to %v, bars end at %.0f %%", a.from, a.to, a.at(a.end))
	}
	if early := newAxis(TimelineInput{Since: "2025-05"}, Lanes(voices(state("1", "FR-BRE", embraye.BySubjectInstitution, embraye.Done, "2019-03"))), a.end); early.from.Year() != 2019 {
		t.Errorf("a fact before the text is cut off: from %v", early.from)
	}
}
