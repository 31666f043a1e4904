package main

import (
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"embraye/internal/app/witness"
	"embraye/internal/storetest"
)

var serveOnly = []string{"serve"}

func onDir(dir string, more ...string) []string {
	return append([]string{"EMBRAYE_DATA_DIR=" + dir, "EMBRAYE_LISTEN=127.0.0.1:0"}, more...)
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// database opens what a server has opened, as the driver of tests.
func database(t *testing.T, url string) *sql.DB {
	t.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Three replicas that start together on an empty PostgreSQL: one makes secret
// and instance, the others find them, and all serve.
func TestT14ThreeReplicasStartTogether(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	env := onDir(dir, "EMBRAYE_DATABASE_URL="+storetest.EmptyURL(t, storetest.Postgres))
	var replicas []*server
	for range 3 {
		replicas = append(replicas, beginServe(t, env))
	}
	made := 0
	for _, s := range replicas {
		s.ready()
		if code, _ := get(t, localhost(s.address), "http://localhost:8080/@organisation"); code != 200 {
			t.Errorf("a replica answers %d", code)
		}
		made += strings.Count(s.log.String(), "first start:")
	}
	if made != 1 {
		t.Errorf("%d first starts", made)
	}
	if !exists(filepath.Join(dir, "secret.key")) || exists(filepath.Join(dir, "secret.key"+pendingSuffix)) {
		t.Error("the secret has not got its name")
	}
	for _, s := range replicas {
		s.stop()
	}
	serveProcess(t, env...).stop()
}

// A first start that was interrupted goes on with the secret that it had made,
// and is never taken for a lost database.
func TestT14AFirstStartGoesOn(t *testing.T) {
	t.Run("T14 before the instance was there", func(t *testing.T) {
		dir := t.TempDir()
		secret := filepath.Join(dir, "secret.key")
		if err := writeSecret(secret+pendingSuffix, newSecret()); err != nil {
			t.Fatal(err)
		}
		before := readFile(t, secret+pendingSuffix)
		serveProcess(t, onDir(dir)...).stop()
		if got := readFile(t, secret); got != before {
			t.Error("another secret was made")
		}
	})
	t.Run("T14 after it was there", func(t *testing.T) {
		dir := instanceDir(t)
		secret := filepath.Join(dir, "secret.key")
		if err := os.Rename(secret, secret+pendingSuffix); err != nil {
			t.Fatal(err)
		}
		serveProcess(t, onDir(dir)...).stop()
		if !exists(secret) || exists(secret+pendingSuffix) {
			t.Error("the secret has not got its name")
		}
	})
	t.Run("T14 with half a secret", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "secret.key")
		if err := os.WriteFile(path+pendingSuffix, []byte("AAAA"), 0o600); err != nil {
			t.Fatal(err)
		}
		if secret, err := pendingSecret(path); err != nil || len(secret) != secretBytes {
			t.Errorf("%d bytes, %v", len(secret), err)
		}
	})
}

// A secret or evidence without its instance is a loss or a typing mistake, never
// a first start; nothing is created before somebody has answered.
func TestT18ALostDatabaseIsNoFirstStart(t *testing.T) {
	question, way := "has the database been lost or moved, or is an address mistyped?", "embraye serve --first-start"
	t.Run("T18 the file is gone", func(t *testing.T) {
		dir := instanceDir(t)
		if err := os.Remove(filepath.Join(dir, "embraye.db")); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, 2, onDir(dir), serveOnly, filepath.Join(dir, "embraye.db"), filepath.Join(dir, "secret.key"), question, way)
		if exists(filepath.Join(dir, "embraye.db")) {
			t.Error("a database was made")
		}
	})
	t.Run("T18 the folder is mistyped", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "dtaa")
		wantRefused(t, 2, onDir(dir, "EMBRAYE_SECRET_FILE="+filepath.Join(instanceDir(t), "secret.key")), serveOnly, question, way)
		if exists(dir) {
			t.Error("the folder was made")
		}
	})
	t.Run("T18 only evidence is left", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "evidence"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "evidence", "a.pdf"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, 2, onDir(dir), serveOnly, "evidence of an earlier instance", question, way)
		serve := beginServe(t, onDir(dir), "--first-start")
		serve.ready()
		serve.stop()
		serveProcess(t, onDir(dir)...).stop()
	})
	t.Run("T18 an empty file", func(t *testing.T) {
		dir := instanceDir(t)
		if err := os.WriteFile(filepath.Join(dir, "embraye.db"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, 2, onDir(dir), serveOnly, question, way)
	})
	t.Run("T18 another PostgreSQL", func(t *testing.T) {
		url := storetest.EmptyURL(t, storetest.Postgres)
		wantRefused(t, 2, onDir(instanceDir(t), "EMBRAYE_DATABASE_URL="+url), serveOnly, question, way)
		tables := -1
		if err := database(t, url).QueryRow("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables); err != nil || tables != 0 {
			t.Errorf("%d tables were made, %v", tables, err)
		}
	})
}

