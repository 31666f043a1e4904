package store_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// What a statement is about is nobody's business but the database's, however slow
// it was.
func TestTheLogHoldsStatementsWithoutTheirValues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var log bytes.Buffer
		s.TraceAll(slog.New(slog.NewTextHandler(&log, nil)))
		p := &embraye.Person{Email: "ann@asso.example", Name: "Ann Onyme", Role: embraye.Editor, PasswordHash: "$argon2id$secret"}
		err := s.InTx(t.Context(), func(tx store.Tables) error {
			if err := tx.People.Insert(t.Context(), p); err != nil {
				return err
			}
			_, err := tx.People.ByEmail(t.Context(), p.Email)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		said := log.String()
		if !strings.Contains(said, "INSERT INTO") || !strings.Contains(said, "SELECT") {
			t.Errorf("statements are missing: %s", said)
		}
		for _, private := range []string{"asso.example", "Onyme", "argon2id"} {
			if strings.Contains(said, private) {
				t.Errorf("%s in %s", private, said)
			}
		}
	})
}
