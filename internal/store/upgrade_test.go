package store_test

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// SQLite before 3.51.3 can damage a database that two connections write and
// checkpoint at the same instant (sqlite.org/wal.html, « the WAL-reset bug »).
func TestSQLiteIsNewerThanTheResetBug(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	var version string
	must(t, s.Pool().QueryRow("SELECT sqlite_version()").Scan(&version))
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		t.Fatalf("%s: %v", version, err)
	}
	if major*1_000_000+minor*1_000+patch < 3_051_003 {
		t.Errorf("SQLite is %s", version)
	}
}

// Whatever step an upgrade was cut off after, it goes on from there and ends
// where all others do.
func TestAnUpgradeGoesOnFromEveryStep(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			s := storetest.OpenURL(t, storetest.EmptyURL(t, kind), nil)
			whole := columns(t, storetest.Open(t, kind))
			steps, err := s.MigrationStatus(t.Context())
			must(t, err)
			for _, m := range steps {
				if !strings.HasPrefix(m.Name, "queue: ") {
					must(t, s.MigrateTo(t.Context(), m.Version))
				}
			}
			_, err = s.Migrate(t.Context())
			must(t, err)
			equal(t, "the shape, step by step", columns(t, s), whole)
		})
	}
}

// A step that fails leaves nothing of itself.
func TestAStepThatFailsIsTakenBack(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			s := storetest.OpenURL(t, storetest.EmptyURL(t, kind), nil)
			must(t, s.MigrateTo(t.Context(), 20))
			run(t, s, "CREATE TABLE removed_followers (x text)") // which 0021 wants to make, after other things
			if _, err := s.Migrate(t.Context()); err == nil {
				t.Fatal("the step went through")
			}
			if n, err := s.SchemaVersion(t.Context()); n != 20 || err != nil {
				t.Errorf("schema %d, %v", n, err)
			}
			if _, there := columns(t, s)["hosts.answered_at"]; there {
				t.Error("half of the step is there")
			}
			run(t, s, "DROP TABLE removed_followers")
			_, err := s.Migrate(t.Context())
			must(t, err)
			if n, err := s.SchemaVersion(t.Context()); n != store.KnownSchema() || err != nil {
				t.Errorf("schema %d, %v", n, err)
			}
		})
	}
}

func run(t *testing.T, s *store.Store, query string) {
	t.Helper()
	_, err := s.Pool().ExecContext(t.Context(), query)
	must(t, err)
}

func TestAnUpgradeCopiesTheFileFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "embraye.db")
	s := storetest.OpenURL(t, "sqlite:"+path, nil)
	must(t, s.MigrateTo(t.Context(), 20))
	run(t, s, "INSERT INTO settings (key, value) VALUES ('base_url', 'https://ours.example')")
	for _, old := range []string{".before-0002", ".before-0003", ".before-0003x", ".backup"} {
		must(t, os.WriteFile(path+old, nil, 0o600))
	}
	_, err := s.Migrate(t.Context())
	must(t, err)
	name := fmt.Sprintf("%s.before-%04d", path, store.KnownSchema())
	wantCopy(t, name, 20)
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	left, err := filepath.Glob(path + ".b*")
	must(t, err)
	if want := []string{path + ".backup", path + ".before-0003", path + ".before-0003x", name}; !slices.Equal(left, want) {
		t.Errorf("%v is left, want %v", left, want)
	}
	must(t, os.Remove(name))
	_, err = s.Migrate(t.Context())
	must(t, err)
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database that is up to date was copied: %v", err)
	}
}

// The copy is of before the upgrade, also when that was cut off and begun again;
// one of an earlier upgrade that was given up is replaced.
func TestTheCopyIsOfBeforeTheUpgrade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "embraye.db")
	name := fmt.Sprintf("%s.before-%04d", path, store.KnownSchema())
	s := storetest.OpenURL(t, "sqlite:"+path, nil)
	must(t, s.MigrateTo(t.Context(), 20))
	run(t, s, "CREATE TABLE removed_followers (x text)")
	for _, note := range []string{"first", "second"} {
		run(t, s, "INSERT INTO settings (key, value) VALUES ('"+note+"', '')")
		if _, err := s.Migrate(t.Context()); err == nil {
			t.Fatal("the upgrade went through")
		}
		if got := wantCopy(t, name, 20); got != note {
			t.Errorf("the copy knows %q last, want %q", got, note)
		}
	}
	run(t, s, "DROP TABLE removed_followers")
	must(t, s.MigrateTo(t.Context(), 21))
	run(t, s, "INSERT INTO settings (key, value) VALUES ('third', '')")
	_, err := s.Migrate(t.Context())
	must(t, err)
	if store.KnownSchema() > 21 {
		if got := wantCopy(t, name, 20); got != "second" {
			t.Errorf("the copy knows %q last", got)
		}
	}
}

