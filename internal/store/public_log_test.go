package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
	"embraye/internal/translog"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const logOrigin = "a.example/journal"

func leafOf(i int) translog.Leaf {
	return translog.Leaf{Kind: translog.Revision, ID: fmt.Sprintf("https://a.example/constats/%d", i), N: 1, At: time.Unix(int64(i), 0)}
}

// openLog opens the log of an empty database.
func openLog(t testing.TB, s *store.Store) {
	t.Helper()
	must(t, s.InTx(t.Context(), func(tx store.Tables) error {
		return errors.Join(tx.Log.Open(t.Context(), logOrigin), tx.Log.Thaw(t.Context(), embraye.LogOpening))
	}))
	st, err := s.Tables().Log.State(t.Context())
	must(t, err)
	must(t, s.Tables().Log.Ready(t.Context(), st))
}

func recording(leaves ...translog.Leaf) func(store.Tables) error {
	return func(tx store.Tables) error {
		for _, l := range leaves {
			if err := tx.Log.Record(l); err != nil {
				return err
			}
		}
		return nil
	}
}

// wholeLog reads a log as a stranger would and checks all of it against its
// signed checkpoint.
func wholeLog(t *testing.T, s *store.Store, st *embraye.LogState) (leaves []translog.Leaf) {
	t.Helper()
	log := s.Tables().Log
	key, err := log.PublicKey(t.Context(), store.LogKey, st.Epoch)
	must(t, err)
	vkey, err := translog.VKey(st.Origin, key)
	must(t, err)
	verifier, err := note.NewVerifier(vkey)
	must(t, err)
	c, _, err := translog.OpenCheckpoint(st.Checkpoint, verifier)
	must(t, err)
	if c.Size != st.Size || !bytes.Equal(c.Root[:], st.Root) {
		t.Fatalf("the checkpoint says %v, the state %d %x", c, st.Size, st.Root)
	}
	var hashes []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) (all []tlog.Hash, err error) {
		for _, i := range indexes {
			all = append(all, hashes[i])
		}
		return all, nil
	})
	translog.TilesOf(translog.Entries, 0, st.Size, func(tile translog.Tile) bool {
		b, err := log.Tile(t.Context(), st, tile)
		must(t, err)
		entries, err := translog.ParseBundle(b, tile.W)
		must(t, err)
		for _, e := range entries {
			l, err := translog.ParseLeaf(e)
			must(t, err)
			more, err := tlog.StoredHashes(int64(len(leaves)), e, read)
			must(t, err)
			leaves, hashes = append(leaves, l), append(hashes, more...)
		}
		return true
	})
	if root, err := tlog.TreeHash(st.Size, read); err != nil || root != c.Root {
		t.Fatalf("the leaves make %v (%v), the checkpoint says %v", root, err, c.Root)
	}
	for level := range 3 {
		translog.TilesOf(level, 0, st.Size, func(tile translog.Tile) bool {
			got, err := log.Tile(t.Context(), st, tile)
			must(t, err)
			want, err := tlog.ReadTileData(tlog.Tile{H: 8, L: tile.Level, N: tile.N, W: tile.W}, read)
			must(t, err)
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what its leaves make", tile.Path())
			}
			return true
		})
	}
	return leaves
}

// Whoever writes at the same time, in one process or in two, whatever is rolled
// back: the log has the leaves of what was committed, each once, and every
// checkpoint fits.
func TestTheLogGrowsWithItsTransactions(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			url := storetest.URL(t, kind)
			var both [2]*store.Store
			for i := range both {
				both[i] = storetest.OpenOptions(t, store.Options{URL: url, BusyTimeout: time.Minute})
			}
			openLog(t, both[0])
			growTogether(t, both)
		})
	}
}

