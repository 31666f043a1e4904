package store_test

import (
	"fmt"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// constatNamed is a row of the chronology, as plain as the columns allow.
func constatNamed(t *testing.T, n int, title, date string) *embraye.Update {
	t.Helper()
	at := time.Date(2026, 5, 1, 10, 0, n, 0, time.UTC)
	id := fmt.Sprintf("01kqhfp680pshz9bfcm1v8kd%02d", n)
	if !embraye.ValidID(id) {
		t.Fatalf("%s is no id", id)
	}
	return &embraye.Update{ID: id, Actor: "mesure2", ScopeKey: id, Revision: 1, Substance: 1, PublishedAt: at, CreateID: id,
		Scope:   embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: "FR-BRE"},
		Content: embraye.Content{Stage: embraye.UnderWay, Title: title, Summary: "Résumé.", EffectiveDate: embraye.Date(date), Language: "fr", Licence: "CC-BY-4.0"}}
}

func TestTimeline(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			s, ctx := storetest.Open(t, kind), t.Context()
			rows := []*embraye.Update{constatNamed(t, 10, "Une coopérative naît", "2024-06"), constatNamed(t, 11, "Des communautés ouvertes", "2020"),
				constatNamed(t, 12, "Un éléphant", "2026-01-02")}
			must(t, s.InTx(ctx, func(tx store.Tables) error {
				for _, u := range rows {
					if err := tx.Updates.Insert(ctx, u); err != nil {
						return err
					}
				}
				return nil
			}))
			find := func(f embraye.TimelineFilter) []string {
				t.Helper()
				if f.Limit == 0 {
					f.Limit = 10
				}
				page, err := s.Pages().TimelinePage(ctx, f)
				must(t, err)
				var titles []string
				for _, u := range page.Updates {
					titles = append(titles, u.Title)
				}
				return titles
			}
			a, b, c := rows[0].Title, rows[1].Title, rows[2].Title
			equal(t, "by date of the fact", find(embraye.TimelineFilter{}), []string{c, a, b})
			equal(t, "from a day of a month", find(embraye.TimelineFilter{From: "2024-06-15"}), []string{c, a})
			equal(t, "up to a month", find(embraye.TimelineFilter{To: "2024-06"}), []string{a, b})
			equal(t, "without accents", find(embraye.TimelineFilter{Search: "elephant"}), whenSQLite(kind, []string{c}))
			equal(t, "plural", find(embraye.TimelineFilter{Search: "coopérative"}), []string{a})
			equal(t, "all words", find(embraye.TimelineFilter{Search: "communautés éléphant"}), []string(nil))
			equal(t, "nothing but signs", find(embraye.TimelineFilter{Search: `"*' --`}), []string(nil))

			first, err := s.Pages().TimelinePage(ctx, embraye.TimelineFilter{Limit: 2})
			must(t, err)
			equal(t, "second page", find(embraye.TimelineFilter{After: first.Next, Limit: 2}), []string{b})

			must(t, s.InTx(ctx, func(tx store.Tables) error {
				now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
				rows[0].WithdrawnAt, rows[1].Title = &now, "Des girafes ouvertes"
				if err := tx.Updates.Save(ctx, rows[0]); err != nil {
					return err
				}
				return tx.Updates.Save(ctx, rows[1])
			}))
			equal(t, "withdrawn", find(embraye.TimelineFilter{Search: "coopérative"}), []string(nil))
			equal(t, "corrected", find(embraye.TimelineFilter{Search: "girafes"}), []string{"Des girafes ouvertes"})
			equal(t, "said before", find(embraye.TimelineFilter{Search: "communautés"}), []string(nil))
		})
	}
}

// whenSQLite: PostgreSQL's own stemmers keep accents.
func whenSQLite(kind string, want []string) []string {
	if kind == storetest.SQLite {
		return want
	}
	return nil
}

// P07: what nobody knows a date of does not stand among what happened this year
// because somebody looked this year; pages go on from one part to the other.
func TestP07ChronologyPutsTheUndatedAside(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			s, ctx := storetest.Open(t, kind), t.Context()
			rows := []*embraye.Update{constatNamed(t, 10, "A", "2024-06"), constatNamed(t, 11, "B", ""), constatNamed(t, 12, "C", ""),
				constatNamed(t, 13, "D", "2020"), constatNamed(t, 14, "E", ""), constatNamed(t, 15, "F", "2026-01-02")}
			rows[1].ObservedDate, rows[2].ObservedDate, rows[4].ObservedDate, rows[3].ObservedDate = "2026-05", "2026-11-03", "2026-05", "2026-11"
			must(t, s.InTx(ctx, func(tx store.Tables) error {
				for _, u := range rows {
					if err := tx.Updates.Insert(ctx, u); err != nil {
						return err
					}
				}
				return nil
			}))
			for limit := 1; limit <= 6; limit++ {
				var titles []string
				f := embraye.TimelineFilter{Limit: limit}
				for {
					page, err := s.Pages().TimelinePage(ctx, f)
					must(t, err)
					for _, u := range page.Updates {
						titles = append(titles, u.Title)
					}
					if f.After = page.Next; f.After == "" {
						break
					}
				}
				equal(t, "pages of "+string(rune('0'+limit)), titles, []string{"F", "A", "D", "C", "E", "B"})
			}
		})
	}
}
