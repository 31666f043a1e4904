package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestATransactionIsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		before, err := s.PublicRevision(ctx)
		must(t, err)
		mine := errors.New("mine")
		set := func(tx store.Tables) {
			must(t, tx.Settings.Set(ctx, "k", "v"))
			tx.Changed()
		}
		if err := s.InTx(ctx, func(tx store.Tables) error { set(tx); return mine }); err != mine {
			t.Errorf("InTx = %v, want the error of the function", err)
		}
		func() {
			defer func() {
				if got := recover(); got != "panic" {
					t.Errorf("recovered %v", got)
				}
			}()
			_ = s.InTx(ctx, func(tx store.Tables) error { set(tx); panic("panic") })
		}()
		if _, ok, err := s.Tables().Settings.Get(ctx, "k"); ok || err != nil {
			t.Errorf("after an error and a panic: %v, %v", ok, err)
		}
		if after, err := s.PublicRevision(ctx); after != before || err != nil {
			t.Errorf("public revision %d, %v; want %d", after, err, before)
		}
		must(t, s.InTx(ctx, func(tx store.Tables) error { set(tx); return nil }))
		must(t, s.InTx(ctx, func(tx store.Tables) error { return tx.Settings.Set(ctx, "other", "v") }))
		if after, err := s.PublicRevision(ctx); after != before+1 || err != nil {
			t.Errorf("public revision %d, %v; want %d", after, err, before+1)
		}
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		err = s.InTx(canceled, func(store.Tables) error { return nil })
		if !errors.Is(err, context.Canceled) || errors.Is(err, embraye.ErrUnavailable) {
			t.Errorf("with a canceled context: %v", err)
		}
	})
}

// Fifty writers that each read before they write: none fails as busy, and no
// step is lost.
func TestFiftyWritersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const writers, each = 50, 4
		must(t, s.InTx(ctx, func(tx store.Tables) error { return tx.Updates.Insert(ctx, storetest.Update(1)) }))
		var wait sync.WaitGroup
		for w := range writers {
			wait.Go(func() {
				for n := range each {
					err := s.InTx(ctx, func(tx store.Tables) error {
						if _, err := tx.Updates.Take(ctx, storetest.ID(1)); err != nil {
							return err
						}
						tx.AddCounts(store.UpdateCounter(storetest.ID(1)), 1, 0, 0)
						return tx.Settings.Set(ctx, "key"+strconv.Itoa(w*each+n), "v")
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if u, err := s.Tables().Updates.Take(ctx, storetest.ID(1)); err != nil || u.LikeCount != writers*each {
			t.Errorf("counted %d, %v; want %d", u.LikeCount, err, writers*each)
		}
	})
}

func TestWritesOutsideATransactionAreRefusedOnSQLite(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	if err := s.Tables().Settings.Set(t.Context(), "k", "v"); err == nil {
		t.Error("the reading pool wrote")
	}
}

// Another process that holds the write lock makes us unavailable, not wrong.
func TestALockedDatabaseIsUnavailable(t *testing.T) {
	url := storetest.URL(t, storetest.SQLite)
	ctx := t.Context()
	other := storetest.OpenURL(t, url, nil)
	s, err := store.Open(ctx, store.Options{URL: url, BusyTimeout: 20 * time.Millisecond})
	must(t, err)
	defer s.Close()
	must(t, other.InTx(ctx, func(store.Tables) error {
		err := s.InTx(ctx, func(store.Tables) error { return nil })
		if !errors.Is(err, embraye.ErrUnavailable) {
			t.Errorf("error = %v, want ErrUnavailable", err)
		}
		_, err = s.Tables().Updates.Count(ctx) // readers go on
		return err
	}))
	must(t, s.InTx(ctx, func(store.Tables) error { return nil }))
}

func TestAMissingDatabaseIsUnavailable(t *testing.T) {
	for _, url := range []string{"sqlite:" + t.TempDir() + "/no/such/folder/x.db", "postgres://u@127.0.0.1:1/x"} {
		if _, err := store.Open(t.Context(), store.Options{URL: url}); !errors.Is(err, embraye.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", url, err)
		}
	}
	if _, err := store.Open(t.Context(), store.Options{URL: "mysql://x"}); !errors.Is(err, embraye.ErrInvalid) {
		t.Errorf("another kind of address: %v, want ErrInvalid", err)
	}
}

// PostgreSQL's answers, in a form that a test can provoke.
func TestAServerThatShutsDownIsUnavailable(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres)
	ctx := t.Context()
	err := s.InTx(ctx, func(tx store.Tables) error {
		var pid int
		must(t, tx.SQLTx().QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid))
		if _, err := s.Pool().ExecContext(ctx, "SELECT pg_terminate_backend($1)", pid); err != nil {
			return err
		}
		return tx.Settings.Set(ctx, "k", "v")
	})
	if !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("error = %v, want ErrUnavailable", err)
	}
	must(t, s.Ping(ctx))
}