func growTogether(t *testing.T, both [2]*store.Store) {
	t.Helper()
	s, ctx := both[0], t.Context()
	const writers, each = 4, 40
	kept := make([]map[string]bool, writers)
	var wg sync.WaitGroup
	for w := range writers {
		kept[w] = map[string]bool{}
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 1))
			for i := range each {
				var leaves []translog.Leaf
				for k := range 1 + random.IntN(3) {
					leaves = append(leaves, leafOf(w*10_000+i*10+k))
				}
				taken := random.IntN(4) > 0
				err := both[w%2].InTx(ctx, func(tx store.Tables) error {
					if err := recording(leaves...)(tx); err != nil || taken {
						return err
					}
					return context.DeadlineExceeded
				})
				if taken != (err == nil) {
					t.Errorf("taken %t: %v", taken, err)
				}
				for _, l := range leaves {
					if taken {
						kept[w][l.ID] = true
					}
				}
			}
		})
	}
	wg.Wait()
	log := s.Tables().Log
	st, err := log.State(ctx)
	must(t, err)
	seen := map[string]bool{}
	for _, l := range wholeLog(t, s, st) {
		if seen[l.ID] {
			t.Errorf("%s is there twice", l.ID)
		}
		seen[l.ID] = true
	}
	for w := range kept {
		for id := range kept[w] {
			if !seen[id] {
				t.Errorf("%s was committed and is not in the log", id)
			}
			delete(seen, id)
		}
	}
	if len(seen) > 0 {
		t.Errorf("%d leaves of what was rolled back", len(seen))
	}
	for id := range kept[0] {
		p, leaf, err := log.Proof(ctx, translog.Revision, id, 1)
		must(t, err)
		c, err := translog.Unsigned(p.Checkpoint)
		must(t, err)
		must(t, p.Check(leaf, c))
	}
	if _, _, err := log.Proof(ctx, translog.Revision, "https://a.example/constats/none", 1); !errors.Is(err, embraye.ErrNotFound) {
		t.Errorf("a proof of nothing: %v", err)
	}
	if _, err := log.Tile(ctx, st, translog.Tile{Level: 0, N: st.Size / 256, W: int(st.Size%256) + 1}); !errors.Is(err, embraye.ErrNotFound) {
		t.Errorf("a tile that is not: %v", err)
	}
	if err := s.Tables().Log.Record(leafOf(1)); err == nil {
		t.Error("a leaf outside a transaction was taken")
	}
}

func TestAFrozenLogTakesItsLeavesLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		log := s.Tables().Log
		must(t, s.InTx(ctx, recording(leafOf(0), leafOf(1)))) // before it was opened
		openLog(t, s)
		must(t, s.InTx(ctx, func(tx store.Tables) error { return tx.Log.Freeze(ctx, embraye.LogBehind) }))
		must(t, s.InTx(ctx, recording(leafOf(2))))
		st, err := log.State(ctx)
		must(t, err)
		if st.Size != 2 || st.Frozen != embraye.LogBehind {
			t.Errorf("frozen: %+v", st)
		}
		must(t, s.InTx(ctx, func(tx store.Tables) error { return tx.Log.Thaw(ctx, embraye.LogBehind) }))
		must(t, s.InTx(ctx, recording(leafOf(3))))
		if st, err = log.State(ctx); err != nil || st.Frozen != "" {
			t.Errorf("thawed: %+v, %v", st, err)
		}
		for i, l := range wholeLog(t, s, st) {
			if l.ID != leafOf(i).ID {
				t.Errorf("leaf %d is %s", i, l.ID)
			}
		}
	})
}

