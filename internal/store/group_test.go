package store

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"testing"

	"embraye/internal/embraye"
)

// together runs transactions so that they share one commit: the first one waits
// until the others, in their order, have queued behind it. It returns their
// errors.
func together(t *testing.T, s *Store, fns ...func(context.Context, Tables) error) []error {
	t.Helper()
	errs, done := make([]error, len(fns)), make(chan int)
	queued := func(n int) {
		for s.groups[0].waiting.Load() < int32(n) && t.Context().Err() == nil {
			runtime.Gosched()
		}
	}
	started := make(chan bool)
	for i, fn := range fns {
		go func() {
			defer func() { done <- i }()
			defer func() {
				if r := recover(); r != nil {
					errs[i] = errors.New("panicked")
				}
			}()
			errs[i] = s.InTx(t.Context(), func(tx Tables) error {
				if i == 0 {
					close(started)
					queued(len(fns) - 1)
				}
				return fn(t.Context(), tx)
			})
		}()
		if i == 0 {
			<-started
		} else if i < len(fns)-1 {
			queued(i) // the last one lets the first go on
		}
	}
	for range fns {
		<-done
	}
	return errs
}

func sqliteStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: "sqlite:" + t.TempDir() + "/x.db"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func set(key string, end func() error) func(context.Context, Tables) error {
	return func(ctx context.Context, tx Tables) error {
		tx.Changed()
		return errors.Join(tx.Settings.Set(ctx, key, "v"), end())
	}
}

func has(t *testing.T, s *Store, key string) bool {
	t.Helper()
	_, ok, err := s.Tables().Settings.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func fine() error { return nil }

func TestMembersOfAGroupFailAlone(t *testing.T) {
	s, mine := sqliteStore(t), errors.New("mine")
	before, err := s.PublicRevision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	errs := together(t, s, set("0", fine), set("1", func() error { return mine }), set("2", fine),
		set("3", func() error { panic("x") }), set("4", fine))
	for i, want := range []bool{true, false, true, false, true} {
		if got := has(t, s, strconv.Itoa(i)); got != want || (errs[i] == nil) != want {
			t.Errorf("member %d: written %v, error %v; want %v", i, got, errs[i], want)
		}
	}
	if !errors.Is(errs[1], mine) {
		t.Errorf("error = %v, want its own", errs[1])
	}
	if after, err := s.PublicRevision(t.Context()); err != nil || after != before+1 {
		t.Errorf("public revision %d, %v; want %d: one commit", after, err, before+1)
	}
	if errs := together(t, s, set("5", func() error { return mine }), set("6", fine)); errs[0] == nil || errs[1] != nil || has(t, s, "5") || !has(t, s, "6") {
		t.Errorf("a first member that fails: %v", errs)
	}
}

// A full disk makes SQLite roll back everything: no member may be told that its
// writing is kept.
func TestALostTransactionIsLostForAll(t *testing.T) {
	s := sqliteStore(t)
	lose := func(ctx context.Context, tx Tables) error {
		if _, err := tx.SQLTx().ExecContext(ctx, "ROLLBACK"); err != nil {
			t.Error(err)
		}
		return errors.New("disk full")
	}
	errs := together(t, s, set("0", fine), lose, set("2", fine))
	if !errors.Is(errs[0], embraye.ErrUnavailable) || errs[1] == nil || errs[2] != nil {
		t.Errorf("errors = %v; want the first unavailable, the second its own, the third none", errs)
	}
	if has(t, s, "0") || !has(t, s, "2") {
		t.Errorf("written: %v, %v; want only what came after", has(t, s, "0"), has(t, s, "2"))
	}
}

// Somebody who gives up waiting must not leave the others' commit undone, and a
// context that ends inside a member must not end the transaction.
func TestAMemberThatGoesAway(t *testing.T) {
	s := sqliteStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	err := s.InTx(t.Context(), func(tx Tables) error {
		go func() { gone <- s.InTx(ctx, func(Tables) error { t.Error("it ran"); return nil }) }()
		for s.groups[0].waiting.Load() == 0 {
			runtime.Gosched()
		}
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
		return tx.Settings.Set(t.Context(), "0", "v")
	})
	if err != nil || !has(t, s, "0") {
		t.Errorf("the other: %v, written %v", err, has(t, s, "0"))
	}
	inside, end := context.WithCancel(t.Context())
	errs := together(t, s, set("1", fine), func(_ context.Context, tx Tables) error {
		end()
		return tx.Settings.Set(inside, "2", "v")
	}, set("3", fine))
	if errs[0] != nil || !errors.Is(errs[1], context.Canceled) || errs[2] != nil || !has(t, s, "1") || has(t, s, "2") || !has(t, s, "3") {
		t.Errorf("errors = %v", errs)
	}
}
