package store_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// BenchmarkLike is what the database does for one Like that arrives.
func BenchmarkLike(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		for _, writers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d", kind, writers), func(b *testing.B) {
				s := storetest.Open(b, kind)
				must(b, s.InTx(b.Context(), func(t store.Tables) error { return t.Updates.Insert(b.Context(), storetest.Update(1)) }))
				var next atomic.Int64
				var wait sync.WaitGroup
				b.ResetTimer()
				before := processor(b)
				for range writers {
					wait.Go(func() {
						for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
							if err := like(b, s, int(n)); err != nil {
								b.Error(err)
							}
						}
					})
				}
				wait.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "likes/s")
				b.ReportMetric(float64(processor(b)-before)/float64(b.N)/1e3, "cpu-µs/op")
			})
		}
	}
}

func like(b *testing.B, s *store.Store, n int) error {
	digest := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
	ctx := b.Context()
	return s.InTx(ctx, func(t store.Tables) error {
		if fresh, err := t.Seen.Mark(ctx, digest[:], "masto.example"); err != nil || !fresh {
			return fmt.Errorf("fresh %v: %w", fresh, err)
		}
		added, err := t.Interactions.Add(ctx, storetest.Interaction(embraye.Like, "a.example", n, 1), "", store.UpdateCounter(storetest.ID(1)))
		if err != nil || !added {
			return fmt.Errorf("added %v: %w", added, err)
		}
		t.Changed()
		return nil
	})
}

// BenchmarkDelivery is what the queue costs per delivery: claim, read, finish.
func BenchmarkDelivery(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		for _, perHost := range []int{1, 10} {
			b.Run(fmt.Sprintf("%s/%d", kind, perHost), func(b *testing.B) {
				s := storetest.Open(b, kind)
				hosts := max(1, b.N/perHost)
				queue(b, s, hosts, perHost)
				b.ResetTimer()
				now, done, before := storetest.Start.UnixMilli(), 0, processor(b)
				for done < hosts*perHost {
					n := turn(b, s, now)
					if n == 0 {
						b.Fatalf("nothing due after %d of %d", done, hosts*perHost)
					}
					done += n
				}
				b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "deliveries/s")
				b.ReportMetric(float64(processor(b)-before)/float64(done)/1e3, "cpu-µs/op")
			})
		}
	}
}

// queue fans perHost activities out to one inbox on each of the hosts.
func queue(b testing.TB, s *store.Store, hosts, perHost int) {
	ctx := b.Context()
	inboxes := make([]embraye.IRI, hosts)
	for i := range inboxes {
		inboxes[i] = storetest.SharedInbox(fmt.Sprintf("h%d.example", i))
	}
	must(b, s.InTx(ctx, func(t store.Tables) error {
		for n := range perHost {
			a := storetest.Activity(n)
			if err := t.Activities.Insert(ctx, a); err != nil {
				return err
			}
			if _, err := t.Deliveries.FanOut(ctx, a, store.Targets{Inboxes: inboxes}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func turn(b *testing.B, s *store.Store, now int64) int {
	ctx, d := b.Context(), s.Tables().Deliveries
	claimed, err := d.ClaimHosts(ctx, now, now+120_000, 500)
	must(b, err)
	names := make([]string, len(claimed))
	results := make(map[string]*store.Result, len(claimed))
	for i, h := range claimed {
		names[i] = h.Host
		results[h.Host] = &store.Result{Host: h.Host, HostNextAt: now, SeenAt: now}
	}
	jobs, err := d.Due(ctx, names, now, 20)
	must(b, err)
	for _, j := range jobs {
		r := results[j.Host]
		r.Done = append(r.Done, store.Outcome{DeliveryID: j.ID, ActivityID: j.ActivityID, State: embraye.DeliverySent, Attempts: 1, LastStatus: 202})
	}
	all := make([]store.Result, 0, len(results))
	for _, r := range results {
		all = append(all, *r)
	}
	must(b, d.Finish(ctx, all))
	return len(jobs)
}

// BenchmarkFanOut is what one follower costs the transaction that publishes.
func BenchmarkFanOut(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			s := storetest.Open(b, kind)
			queue(b, s, b.N, 1)
		})
	}
}

// processor is the time that this process has computed: on a busy machine it
// says more than the clock. PostgreSQL's share is not in it.
func processor(t testing.TB) time.Duration {
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