// PostgreSQL falls over to a replica that was behind, under a process that lives:
// nothing more is signed, and the act waits (C7).
func TestC7AnOlderDatabaseUnderALiveProcess(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, log := t.Context(), s.Tables().Log
		openLog(t, s)
		must(t, s.InTx(ctx, recording(leafOf(0))))
		older, err := log.State(ctx)
		must(t, err)
		must(t, s.InTx(ctx, recording(leafOf(1), leafOf(2))))
		must(t, s.InTx(ctx, func(tx store.Tables) error {
			for _, query := range []string{"DELETE FROM log_leaves WHERE idx > 0", "UPDATE log_state SET size = 1"} {
				if _, err := tx.SQLTx().ExecContext(ctx, query); err != nil {
					return err
				}
			}
			return nil
		}))
		if _, shrunk, err := log.Compared(ctx); err != nil || !shrunk {
			t.Errorf("nobody sees that it is shorter: %v", err)
		}
		restoreState(t, s, older)
		must(t, s.InTx(ctx, recording(leafOf(3), leafOf(4))))
		if st, err := log.State(ctx); err != nil || st.Frozen != embraye.LogRestored || st.Checkpoint != older.Checkpoint {
			t.Errorf("signed on an older copy: %+v, %v", st, err)
		}
		if n, err := log.Waiting(ctx); err != nil || n != 2 {
			t.Errorf("%d acts wait, %v", n, err)
		}
		must(t, s.InTx(ctx, func(tx store.Tables) error { return tx.Log.Thaw(ctx, embraye.LogBehind) })) // somebody else's answer
		if st, _, err := log.Compared(ctx); err != nil || st.Frozen != embraye.LogRestored {
			t.Errorf("%+v, %v", st, err)
		}
		must(t, s.InTx(ctx, func(tx store.Tables) error { return tx.Log.Thaw(ctx, embraye.LogRestored) }))
		must(t, s.InTx(ctx, recording(leafOf(5))))
		st, shrunk, err := log.Compared(ctx)
		if err != nil || shrunk || st.Frozen != "" || len(wholeLog(t, s, st)) != 4 {
			t.Errorf("after witnesses were asked: %+v, shorter %t, %v", st, shrunk, err)
		}
	})
}

// A program that was started after PostgreSQL fell over to another server, or after a
// dump was read, remembers nothing of the log: the database tells that it is another copy.
func TestAnotherCopyOfTheDatabaseFreezesTheLog(t *testing.T) {
	ctx, url := t.Context(), storetest.URL(t, storetest.Postgres)
	frozen := func(s *store.Store) string {
		st, err := s.Tables().Log.State(ctx)
		must(t, err)
		return st.Frozen
	}
	s := storetest.OpenURL(t, url, nil)
	openLog(t, s)
	must(t, s.InTx(ctx, recording(leafOf(0), leafOf(1))))
	for range 2 {
		if why := frozen(storetest.OpenURL(t, url, nil)); why != "" {
			t.Errorf("the same copy: %q", why)
		}
	}
	t.Cleanup(func() { // other tests get this database
		_, err := s.Pool().ExecContext(context.Background(), "ALTER TABLE log_state RENAME TO read; ALTER TABLE gone RENAME TO log_state; DROP TABLE read")
		must(t, err)
	})
	for _, other := range []string{"UPDATE settings SET value = '1' || value WHERE key = 'log.copy'",
		"CREATE TABLE read (LIKE log_state INCLUDING ALL); INSERT INTO read SELECT * FROM log_state; ALTER TABLE log_state RENAME TO gone; ALTER TABLE read RENAME TO log_state"} {
		_, err := s.Pool().ExecContext(ctx, other)
		must(t, err)
		started := storetest.OpenURL(t, url, nil)
		if why := frozen(started); why != embraye.LogRestored {
			t.Errorf("after %s: %q", other, why)
		}
		must(t, started.InTx(ctx, recording(leafOf(2))))
		must(t, started.InTx(ctx, func(tx store.Tables) error { return tx.Log.Thaw(ctx, embraye.LogRestored) }))
		if why := frozen(storetest.OpenURL(t, url, nil)); why != "" {
			t.Errorf("witnesses were asked: %q", why)
		}
	}
}

// A connection that could not ask which copy it leads to is not used, and the next one asks.
func TestAConnectionThatCouldNotCompareCopiesIsRefused(t *testing.T) {
	ctx, address := t.Context(), storetest.URL(t, storetest.Postgres)
	s := storetest.OpenURL(t, address, nil)
	openLog(t, s)
	must(t, s.InTx(ctx, recording(leafOf(0))))
	_, err := s.Pool().ExecContext(ctx, "INSERT INTO settings VALUES ('log.copy', 'another') ON CONFLICT (key) DO UPDATE SET value = 'another'")
	must(t, err)
	impatient, err := url.Parse(address)
	must(t, err)
	query := impatient.Query()
	query.Set("lock_timeout", "100ms")
	impatient.RawQuery = query.Encode()
	err = s.InTx(ctx, func(tx store.Tables) error {
		if _, err := tx.SQLTx().ExecContext(ctx, "LOCK TABLE settings IN ACCESS EXCLUSIVE MODE"); err != nil {
			return err
		}
		other, err := store.Open(ctx, store.Options{URL: impatient.String(), Secret: storetest.Secret})
		if err == nil {
			t.Error("a connection that compared nothing was used")
			return other.Close()
		}
		return nil
	})
	must(t, err)
	st, err := storetest.OpenURL(t, impatient.String(), nil).Tables().Log.State(ctx)
	if err != nil || st.Frozen != embraye.LogRestored {
		t.Errorf("the next connection: %+v, %v", st, err)
	}
}

