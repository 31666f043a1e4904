//go:build faults

package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"embraye/internal/store"
	"embraye/internal/storetest"
)

// FT32: an upgrade from the first shape of the database, with 1,000,000 reactions
// in it, ends in the shape of a new one and loses none.
func TestFT32AnUpgradeOfAMillionRows(t *testing.T) {
	rows := 1_000_000
	if testing.Short() {
		rows = 20_000
	}
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			s := storetest.OpenURL(t, storetest.EmptyURL(t, kind), nil)
			must(t, s.MigrateTo(t.Context(), 1))
			query := strings.ReplaceAll(`WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ALL_ROWS)
				INSERT INTO interactions (kind, actor, object, activity_id, emoji, delivery, created_at)
				SELECT 'like', 'https://h' || (n % 1000) || '.example/users/' || n, 'https://ours.example/constats/' || (n % 100), 'https://h' || (n % 1000) || '.example/likes/' || n, '',
				'https://h' || (n % 1000) || '.example/inbox', CURRENT_TIMESTAMP FROM numbers`, "ALL_ROWS", fmt.Sprint(rows))
			run(t, s, query)
			began := time.Now()
			_, err := s.Migrate(t.Context())
			must(t, err)
			t.Logf("%d rows to schema %d in %s", rows, store.KnownSchema(), time.Since(began).Round(time.Millisecond))
			var left int
			must(t, s.Pool().QueryRowContext(t.Context(), "SELECT count(*) FROM interactions").Scan(&left))
			equal(t, "rows", left, rows)
			equal(t, "the shape", columns(t, s), columns(t, storetest.Open(t, kind)))
			again, err := s.Migrate(t.Context())
			must(t, err)
			equal(t, "steps of a second start", again, 0)
		})
	}
}
