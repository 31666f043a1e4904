package store

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"embraye/internal/logtest"
)

func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

func walStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "wal.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.writePool.Exec("CREATE TABLE pages (bytes BLOB)"); err != nil {
		t.Fatal(err)
	}
	return s
}

// writePages commits some forty pages at a time.
func (s *Store) writePages(t *testing.T, times int) {
	t.Helper()
	for range times {
		err := s.InTx(t.Context(), func(tx Tables) error {
			_, err := tx.table.exec(t.Context(), "INSERT INTO pages VALUES (zeroblob(?))", 40*4096)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (s *Store) walLeft(t *testing.T) int {
	t.Helper()
	pages, taken, err := walPages(t.Context(), s.reader, "NOOP")
	if err != nil {
		t.Fatal(err)
	}
	return pages - taken
}

// What no commit takes over by itself is taken over beside them.
func TestTheWALIsTakenOverBesideTheWriter(t *testing.T) {
	s := walStore(t)
	s.writePages(t, 2*walEnough/40)
	soon(t, "the log is taken over", func() bool { return s.walLeft(t) < walEnough })
}

// What a reader still needs stays, and goes when the reader has gone.
func TestAReaderKeepsTheWAL(t *testing.T) {
	s := walStore(t)
	reading, err := s.reader.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reading.Close()
	var n int
	for _, query := range []string{"BEGIN", "SELECT count(*) FROM pages"} {
		if _, err := reading.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	s.writePages(t, 2*walMost/40)
	if left := s.walLeft(t); left < walMost {
		t.Fatalf("%d pages left: taken over under a reader", left)
	}
	if err := reading.QueryRowContext(t.Context(), "SELECT count(*) FROM pages").Scan(&n); err != nil || n != 0 {
		t.Fatalf("the reader sees %d rows, %v", n, err)
	}
	if _, err := reading.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	s.writePages(t, 1)
	soon(t, "the log is taken over", func() bool { return s.walLeft(t) < walEnough })
}

// A checkpoint that fails is told, once for a while, and holds up nobody's end.
func TestAWALThatStaysIsTold(t *testing.T) {
	s := walStore(t)
	gone := walStore(t)
	if err := gone.reader.Close(); err != nil {
		t.Fatal(err)
	}
	var log logtest.Log
	j := takeOver(gone.reader, gone.writePool, slog.New(slog.NewTextHandler(&log, nil)))
	j.grew()
	soon(t, "it is told", func() bool { return strings.Contains(log.String(), "level=WARN") })
	j.grew()
	j.grew()
	j.close()
	if n := strings.Count(log.String(), "level=WARN"); n != 1 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	if err := checkpoint(context.Background(), s.reader, s.writePool); err != nil {
		t.Error(err)
	}
}

// Who writes without a pause leaves the log no moment to begin anew: one is
// taken, for which the writer waits.
func TestTheWALBeginsAnew(t *testing.T) {
	s := walStore(t)
	s.wal.close()
	s.writePages(t, walMost/40)
	writing, err := s.writePool.Begin()
	if err != nil {
		t.Fatal(err)
	}
	taken := make(chan error, 1)
	go func() { taken <- checkpoint(t.Context(), s.reader, s.writePool) }()
	soon(t, "the checkpoint waits for the writer", func() bool { return s.writePool.Stats().WaitCount > 0 })
	if err := writing.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	s.writePages(t, 1)
	if pages, _, err := walPages(t.Context(), s.reader, "NOOP"); err != nil || pages > 100 {
		t.Errorf("the log has %d pages, %v", pages, err)
	}
}
