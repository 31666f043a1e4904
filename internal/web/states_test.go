package web_test

import (
	"strings"
	"testing"

	"embraye/internal/embraye"
)

// Where a scope stands does not move when an old fact is told late, on no page;
// it does when a constat replaces the one that said it.
func TestS04OldFactsDoNotTurnTheStateBack(t *testing.T) {
	s := newSite(t)
	tell := func(title string, stage embraye.Stage, date embraye.Date, replaces ...string) string {
		t.Helper()
		in := sampleInput(title)
		in.Content.Stage, in.Content.EffectiveDate = stage, date
		for _, path := range replaces {
			in.Content.RelatedTo = append(in.Content.RelatedTo, embraye.Relation{Rel: "replaces", Href: s.Site.Base + path})
		}
		p, err := s.Constats.Publish(t.Context(), embraye.Operator(), in)
		if err != nil {
			t.Fatal(err)
		}
		return "/constats/" + p.Update.ID
	}
	faces := func() map[string]string {
		faces := map[string]string{}
		for path, end := range map[string]string{"/": "</section>", "/@mesure2": "</section>", "/@mesure2/FR-BRE": "</section>",
			"/territoires": "</main>", "/territoires/FR-BRE": "</main>"} {
			_, main, _ := strings.Cut(s.get(path, browser).Body.String(), "<main")
			faces[path], _, _ = strings.Cut(main, end)
		}
		note, err := s.Store.Tables().Notes.Pinned(t.Context(), "mesure2")
		if err != nil {
			t.Fatal(err)
		}
		faces["the pinned Note"] = note.HTML
		faces["the preview card"] = s.get("/@mesure2/card.png", "").Body.String()
		return faces
	}
	done := tell("Les communs sont financés", embraye.Done, "2025-03")
	before := faces()
	tell("Un appel est annoncé", embraye.Announced, "2021-02-05")
	for face, now := range faces() {
		if now == "" || now != before[face] {
			t.Errorf("%s moved with an old fact:\n%s\nwas\n%s", face, now, before[face])
		}
	}
	tell("Rien n'est financé", embraye.Stalled, "2024-12-01", done)
	for face, now := range faces() {
		if now == before[face] {
			t.Errorf("%s still shows what was replaced", face)
		}
	}
	lines := s.get("/@mesure2", browser).Body.String()
	_, lines, _ = strings.Cut(lines, `<svg class="line"`)
	lines, _, _ = strings.Cut(lines, "</table>")
	if strings.Contains(lines, `class="done"`) || !strings.Contains(lines, `class="stalled"`) {
		t.Errorf("the timeline ends elsewhere than the state: %s", lines)
	}
}