// wantCopy holds that a copy is of a version of the shape, and returns the
// setting that was written last.
func wantCopy(t *testing.T, name string, schema int) (last string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+name+"?mode=ro")
	must(t, err)
	defer db.Close()
	var got int
	must(t, db.QueryRow("SELECT max(version_id) FROM goose_db_version").Scan(&got))
	must(t, db.QueryRow("SELECT key FROM settings ORDER BY rowid DESC LIMIT 1").Scan(&last))
	if got != schema {
		t.Errorf("the copy is of schema %d", got)
	}
	return last
}

func TestAnUpgradeWithoutRoomChangesNothing(t *testing.T) {
	free := int64(10 << 20)
	path := filepath.Join(t.TempDir(), "embraye.db")
	s := storetest.OpenOptions(t, store.Options{URL: "sqlite:" + path, Free: func(folder string) (int64, error) {
		if folder != filepath.Dir(path) {
			t.Errorf("asked for the room in %s", folder)
		}
		return free, nil
	}})
	must(t, s.MigrateTo(t.Context(), 20))
	_, err := s.Migrate(t.Context())
	if !errors.Is(err, embraye.ErrNoRoom) || !strings.Contains(err.Error(), "10 MiB are free: make room, then start again; nothing was changed") {
		t.Errorf("%v", err)
	}
	if n, err := s.SchemaVersion(t.Context()); n != 20 || err != nil {
		t.Errorf("schema %d, %v", n, err)
	}
	free = 1 << 40
	_, err = s.Migrate(t.Context())
	must(t, err)
}

// childURL is set for the process that TestFT05AnUpgradeThatIsKilled kills.
const childURL = "EMBRAYE_TEST_STORE_UPGRADE"

// A program that is killed in the middle of a step leaves nothing of it, and the
// next one goes on.
func TestFT05AnUpgradeThatIsKilled(t *testing.T) {
	if url := os.Getenv(childURL); url != "" {
		_, err := storetest.OpenURL(t, url, nil).Migrate(t.Context())
		t.Fatalf("the step was not held: %v", err)
	}
	url := storetest.EmptyURL(t, storetest.Postgres)
	s := storetest.OpenURL(t, url, nil)
	must(t, s.MigrateTo(t.Context(), 20))
	holder, err := s.Pool().BeginTx(t.Context(), nil)
	must(t, err)
	_, err = holder.Exec("LOCK TABLE hosts IN ACCESS SHARE MODE") // 0021 waits for it
	must(t, err)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), childURL+"="+url)
	must(t, child.Start())
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	for waits := 0; waits == 0; {
		select {
		case err := <-ended:
			t.Fatalf("the child ended by itself: %v", err)
		default:
		}
		must(t, s.Pool().QueryRowContext(t.Context(), "SELECT count(*) FROM pg_locks WHERE relation = 'hosts'::regclass AND NOT granted").Scan(&waits))
	}
	must(t, child.Process.Kill())
	if err := <-ended; err == nil {
		t.Error("the child was not killed")
	}
	must(t, holder.Rollback())
	_, err = s.Migrate(t.Context())
	must(t, err)
	equal(t, "the shape", columns(t, s), columns(t, storetest.Open(t, storetest.Postgres)))
}

// An upgrade finds out which constats name which pages, of what was there before.
func TestAnUpgradeFindsWhoNamesAPage(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			s := storetest.OpenURL(t, storetest.EmptyURL(t, kind), nil)
			must(t, s.MigrateTo(t.Context(), 34))
			fill(t, s, "updates", map[string]string{"id": "'01jz0000000000000000000001'"})
			for i, evidence := range []string{`[{"href":"https://preuve.example/a","name":"nul \u0000\u0000 \\u0000"},{"href":"https://preuve.example/b"},{"href":"Courrier"}]`, `[{"href":"https://preuve.example/a"}]`, "null", "[]"} {
				fill(t, s, "revisions", map[string]string{"update_id": "'01jz0000000000000000000001'", "kind": "'typo'", "number": fmt.Sprint(i + 1), "evidence": "'" + evidence + "'"})
			}
			for i, withdrawn := range []string{"NULL", "'2026-01-01 00:00:00+00:00'"} {
				fill(t, s, "peer_updates", map[string]string{"uri": fmt.Sprintf("'https://pair.example/%d'", i), "organisation": "'https://pair.example/org'", "withdrawn_at": withdrawn, "evidence": `'[{"href":"https://preuve.example/a"}]'`})
			}
			_, err := s.Migrate(t.Context())
			must(t, err)
			equal(t, "who names what", lines(t, s, "SELECT href || ' ' || constat || ' ' || organisation FROM evidence_citations ORDER BY 1"), "https://preuve.example/a 01jz0000000000000000000001\n"+
				"https://preuve.example/a https://pair.example/0 https://pair.example/org\nhttps://preuve.example/b 01jz0000000000000000000001")
		})
	}
}

