// Package storetest gives tests an empty migrated database each, on SQLite and
// on PostgreSQL.
//
// SQLite is a file in the test's own folder. PostgreSQL is the server named by
// EMBRAYE_TEST_POSTGRES_URL, or one that the test binary starts from installed
// programs and that ends with it, even if it is killed (cluster.go). Without
// either the test is skipped, and fails if EMBRAYE_TEST_REQUIRE names
// "postgres". Migrations run once per test binary; each test gets a copy.
package storetest

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/store"
)

// The kinds of database.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Start is the time that the clock of every test database shows.
var Start = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// Secret seals the keys of test databases.
var Secret = []byte("an ordinary secret for tests: 32")

// Kinds lists the databases that tests run on.
func Kinds(testing.TB) []string { return []string{SQLite, Postgres} }

// Each runs a test on every kind of database, each time with an empty one.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, kind := range Kinds(t) {
		t.Run(kind, func(t *testing.T) { test(t, Open(t, kind)) })
	}
}

// Open returns an empty migrated database, closed when the test ends.
func Open(t testing.TB, kind string) *store.Store {
	t.Helper()
	return OpenURL(t, URL(t, kind), func() time.Time { return Start })
}

// OpenURL opens a database that is there, for tests with several processes or
// a clock of their own.
func OpenURL(t testing.TB, url string, now func() time.Time) *store.Store {
	t.Helper()
	return OpenOptions(t, store.Options{URL: url, Now: now})
}

// OpenOptions is OpenURL for those who want something unusual.
func OpenOptions(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	o.Secret = Secret
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// URL makes an empty migrated database and returns its address.
func URL(t testing.TB, kind string) string {
	t.Helper()
	if kind == Postgres {
		return postgresURL(t, true)
	}
	return sqliteURL(t)
}

// EmptyURL makes a database without any table and returns its address.
func EmptyURL(t testing.TB, kind string) string {
	t.Helper()
	if kind == Postgres {
		return postgresURL(t, false)
	}
	return "sqlite:" + t.TempDir() + "/empty.db"
}

// Require ends a test that lacks something of its surroundings: with a skip, or
// with a failure if EMBRAYE_TEST_REQUIRE (names separated by commas) says that
// it has to be there.
func Require(t testing.TB, name, reason string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("EMBRAYE_TEST_REQUIRE"), ","), name) {
		t.Fatalf("%s is required by EMBRAYE_TEST_REQUIRE: %s", name, reason)
	}
	t.Skipf("no %s: %s", name, reason)
}
