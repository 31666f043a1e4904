package store_test

import (
	"context"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// Every page and the pinned Note read the same states; what is replaced from
// another measure counts nowhere.
func TestS04EveryPageReadsOneState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, gone := t.Context(), storetest.Start
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return tx.Actors.Insert(ctx, &embraye.Actor{Handle: "organisation", Kind: embraye.OrganisationActor, Enabled: true})
		})
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			return tx.Actors.Insert(ctx, &embraye.Actor{Handle: "mesure1", Kind: embraye.MeasureActor, Measure: "m1", Enabled: true})
		})
		dates := []embraye.Date{"2025-03", "2024", "2021-05-02", "2026-01-01", "2025-12-31", "2020", "2019"}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			for n, date := range dates {
				u := storetest.Update(n)
				u.EffectiveDate, u.Territory = date, "FR-BRE"
				switch n {
				case 1, 5:
					u.Territory = "FR-NOR"
				case 3:
					u.WithdrawnAt = &gone
				case 6: // a constat of another measure takes back the one of 2025-12-31
					u.Measure, u.RelatedTo = "m2", []embraye.Relation{{Rel: "replaces", Href: string(storetest.Object(4))}}
				}
				u.ScopeKey = u.Scope.Key()
				if err := tx.Updates.Insert(ctx, u); err != nil {
					return err
				}
			}
			return nil
		})
		ids := func(all []embraye.Standing, measure string) (ids []string) {
			for _, v := range all {
				if v.Measure == measure {
					ids = append(ids, v.Constat)
				}
			}
			return ids
		}
		want := []string{storetest.ID(0), storetest.ID(1)}
		pinned, err := s.Tables().ScopeStates(ctx, "m1", 10)
		must(t, err)
		equal(t, "pinned Note", idsOf(pinned), want)
		matrix, err := s.Pages().MatrixPage(ctx)
		must(t, err)
		equal(t, "matrix", ids(matrix.States, "m1"), want)
		equal(t, "the other measure", ids(matrix.States, "m2"), []string{storetest.ID(6)})
		home, err := s.Pages().HomePage(ctx)
		must(t, err)
		equal(t, "home page", ids(home.Measures[0].States, "m1"), want)
		measure, err := s.Pages().MeasurePage(ctx, "mesure1")
		must(t, err)
		equal(t, "measure page", ids(measure.States, "m1"), want)
		equal(t, "constats of the measure", measure.Count, 5)
		equal(t, "the latest of them", idsOf(measure.Latest), []string{storetest.ID(5), storetest.ID(4)})
		equal(t, "those that count there", len(measure.Voices), 4)
		place, err := s.Pages().PlacePage(ctx, "m1", []string{"FR-BRE"}, nil)
		must(t, err)
		equal(t, "page of a place", ids(place.States, "m1"), want[:1])
		equal(t, "its constats, by fact", idsOf(place.Updates), []string{storetest.ID(4), storetest.ID(0), storetest.ID(2)})
	})
}

func idsOf(all []embraye.Update) (ids []string) {
	for _, u := range all {
		ids = append(ids, u.ID)
	}
	return ids
}
