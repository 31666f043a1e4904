package store_test

import (
	"context"
	"fmt"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// bulk makes n deliveries wait at each of so many hosts, and lets the planner
// count.
func bulk(t testing.TB, s *store.Store, hosts, n int) {
	t.Helper()
	for i := range n {
		a := storetest.Activity(1000 + i)
		a.Object = string(storetest.Object(1000 + i))
		write(t, s, func(ctx context.Context, tx store.Tables) error { return tx.Activities.Insert(ctx, a) })
	}
	series, pad := "generate_series(0, %d) AS %s(n)", "lpad(CAST(h.n AS text), 3, '0')"
	if !s.IsPostgres() {
		series, pad = "(WITH RECURSIVE up(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM up WHERE n < %d) SELECT n FROM up) AS %s", "printf('%%03d', h.n)"
	}
	for _, statement := range []string{
		fmt.Sprintf(`INSERT INTO deliveries (activity_id, inbox, host, object, state, attempts, next_at, last_status, last_error, created_at)
			SELECT a.id, 'https://h' || `+pad+` || '.example/inbox', 'h' || `+pad+` || '.example', a.object, 0, 0, 0, 0, '', %d
			FROM activities AS a CROSS JOIN `+series+` ORDER BY a.id, h.n`, now, hosts-1, "h"),
		fmt.Sprintf(`INSERT INTO hosts (host, pending, next_at) SELECT DISTINCT host, true, %d FROM deliveries`, now),
		"ANALYZE",
	} {
		_, err := s.Pool().ExecContext(t.Context(), statement)
		must(t, err)
	}
}

// oneTurnEach claims hosts and returns results that sent one delivery each.
func oneTurnEach(t testing.TB, s *store.Store, at int64, limit int) (results []store.Result) {
	t.Helper()
	hosts, err := s.Tables().Deliveries.ClaimHosts(t.Context(), at, at+1000, limit)
	must(t, err)
	for _, h := range hosts {
		results = append(results, store.Result{Host: h.Host, LeaseUntil: h.NextAt, HostNextAt: at + 1,
			Done: []store.Outcome{outcome(due(t, s, h.Host, at)[0], embraye.DeliverySent)}})
	}
	return results
}

// touched is how many rows of deliveries PostgreSQL read so far.
func touched(t *testing.T, s *store.Store) (n int64) {
	t.Helper()
	_, err := s.Pool().ExecContext(t.Context(), "SELECT pg_stat_force_next_flush()")
	must(t, err)
	must(t, s.Pool().QueryRowContext(t.Context(), `SELECT seq_tup_read + coalesce((SELECT sum(idx_tup_read)
		FROM pg_stat_user_indexes WHERE relname = 'deliveries'), 0) FROM pg_stat_user_tables WHERE relname = 'deliveries'`).Scan(&n))
	return n
}

// What a turn's end costs must not grow with what waits elsewhere.
func TestFinishReadsOnlyItsOwnRows(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres)
	s.Pool().SetMaxOpenConns(1) // the counters are those of one connection
	bulk(t, s, 300, 100)
	const turns = 50
	for round := range 3 {
		results := oneTurnEach(t, s, now+int64(round), turns)
		before := touched(t, s)
		finish(t, s, results...)
		if n := touched(t, s) - before; n > turns*10 {
			t.Errorf("finishing %d turns read %d rows of deliveries", len(results), n)
		}
	}
}

// BenchmarkFinish compares the end of 50 turns with 30,000 waiting deliveries
// and with none.
func BenchmarkFinish(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			took := map[string]float64{}
			for name, n := range map[string]int{"none": 1, "many": 100} {
				s := storetest.Open(b, kind)
				bulk(b, s, 300, n)
				b.Run(name, func(b *testing.B) {
					for i := range b.N {
						b.StopTimer()
						if n == 1 {
							again(b, s)
						}
						results := oneTurnEach(b, s, now+int64(i), 50)
						b.StartTimer()
						finish(b, s, results...)
					}
					took[name] = b.Elapsed().Seconds() / float64(b.N)
				})
			}
			b.ReportMetric(took["many"]/took["none"], "ratio")
		})
	}
}

// again makes everything wait that was sent.
func again(b *testing.B, s *store.Store) {
	b.Helper()
	_, err := s.Pool().ExecContext(context.Background(), "UPDATE deliveries SET state = 0")
	must(b, err)
	_, err = s.Pool().ExecContext(context.Background(), "UPDATE hosts SET pending = true")
	must(b, err)
}