// An upgrade joins what was made of the passages of a page: copies keep their ids, of
// looks the newest counts, and citations tell the last version that names it.
func TestAnUpgradeJoinsThePassagesOfAPage(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			s := storetest.OpenURL(t, storetest.EmptyURL(t, kind), nil)
			must(t, s.MigrateTo(t.Context(), 35))
			const page, constat = "https://preuve.example/a", "01jz0000000000000000000001"
			fill(t, s, "updates", map[string]string{"id": "'" + constat + "'", "revision": "3"})
			for n, evidence := range []string{`[{"href":"` + page + `#x"},{"href":"` + page + `#y"},{"href":"` + page + `#/one"}]`, `[{"href":"` + page + `"}]`, `[{"href":"https://preuve.example/b#"}]`} {
				fill(t, s, "revisions", map[string]string{"update_id": "'" + constat + "'", "kind": "'typo'", "number": fmt.Sprint(n + 1), "evidence": "'" + evidence + "'"})
			}
			fill(t, s, "peer_updates", map[string]string{"uri": "'https://pair.example/1'", "organisation": "'https://pair.example/org'", "revision": "4", "withdrawn_at": "NULL", "evidence": `'[{"href":"` + page + `#:~:text=x"},{"href":"` + page + `"}]'`})
			for n, href := range []string{page, page + "#x", page + "#y", page + "#!one", page + "#/one#two"} {
				for table, values := range map[string]map[string]string{
					"evidence_copies": {"id": fmt.Sprintf("'%d'", n), "url": "'" + page + "#y'", "origin": "'ours'", "state": "'kept'", "visibility": "'editors'", "next_at": "NULL"},
					"link_checks":     {"failures": fmt.Sprint(n), "checked_at": fmt.Sprintf("'2026-01-0%d 00:00:00+00:00'", n%3+1)},
				} {
					values["href"] = "'" + href + "'"
					fill(t, s, table, values)
				}
			}
			_, err := s.Migrate(t.Context())
			must(t, err)
			for query, want := range map[string]string{
				"SELECT id || ' ' || href || ' ' || url FROM evidence_copies ORDER BY 1":             "0 " + page + " " + page + "#y\n1 " + page + " " + page + "#y\n2 " + page + " " + page + "\n3 " + page + "#!one " + page + "#y\n4 " + page + "#/one#two " + page + "#y",
				"SELECT href || ' ' || failures FROM link_checks ORDER BY 1":                         page + " 2\n" + page + "#!one 3\n" + page + "#/one#two 4",
				"SELECT href || ' ' || constat || ' ' || version FROM evidence_citations ORDER BY 1": page + " " + constat + " 2\n" + page + " https://pair.example/1 4\n" + page + "#/one " + constat + " 1\nhttps://preuve.example/b " + constat + " 3",
			} {
				equal(t, query, lines(t, s, query), want)
			}
		})
	}
}

// lines is what a query of one column says, a line for each row.
func lines(t *testing.T, s *store.Store, query string) string {
	t.Helper()
	rows, err := s.Pool().QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	var got []string
	for rows.Next() {
		var row string
		must(t, rows.Scan(&row))
		got = append(got, strings.TrimSpace(row))
	}
	must(t, rows.Err())
	return strings.Join(got, "\n")
}

// fill adds a row with something in every column that wants it.
func fill(t *testing.T, s *store.Store, table string, values map[string]string) {
	t.Helper()
	rows, err := s.Pool().QueryContext(t.Context(), "SELECT * FROM "+table+" LIMIT 0")
	must(t, err)
	types, err := rows.ColumnTypes()
	must(t, errors.Join(err, rows.Close()))
	var names, row []string
	for _, c := range types {
		value, given := values[c.Name()]
		if !given {
			value = map[string]string{"INTEGER": "0", "INT4": "0", "INT8": "0", "BOOLEAN": "false", "BOOL": "false", "DATETIME": "'2026-01-01 00:00:00+00:00'", "TIMESTAMPTZ": "'2026-01-01 00:00:00+00:00'"}[strings.ToUpper(c.DatabaseTypeName())]
		}
		if c.Name() == "id" && !given {
			continue
		}
		names, row = append(names, c.Name()), append(row, cmp.Or(value, "''"))
	}
	run(t, s, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(row, ", ")+")")
}
