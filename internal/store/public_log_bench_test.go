package store_test

import (
	"fmt"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
	"embraye/internal/translog"
)

// filledLog has so many leaves of usual length.
func filledLog(b *testing.B, s *store.Store, n int) {
	b.Helper()
	openLog(b, s)
	for from := 0; from < n; from += 500 {
		must(b, s.InTx(b.Context(), func(tx store.Tables) error {
			for i := from; i < from+500; i++ {
				if err := tx.Log.Record(usualLeaf(i)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func usualLeaf(i int) translog.Leaf {
	id, _ := embraye.NewID(storetest.Start.Add(time.Duration(i)*time.Second), zeros{})
	return translog.Leaf{Kind: translog.Revision, ID: "https://suivi.example.org/constats/" + id, N: 1, Commit: translog.Commitment(nil, fmt.Append(nil, i)),
		At: storetest.Start.Add(time.Duration(i) * time.Second)}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// BenchmarkLogAppend is what a leaf adds to a transaction that writes one row, in
// a log of 100,000; and how much of the database a leaf takes there.
func BenchmarkLogAppend(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			s := storetest.Open(b, kind)
			before := logBytes(b, s)
			filledLog(b, s, 100_000)
			size := logBytes(b, s) - before
			var with, without time.Duration
			for i := 0; b.Loop(); i++ {
				start := processor(b)
				must(b, s.InTx(b.Context(), func(tx store.Tables) error { return tx.Settings.Set(b.Context(), "x", fmt.Sprint(i)) }))
				middle := processor(b)
				must(b, s.InTx(b.Context(), func(tx store.Tables) error {
					if err := tx.Log.Record(usualLeaf(1_000_000 + i)); err != nil {
						return err
					}
					return tx.Settings.Set(b.Context(), "x", fmt.Sprint(i))
				}))
				without, with = without+middle-start, with+processor(b)-middle
			}
			b.ReportMetric(float64(size)/100_000, "B/leaf")
			b.ReportMetric(float64((with-without).Microseconds())/float64(b.N), "cpu-µs/leaf")
			b.ReportMetric(float64(without.Microseconds())/float64(b.N), "cpu-µs/without")
		})
	}
}

// BenchmarkLogProof proves a leaf of 100,000.
func BenchmarkLogProof(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			s := storetest.Open(b, kind)
			filledLog(b, s, 100_000)
			for i := 0; b.Loop(); i++ {
				l := usualLeaf(i * 7919 % 100_000)
				_, _, err := s.Tables().Log.Proof(b.Context(), l.Kind, l.ID, l.N)
				must(b, err)
			}
		})
	}
}

// logBytes is how large the log is in the database, its indexes too.
func logBytes(b *testing.B, s *store.Store) (n int64) {
	b.Helper()
	query := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if s.IsPostgres() {
		query = "SELECT pg_total_relation_size('log_leaves')"
	}
	must(b, s.Pool().QueryRowContext(b.Context(), query).Scan(&n))
	return n
}
