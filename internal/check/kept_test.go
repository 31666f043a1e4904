package check

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"embraye/internal/store"
	"embraye/internal/storetest"
)

func TestRoomOnADisk(t *testing.T) {
	const gigabyte = 1 << 30
	for name, c := range map[string]struct {
		free, all int64
		want      State
	}{
		"half":      {50 * gigabyte, 100 * gigabyte, OK},
		"a tenth":   {10 * gigabyte, 100 * gigabyte, OK},
		"less":      {9 * gigabyte, 100 * gigabyte, Warning},
		"nearly no": {roomUrgent - 1, 100 * gigabyte, Error},
		"small":     {roomUrgent - 1, roomUrgent, Error},
		"no disk":   {0, 0, Error},
	} {
		is(t, name, roomOf("disk", "the database", c.free, c.all), c.want, "for the database")
	}
	is(t, "no folder", Room("evidence", "evidence files", "/nowhere/at/all"), Error, "/nowhere/at/all")
	if f := Room("disk", "the database", t.TempDir()); !strings.Contains(f.Sentence, "MB (") {
		t.Errorf("%+v", f)
	}
}

func TestTheSecretIsItsUsersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	is(t, "missing", SecretFile(path), Error, "EMBRAYE_SECRET_FILE")
	for mode, want := range map[os.FileMode]State{0o600: OK, 0o400: OK, 0o640: Warning, 0o604: Warning, 0o620: Warning} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		is(t, mode.String(), SecretFile(path), want, path)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBackupsHaveAnAge(t *testing.T) {
	for last, want := range map[string]State{"": Warning, "2026-11-28T11:00:00Z": OK, "2026-11-26T12:00:00Z": OK, "2026-11-26T11:59:59Z": Error, "yesterday": Warning, "2026-11-28T15:00:00+02:00": OK} {
		is(t, last, Backup(last, 48*time.Hour, noon), want)
	}
}

func TestSoundAndDamagedDatabases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if !s.IsPostgres() {
			is(t, "SQLite", SQLite(t.Context(), s.Pool()), OK, "SQLite 3.", "journal wal")
			return
		}
		list := Postgres(t.Context(), s.Pool(), func() time.Time { return time.Unix(0, 0) })
		if len(list) != 2 {
			t.Fatalf("%+v", list)
		}
		is(t, "PostgreSQL", list[0], OK, "PostgreSQL 1")
		is(t, "another clock", list[1], Error, "the database", "1970-01-01")
	})
	damaged(t)
}

// damaged writes over the middle of a database's file.
func damaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "damaged.db")
	open := func() *sql.DB {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open()
	for _, statement := range []string{"CREATE TABLE a (b TEXT)", "CREATE INDEX c ON a (b)",
		fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO a SELECT '%s' || i FROM n", strings.Repeat("x", 100))} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	is(t, "without a log", SQLite(t.Context(), db), Warning, "journal delete", "local disk")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("\xff", 4096)), 8*4096); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	db = open()
	defer db.Close()
	is(t, "damaged", SQLite(t.Context(), db), Error, "put a backup in its place")
	db.Close()
	is(t, "closed", SQLite(t.Context(), db), Error, "EMBRAYE_DATABASE_URL")
}