func TestConflictsBetweenTransactionsAreTriedAgain(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres)
	for _, c := range []struct {
		code  string
		fails int
		want  int
	}{{"40001", 2, 3}, {"40P01", 3, 4}, {"55P03", 1, 2}, {"40001", 9, 4}, {"23514", 1, 1}} {
		calls := 0
		err := s.InTx(t.Context(), func(tx store.Tables) error {
			if calls++; calls > c.fails {
				return nil
			}
			return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: c.code})
		})
		if calls != c.want || (err == nil) != (c.want > c.fails) {
			t.Errorf("%s failing %d times: %d calls, %v; want %d calls", c.code, c.fails, calls, err, c.want)
		}
	}
}

// twoConstats are what replicas contend for.
func twoConstats(t *testing.T, s *store.Store) {
	t.Helper()
	must(t, s.InTx(t.Context(), func(tx store.Tables) error {
		return errors.Join(tx.Updates.Insert(t.Context(), storetest.Update(1)), tx.Updates.Insert(t.Context(), storetest.Update(2)))
	}))
}

// takeAndLike takes a constat, which another replica cannot take before the commit, and likes it.
func takeAndLike(ctx context.Context, tx store.Tables, n int) error {
	tx.Changed()
	tx.AddCounts(store.UpdateCounter(storetest.ID(n)), 1, 0, 0)
	_, err := tx.Updates.TakeToWrite(ctx, storetest.ID(n))
	return err
}

// likedTwice wants two Likes of each of the first two constats.
func likedTwice(t *testing.T, s *store.Store) {
	t.Helper()
	for n := 1; n <= 2; n++ {
		if u, err := s.Tables().Updates.Take(t.Context(), storetest.ID(n)); err != nil || u.LikeCount != 2 {
			t.Errorf("update %d: %d likes, %v; want 2", n, u.LikeCount, err)
		}
	}
}

