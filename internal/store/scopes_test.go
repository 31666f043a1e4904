package store_test

import (
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"

	"github.com/google/go-cmp/cmp"
)

// The keys are as the program wrote them when it folded French accents alone.
func TestK05ScopesThatWereToldApartAreJoined(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		rows := []struct{ name, key string }{
			{"Région Bretagne", "institution|FR-BRE|name:region bretagne"},
			{"Re\u0301gion Bretagne", "institution|FR-BRE|name:re gion bretagne"},
			{"Région Bre\u00adtagne", "institution|FR-BRE|name:region bre tagne"},
			{"Oﬃce de l’eau", "institution|FR-BRE|name:oﬃce de l eau"},
			{"Office de l'eau", "institution|FR-BRE|name:office de l eau"},
			{"", "civil_society|FR|"},
		}
		before := map[string]embraye.Update{}
		err := s.InTx(t.Context(), func(tables store.Tables) error {
			for i, row := range rows {
				u := storetest.Update(i + 1)
				if row.name != "" {
					u.Scope = embraye.Scope{Measure: "m1", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE", Institution: embraye.Institution{Name: row.name, Kind: "region"}}
				}
				u.ScopeKey = row.key
				if err := tables.Updates.Insert(t.Context(), u); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			u, err := s.Tables().Updates.Take(t.Context(), storetest.ID(i+1))
			if err != nil {
				t.Fatal(err)
			}
			before[u.ID] = *u
		}
		for try := range 2 {
			if applied, err := s.Migrate(t.Context()); err != nil || applied != 0 {
				t.Fatalf("try %d: %d, %v", try, applied, err)
			}
			states, err := s.Tables().ScopeStates(t.Context(), "m1", 10)
			if err != nil {
				t.Fatal(err)
			}
			var latest []string
			for _, u := range states {
				latest = append(latest, u.ID)
				want := before[u.ID]
				want.ScopeKey, want.Wire = want.Scope.Key(), nil // states are read without their bytes
				if diff := cmp.Diff(want, u); diff != "" {
					t.Errorf("more than the key of %s changed: %s", u.ID, diff)
				}
			}
			if diff := cmp.Diff([]string{storetest.ID(6), storetest.ID(5), storetest.ID(3)}, latest); diff != "" {
				t.Errorf("try %d: %s", try, diff)
			}
		}
	})
}
