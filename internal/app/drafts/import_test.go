package drafts_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"embraye/internal/apptest"
	"embraye/internal/embraye"
	"embraye/internal/export"
)

const importHead = "mesure;sujet;territoire;étape;titre;résumé;preuve_1_url\n"

func importLine(title string) string {
	return "2;société civile;FR;annoncé;" + title + ";Résumé;https://preuve.example/\n"
}

func TestImportMakesDraftsAndPublishesNothing(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		table := importHead + importLine("Un") + importLine("") + importLine("Deux") + "m0;société civile;FR;annoncé;Fonds;Résumé;https://preuve.example/\n" +
			importLine("Ti\u202etre")
		report, good := h.Tried("editor", table)
		if len(report.Lines) != 5 || len(good) != 2 || len(h.DraftsOf("editor")) != 0 {
			t.Fatalf("%d lines, %d good, %d drafts after a dry run", len(report.Lines), len(good), len(h.DraftsOf("editor")))
		}
		for i, code := range map[int]string{1: "required", 3: "switched_off", 4: "not_text"} {
			if p := report.Lines[i].Problems; len(p) != 1 || p[0].Code != code {
				t.Errorf("line %d: %v, want %s", report.Lines[i].Line, p, code)
			}
		}
		for try, want := range []int{2, 0} { // a form that was sent twice
			if n, err := h.Drafts.Import(h.Context(), h.Who["editor"], good); n != want || err != nil {
				t.Errorf("try %d: %d, %v; want %d", try, n, err, want)
			}
		}
		all := h.DraftsOf("editor")
		if len(all) != 2 || h.Count() != 0 {
			t.Fatalf("%d drafts, %d constats", len(all), h.Count())
		}
		for _, d := range all {
			if d.Owner != h.Who["editor"].Person.ID || d.State != embraye.DraftWriting || d.Version != 1 || len(h.Lacks(&d)) > 0 {
				t.Errorf("%+v", d)
			}
		}
		if n, err := h.Drafts.Import(h.Context(), h.Who["other"], good); n != 2 || err != nil {
			t.Errorf("somebody else's import: %d, %v", n, err)
		}
		h.Must(h.Drafts.Delete(h.Context(), h.Who["editor"], all[0].ID))
		if n, err := h.Drafts.Import(h.Context(), h.Who["editor"], good); n != 1 || err != nil {
			t.Errorf("after one was thrown away: %d, %v", n, err)
		}
	})
}

// Two clicks at the same moment.
func TestImportTwiceAtOnce(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		_, good := h.Tried("editor", importHead+importLine("Un")+importLine("Deux"))
		var both sync.WaitGroup
		made := make([]int, 4)
		for i := range made {
			both.Go(func() {
				n, err := h.Drafts.Import(h.Context(), h.Who["editor"], good)
				if made[i] = n; err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if n := len(h.DraftsOf("editor")); n != 2 {
			t.Errorf("%d drafts, made %v", n, made)
		}
	})
}

func TestImportIsAllOrNothing(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		_, good := h.Tried("editor", importHead+importLine("Un")+importLine("Deux"))
		forged := append(good[:2:2], export.ImportLine{Line: 9, Content: embraye.Content{Title: strings.Repeat("x", embraye.MaxTitle+1)}})
		_, err := h.Drafts.Import(h.Context(), h.Who["editor"], forged)
		h.WantErr(err, embraye.ErrInvalid)
		if len(h.DraftsOf("editor")) != 0 {
			t.Error("half of a table was imported")
		}
		for _, who := range []string{"reader"} {
			_, err := h.Drafts.Import(h.Context(), h.Who[who], good)
			h.WantErr(err, embraye.ErrForbidden)
			_, err = h.Drafts.DryRun(h.Context(), h.Who[who], strings.NewReader(importHead))
			h.WantErr(err, embraye.ErrForbidden)
		}
		_, err = h.Drafts.Import(h.Context(), embraye.Operator(), good)
		h.WantErr(err, embraye.ErrForbidden) // a draft belongs to a person
	})
}

// A person can keep so many drafts open and no more, however they come.
func TestImportOfTheLargestTable(t *testing.T) {
	apptest.EachHouse(t, func(h *apptest.House) {
		var table strings.Builder
		table.WriteString(importHead)
		for i := range export.MaxTableLines {
			table.WriteString(importLine(fmt.Sprint("Titre ", i)))
		}
		_, good := h.Tried("editor", table.String())
		if n, err := h.Drafts.Import(h.Context(), h.Who["editor"], good); n != export.MaxTableLines || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		if n, err := h.Drafts.Import(h.Context(), h.Who["editor"], good); n != 0 || err != nil {
			t.Errorf("again: %d, %v", n, err)
		}
		_, more := h.Tried("editor", importHead+importLine("Un de trop"))
		_, err := h.Drafts.Import(h.Context(), h.Who["editor"], more)
		_, err2 := h.Drafts.Begin(h.Context(), h.Who["editor"], apptest.Complete())
		for field, err := range map[string]error{"file": err, "draft": err2} {
			var invalid *embraye.InvalidError
			if !errors.As(err, &invalid) || invalid.Problems[0].Code != "too_many_drafts" || invalid.Problems[0].Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}