// One SQLite database has one server; commands work beside it, and a killed one
// leaves no lock behind.
func TestT10ASecondServerIsRefused(t *testing.T) {
	dir := instanceDir(t)
	first := serveProcess(t, onDir(dir)...)
	pid := fmt.Sprintf("process %d since ", first.cmd.Process.Pid)
	wantRefused(t, 1, onDir(dir), serveOnly, filepath.Join(dir, "embraye.db"), pid)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(filepath.Join(dir, "embraye.db"), link); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, 1, onDir(dir, "EMBRAYE_DATABASE_URL=sqlite:"+link), serveOnly, pid)
	wantRefused(t, 0, onDir(dir), []string{"user", "list"})
	wantRefused(t, 0, onDir(dir), []string{"migrate"}, "up to date")
	first.signal(syscall.SIGKILL)
	first.wait()
	serveProcess(t, onDir(dir)...).stop()
}

// What a later version has written is read and written by no earlier one.
func TestFT06ANewerDatabaseIsRefused(t *testing.T) {
	dir := instanceDir(t)
	newer := func(url string) {
		t.Helper()
		if _, err := database(t, url).Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)"); err != nil {
			t.Fatal(err)
		}
	}
	newer("sqlite:" + filepath.Join(dir, "embraye.db"))
	for _, args := range [][]string{serveOnly, {"migrate"}, {"migrate", "--status"}, {"user", "list"}, {"demo"}, {"key", "rotate", "mesure1"}} {
		wantRefused(t, 1, onDir(dir), args, "the database has schema 9999", "this program knows schema ", "this is embraye "+version)
	}
	url := storetest.URL(t, storetest.Postgres)
	newer(url)
	t.Cleanup(func() { database(t, url).Exec("DELETE FROM goose_db_version WHERE version_id = 9999") })
	for _, args := range [][]string{serveOnly, {"migrate"}, {"migrate", "--status"}} {
		wantRefused(t, 1, onDir(t.TempDir(), "EMBRAYE_DATABASE_URL="+url), args, "the database has schema 9999", "this program knows schema ")
	}
}

// A stop says so, also one that comes before everything runs.
func TestH12AStopSaysSo(t *testing.T) {
	s := serveProcess(t, onDir(instanceDir(t))...)
	s.stop()
	if !strings.Contains(s.log.String(), "msg=stopped") {
		t.Errorf("no word of the end in\n%s", s.log)
	}
	t.Run("H12 during the first start", func(t *testing.T) {
		url, dir := storetest.EmptyURL(t, storetest.Postgres), filepath.Join(t.TempDir(), "data")
		db := database(t, url)
		holder, err := db.Conn(t.Context()) // another replica that is at it
		if err != nil {
			t.Fatal(err)
		}
		defer holder.Close()
		if _, err := holder.ExecContext(t.Context(), "SELECT pg_advisory_lock(28549242240989541)"); err != nil {
			t.Fatal(err)
		}
		s := beginServe(t, onDir(dir, "EMBRAYE_DATABASE_URL="+url))
		eventually(t, "the server waits", func() bool {
			n := 0
			return db.QueryRow("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").Scan(&n) == nil && n > 0
		})
		s.stop()
		log := s.log.String()
		if !strings.Contains(log, "stopped before the start was over") || strings.Contains(log, "context canceled") {
			t.Errorf("the log says\n%s", log)
		}
	})
}