// restoreState writes where the log stood.
func restoreState(t *testing.T, s *store.Store, st *embraye.LogState) {
	t.Helper()
	query := "UPDATE log_state SET size = ?, root = ?, checkpoint = ?"
	if s.IsPostgres() {
		query = "UPDATE log_state SET size = $1, root = $2, checkpoint = $3"
	}
	_, err := s.Pool().ExecContext(t.Context(), query, st.Size, st.Root, st.Checkpoint)
	must(t, err)
}

// A log that follows another keeps the old one readable, and its proofs.
func TestARestartedLogKeepsTheOldOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		openLog(t, s)
		must(t, s.InTx(ctx, recording(leafOf(0), leafOf(1), leafOf(2))))
		must(t, s.InTx(ctx, func(tx store.Tables) error { return tx.Log.Freeze(ctx, embraye.LogBehind) }))
		must(t, s.InTx(ctx, recording(leafOf(3))))
		restart := func(epoch int) error {
			return s.InTx(ctx, func(tx store.Tables) error {
				first := translog.Leaf{Kind: translog.Restart, ID: "https://a.example/journal/2", At: storetest.Start}
				return tx.Log.Restart(ctx, embraye.LogState{Epoch: epoch, Origin: "a.example/journal/2"}, first, "the disk")
			})
		}
		must(t, restart(2))
		if err := restart(2); !errors.Is(err, embraye.ErrConflict) {
			t.Errorf("restarted twice: %v", err)
		}
		must(t, s.InTx(ctx, recording(leafOf(4))))
		log := s.Tables().Log
		st, err := log.Of(ctx, 2)
		must(t, err)
		old, err := log.Of(ctx, 1)
		must(t, err)
		if got := wholeLog(t, s, old); len(got) != 3 || old.Reason != "the disk" || old.ClosedAt == nil {
			t.Errorf("the old log: %+v", old)
		}
		var got []string
		for _, l := range wholeLog(t, s, st) {
			got = append(got, l.ID)
		}
		equal(t, "the new log", got, []string{"https://a.example/journal/2", leafOf(3).ID, leafOf(4).ID})
		for i, want := range []string{logOrigin, logOrigin, logOrigin, "a.example/journal/2", "a.example/journal/2"} {
			p, leaf, err := log.Proof(ctx, translog.Revision, leafOf(i).ID, 1)
			must(t, err)
			c, err := translog.Unsigned(p.Checkpoint)
			must(t, err)
			if must(t, p.Check(leaf, c)); c.Origin != want {
				t.Errorf("leaf %d is proved by %s", i, c.Origin)
			}
		}
		if _, err := log.Of(ctx, 3); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("a log that is not: %v", err)
		}
	})
}

// Nothing is signed on top of leaves that are not those of before: the act fails
// with them.
func TestADamagedLogSignsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		openLog(t, s)
		must(t, s.InTx(t.Context(), recording(leafOf(0), leafOf(1), leafOf(2))))
		run(t, s, "UPDATE log_leaves SET leaf = (SELECT leaf FROM log_leaves WHERE idx = 0) WHERE idx = 2")
		err := s.InTx(t.Context(), func(tx store.Tables) error {
			return errors.Join(tx.Settings.Set(t.Context(), "act", "done"), tx.Log.Record(leafOf(3)))
		})
		if err == nil || !strings.Contains(err.Error(), "do not make the root") {
			t.Errorf("a leaf went on top of others: %v", err)
		}
		if _, ok, _ := s.Tables().Settings.Get(t.Context(), "act"); ok {
			t.Error("the act is there without its leaf")
		}
	})
}
