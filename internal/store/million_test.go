package store_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"embraye/internal/store"
	"embraye/internal/storetest"
)

// BenchmarkManyFollowers is what the queue has to do when a measure that 1,000,000
// people follow from 20,000 hosts publishes: write the rows, claim and finish all of
// them, with no network between. EMBRAYE_BENCH_SCALE is the part of it that is made
// (0.02 if not given). Use -benchtime 1x.
func BenchmarkManyFollowers(b *testing.B) {
	scale := 0.02
	if s := os.Getenv("EMBRAYE_BENCH_SCALE"); s != "" {
		var err error
		if scale, err = strconv.ParseFloat(s, 64); err != nil {
			b.Fatal(err)
		}
	}
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			s, hosts := storetest.Open(b, kind), max(1, int(20_000*scale))
			followers := follow(b, s, kind, hosts, 50)
			ctx, a := b.Context(), storetest.Activity(1)
			before := residentPeak(b)
			began := time.Now()
			must(b, s.InTx(ctx, func(t store.Tables) error {
				if err := t.Activities.Insert(ctx, a); err != nil {
					return err
				}
				n, err := t.Deliveries.FanOut(ctx, a, store.Targets{FollowersOf: []string{"mesure2"}})
				if err == nil && n != hosts {
					err = fmt.Errorf("%d inboxes, want %d", n, hosts)
				}
				return err
			}))
			wrote := time.Since(began)
			now, done := storetest.Start.UnixMilli(), 0
			for done < hosts {
				n := turn(b, s, now)
				if n == 0 {
					b.Fatalf("nothing due after %d of %d", done, hosts)
				}
				done += n
			}
			all := time.Since(began)
			b.ReportMetric(float64(followers), "followers")
			b.ReportMetric(float64(hosts), "hosts")
			b.ReportMetric(float64(wrote.Milliseconds()), "ms-to-write")
			b.ReportMetric((all - wrote).Seconds(), "s-to-claim-and-finish")
			b.ReportMetric(float64((all-wrote).Microseconds())/float64(hosts), "µs/delivery")
			b.ReportMetric(float64(residentPeak(b)-before)/1024, "MiB-more")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// follow makes so many people of each of the hosts follow measure 2.
func follow(b *testing.B, s *store.Store, kind string, hosts, each int) (followers int) {
	b.Helper()
	query := strings.NewReplacer("ALL", strconv.Itoa(hosts*each), "HOST", "'h' || (n % "+strconv.Itoa(hosts)+") || '.example'").Replace(`
		WITH RECURSIVE numbers(n) AS (SELECT 0 UNION SELECT n + 1 FROM numbers WHERE n + 1 < ALL)
		INSERT INTO followers (actor, follower, host, inbox, delivery, follow_id, created_at)
		SELECT 'mesure2', 'https://' || HOST || '/users/' || n, HOST, 'https://' || HOST || '/users/' || n || '/inbox', 'https://' || HOST || '/inbox', 'f' || n, ? FROM numbers`)
	if kind == storetest.Postgres {
		query = strings.Replace(query, "?", "CAST($1 AS timestamptz)", 1)
	}
	pool := s.Pool()
	_, err := pool.ExecContext(b.Context(), query, storetest.Start)
	must(b, err)
	if kind == storetest.Postgres { // as it does by itself where autovacuum is on
		_, err = pool.ExecContext(b.Context(), "VACUUM ANALYZE followers")
		must(b, err)
	}
	must(b, pool.QueryRowContext(context.Background(), "SELECT count(*) FROM followers").Scan(&followers))
	return followers
}

// residentPeak is the most memory in KiB that this process has had.
func residentPeak(b *testing.B) (kib int) {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	must(b, err)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	_, err = fmt.Sscan(rest, &kib)
	must(b, err)
	return kib
}
