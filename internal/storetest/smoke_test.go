package storetest_test

import (
	"testing"

	"embraye/internal/store"
	"embraye/internal/storetest"
)

func TestEachDatabaseIsEmptyAndMigrated(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for range 2 {
			all, err := s.Tables().Actors.List(t.Context())
			if err != nil || len(all) != 0 {
				t.Fatalf("Actors.List = %v, %v; want none", all, err)
			}
			if err := s.InTx(t.Context(), func(tx store.Tables) error { return tx.Settings.Set(t.Context(), "k", "v") }); err != nil {
				t.Fatal(err)
			}
		}
	})
}