// What only another setting can end has the status of a wrong setting.
func TestH08WrongSettingsEndWithStatus2(t *testing.T) {
	write := func(text string) string {
		t.Helper()
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	dir := instanceDir(t)
	other := write(strings.Repeat("A", 43) + "=\n")
	for name, c := range map[string]struct {
		setting string
		words   string
	}{
		"H08 settings file":  {"EMBRAYE_CONFIG=/nowhere.env", "reading the settings file: open /nowhere.env"},
		"H08 reference":      {"EMBRAYE_REFERENCE=" + write("id: x\n"), "EMBRAYE_REFERENCE="},
		"H08 no end":         {"EMBRAYE_REFERENCE=/dev/zero", "reading the reference text: /dev/zero is larger than 1048576 bytes"},
		"H08 endless secret": {"EMBRAYE_SECRET_FILE=/dev/zero", "reading the secret: /dev/zero is larger than"},
		"H08 endless file":   {"EMBRAYE_CONFIG=/dev/zero", "reading the settings file: /dev/zero is larger than"},
		"H08 endless value":  {"EMBRAYE_SMTP_URL_FILE=/dev/zero", "it cannot be read: /dev/zero is larger than"},
		"H08 damaged secret": {"EMBRAYE_SECRET_FILE=" + write("no base64"), "is damaged"},
		"H08 lost secret":    {"EMBRAYE_SECRET_FILE=/nowhere.key", "the secret /nowhere.key is missing"},
		"H08 other secret":   {"EMBRAYE_SECRET_FILE=" + other, "does not open the keys of this database"},
		"H08 origin":         {"EMBRAYE_BASE_URL=https://other.example", "this database belongs to http://localhost:8080"},
		"H08 address":        {"EMBRAYE_LISTEN=192.0.2.1:8080", "listening on 192.0.2.1:8080"},
		"H08 time zone":      {"TZ=Europe/Pariss", "TZ=Europe/Pariss: no time zone has this name"},
	} {
		t.Run(name, func(t *testing.T) { wantRefused(t, 2, onDir(dir, c.setting), serveOnly, c.words) })
	}
	wantRefused(t, 0, onDir(dir, "TZ=Europe/Paris"), []string{"user", "list"})
}

// An error of the database's file names the file, whose it is, and what helps.
func TestH07ErrorsOfTheFileSayWhatToDo(t *testing.T) {
	t.Run("H07 damaged", func(t *testing.T) {
		dir := instanceDir(t)
		path := filepath.Join(dir, "embraye.db")
		if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{serveOnly, {"user", "list"}, {"migrate"}} {
			wantRefused(t, 1, onDir(dir), args, path, "mode 0600", "is damaged or no SQLite database", "put a backup in its place")
		}
	})
	t.Run("H07 a folder", func(t *testing.T) {
		dir := t.TempDir()
		for _, args := range [][]string{serveOnly, {"user", "list"}, {"migrate"}} {
			wantRefused(t, 1, onDir(instanceDir(t), "EMBRAYE_DATABASE_URL=sqlite:"+dir), args, dir+" is a folder")
		}
	})
	t.Run("H07 no folder", func(t *testing.T) {
		wantRefused(t, 1, onDir(t.TempDir(), "EMBRAYE_DATABASE_URL=sqlite:/nowhere/at/all.db"), serveOnly, "the folder /nowhere/at of the database does not exist: make it")
	})
}

// So does one of PostgreSQL, for a server that never started too: the secret that is
// not there yet is not what is wrong.
func TestH07ErrorsOfPostgreSQLSayWhatToDo(t *testing.T) {
	empty := storetest.EmptyURL(t, storetest.Postgres)
	where := func(change func(*url.URL)) string {
		u, err := url.Parse(empty)
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		return "EMBRAYE_DATABASE_URL=" + u.String()
	}
	for name, c := range map[string]struct{ setting, words string }{
		"H07 no database": {where(func(u *url.URL) { u.Path = "/nowhere" }), "has no database nowhere: make it (`createdb"},
		"H07 nobody":      {where(func(u *url.URL) { u.User = url.UserPassword("nobody_here", "x") }), "does not let the user nobody_here in: correct user and password"},
		"H07 no server":   {"EMBRAYE_DATABASE_URL=postgres://u:x@127.0.0.1:1/d", "at 127.0.0.1, port 1, cannot be reached: see that it runs"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, args := range [][]string{serveOnly, {"user", "list"}, {"migrate"}, {"backup", "-"}} {
				wantRefused(t, 1, onDir(t.TempDir(), c.setting), args, c.words)
			}
		})
	}
	t.Run("H07 never started", func(t *testing.T) {
		for _, args := range [][]string{{"user", "setup-link"}, {"backup", "-"}} {
			wantRefused(t, 1, onDir(t.TempDir(), "EMBRAYE_DATABASE_URL="+empty), args, "has no organisation yet: run `embraye serve` once")
		}
	})
}

// A server that cannot begin has not run: it leaves nothing behind that says that
// one ended without a word.
func TestAStartThatFailsIsNoServerThatDied(t *testing.T) {
	dir := instanceDir(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, variable := range []string{"EMBRAYE_LISTEN", "EMBRAYE_METRICS_LISTEN"} {
		wantRefused(t, 1, onDir(dir, variable+"="+taken.Addr().String()), serveOnly, "in use")
		var noted int
		row := database(t, "sqlite:"+filepath.Join(dir, "embraye.db")).QueryRow("SELECT count(*) FROM settings WHERE key = ?", witness.ServingSetting)
		if err := row.Scan(&noted); err != nil || noted != 0 {
			t.Errorf("with another's %s: noted that a server runs %d times (%v)", variable, noted, err)
		}
	}
}