// Two replicas that take two rows in opposite orders.
func TestADeadlockIsTriedAgain(t *testing.T) {
	url, ctx := storetest.URL(t, storetest.Postgres), t.Context()
	s := storetest.OpenURL(t, url, nil)
	twoConstats(t, s)
	var both, wait sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		replica := storetest.OpenURL(t, url, nil)
		wait.Go(func() {
			first := true
			err := replica.InTx(ctx, func(tx store.Tables) error {
				if err := takeAndLike(ctx, tx, order[0]); err != nil {
					return err
				}
				if first {
					first = false
					both.Done()
					both.Wait()
				}
				return takeAndLike(ctx, tx, order[1])
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	likedTwice(t, s)
}

// Two replicas, each with two transactions that share a commit, and what the one
// has locked first the other wants last. PostgreSQL, which would find the circle, is
// kept from looking for it.
func TestGroupsDoNotWaitInACircle(t *testing.T) {
	url, ctx := storetest.URL(t, storetest.Postgres)+"&deadlock_timeout=1h&statement_timeout=20s", t.Context()
	s := storetest.OpenURL(t, url, nil)
	twoConstats(t, s)
	var both, wait sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		replica, begun := storetest.OpenURL(t, url, nil), make(chan bool)
		replica.OneGroup()
		wait.Go(func() {
			err := replica.InTx(ctx, func(tx store.Tables) error {
				err := takeAndLike(ctx, tx, order[0])
				close(begun)
				for replica.Waiting() == 0 {
					runtime.Gosched()
				}
				both.Done()
				both.Wait()
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		wait.Go(func() {
			<-begun
			if err := replica.InTx(ctx, func(tx store.Tables) error { return takeAndLike(ctx, tx, order[1]) }); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	likedTwice(t, s)
}

// On PostgreSQL one process writes while a transaction of its own is open; what many
// change is left to the end, so that the second neither waits nor is tried again.
func TestTwoReactAtOnce(t *testing.T) {
	s, ctx := storetest.Open(t, storetest.Postgres), t.Context()
	twoConstats(t, s)
	tries := 0
	react := func(tx store.Tables, n int) error {
		tx.Changed()
		added, err := tx.Interactions.Add(ctx, storetest.Interaction(embraye.Like, "a.example", n, 1), "", store.UpdateCounter(storetest.ID(1)))
		if err == nil && !added {
			err = errors.New("not added")
		}
		return err
	}
	must(t, s.InTx(ctx, func(tx store.Tables) error {
		err := react(tx, 1)
		inner := s.InTx(ctx, func(tx store.Tables) error { tries++; return react(tx, 2) })
		return errors.Join(err, inner)
	}))
	if u, err := s.Tables().Updates.Take(ctx, storetest.ID(1)); err != nil || u.LikeCount != 2 || tries != 1 {
		t.Errorf("%d likes, %v, %d tries; want 2 at the first try", u.LikeCount, err, tries)
	}
}

// Two constats of one organisation about one measure, in scopes of their own.
func TestTwoSpeakAtOnce(t *testing.T) {
	s, ctx := storetest.Open(t, storetest.Postgres), t.Context()
	tries := 0
	speak := func(tx store.Tables, n int, place string) error {
		u := storetest.Update(n)
		u.Territory = place
		u.ScopeKey = u.Scope.Key()
		return tx.Updates.Insert(ctx, u)
	}
	must(t, s.InTx(ctx, func(tx store.Tables) error {
		err := speak(tx, 1, "FR")
		inner := s.InTx(ctx, func(tx store.Tables) error { tries++; return speak(tx, 2, "FR-BRE") })
		return errors.Join(err, inner)
	}))
	if all, err := s.Tables().Speakers.Constats(ctx); err != nil || all[""] != 2 || tries != 1 {
		t.Errorf("%d constats stand, %v, %d tries; want 2 at the first try", all[""], err, tries)
	}
}

// Two that were tried again and wait as long as it takes: what is sent takes its
// hosts last, whatever else is changed before or after.
func TestHostsAreTakenLast(t *testing.T) {
	url, ctx := storetest.URL(t, storetest.Postgres)+"&deadlock_timeout=1h&statement_timeout=20s", t.Context()
	s := storetest.OpenURL(t, url, nil)
	must(t, s.InTx(ctx, func(tx store.Tables) error { return tx.Updates.Insert(ctx, storetest.Update(1)) }))
	send := func(tx store.Tables, n int) error {
		a := storetest.Activity(n)
		err := tx.Activities.Insert(ctx, a)
		if err == nil {
			_, err = tx.Deliveries.FanOut(ctx, a, store.Targets{Inboxes: []embraye.IRI{"https://remote.example/inbox"}})
		}
		return err
	}
	take := func(tx store.Tables, _ int) error { return takeAndLike(ctx, tx, 1) }
	var both, wait sync.WaitGroup
	both.Add(2)
	for n, steps := range [][2]func(store.Tables, int) error{{send, take}, {take, send}} {
		replica, tries := storetest.OpenURL(t, url, nil), 0
		wait.Go(func() {
			err := replica.InTx(ctx, func(tx store.Tables) error {
				if tries++; tries == 1 {
					return &pgconn.PgError{Code: "40001"}
				}
				err := steps[0](tx, n)
				both.Done()
				both.Wait()
				return errors.Join(err, steps[1](tx, n))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	host, err := s.Tables().Hosts.Take(ctx, "remote.example")
	if err != nil || !host.Pending {
		t.Errorf("host %+v, %v; want it pending", host, err)
	}
}

func TestErrorsSayWhatWasDone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, err := s.Tables().Updates.Take(t.Context(), "nothing")
		if !errors.Is(err, embraye.ErrNotFound) || !strings.HasPrefix(err.Error(), "store: taking the constat nothing: ") {
			t.Errorf("error = %v", err)
		}
	})
}
