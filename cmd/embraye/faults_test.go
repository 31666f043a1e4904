//go:build faults

package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"embraye/internal/logtest"
	"embraye/internal/storetest"
)

// FT08: PostgreSQL crashes three times in a fan-out, all its connections with it.
// Nobody restarts the program; what was said to be published is there.
func TestFT08PostgreSQLCrashes(t *testing.T) {
	address := storetest.EmptyURL(t, storetest.Postgres)
	if os.Getenv("EMBRAYE_TEST_POSTGRES_URL") != "" {
		storetest.Require(t, "crash", "the PostgreSQL of EMBRAYE_TEST_POSTGRES_URL is somebody else's")
	}
	keepsWhatItCommits(t, address)
	dir, town := filepath.Join(t.TempDir(), "data"), newTown(t, killHosts, 8, 40*time.Millisecond)
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0", "EMBRAYE_DELIVERY_CONCURRENCY=16", "EMBRAYE_DATABASE_URL="+address)
	s := serveProcess(t, env...)
	town.follow(t, dir, env)
	activities := s.publishes(killUpdates)
	for n := range 3 {
		eventually(t, "the fan-out goes on", func() bool { return town.count() >= (n+1)*killHosts/2 })
		crash(t, address)
	}
	eventually(t, "everybody has everything", func() bool { all, _, _ := town.served(t, activities); return all })
	eventually(t, "the queue is empty", func() bool { return queueLength(t, dir, env) == 0 })
	if code := s.status("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz: %d", code)
	}
	withInstance(t, dir, env, func(i *wired) error {
		n, err := i.Store.Tables().Updates.Count(context.Background())
		if n != killUpdates {
			t.Errorf("%d constats of %d", n, killUpdates)
		}
		return err
	})
	s.stop()
}

// keepsWhatItCommits makes a database as PostgreSQL does it by itself: that of the
// tests is in a hurry.
func keepsWhatItCommits(t *testing.T, address string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database()); END $$"); err != nil {
		t.Fatal(err)
	}
}

// crash kills one process of the server, which then ends all others and recovers.
func crash(t *testing.T, address string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	eventually(t, "PostgreSQL answers", func() bool {
		var pid int
		return db.QueryRow("SELECT pg_backend_pid()").Scan(&pid) == nil && syscall.Kill(pid, syscall.SIGKILL) == nil
	})
}

// FT13: a disk of its own, in a name space of its own, is full. Pages go on, what
// cannot be written is refused and said; with room again it is written, without a
// restart.
func TestFT13ADiskThatIsFull(t *testing.T) {
	seed, disk := instanceDir(t), filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, env: environment(loopback(disk, "EMBRAYE_LISTEN=127.0.0.1:0")...), log: &logtest.Log{}}
	inside := exec.Command("unshare", "-rm", "sh", "-c", `mount -t tmpfs -o size=24m,mode=700 tmpfs "$1" && cp -a "$2"/. "$1"/ && exec sleep 600`, "sh", disk, seed)
	said := &logtest.Log{}
	inside.Stderr = said
	if err := inside.Start(); err != nil {
		storetest.Require(t, "namespaces", err.Error())
	}
	ended := make(chan error, 1)
	go func() { ended <- inside.Wait() }()
	t.Cleanup(func() { inside.Process.Kill() })
	enter := func(words ...string) *exec.Cmd {
		cmd := exec.Command("nsenter", append([]string{"--target", fmt.Sprint(inside.Process.Pid), "--user", "--mount", "--preserve-credentials"}, words...)...)
		cmd.Env = s.env
		return cmd
	}
	eventually(t, "the disk is there", func() bool {
		select {
		case err := <-ended: // it may not make one
			storetest.Require(t, "namespaces", fmt.Sprintf("%v: %s", err, said))
		default:
		}
		return enter("test", "-s", filepath.Join(disk, "secret.key")).Run() == nil
	})
	begun := s.begin(enter("embraye", "serve"))
	publish := func() (string, error) {
		out, err := enter(append([]string{"embraye"}, constat()...)...).CombinedOutput()
		return string(out), err
	}
	if said, err := publish(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	fill := filepath.Join(disk, "filling")
	enter("dd", "if=/dev/zero", "of="+fill, "bs=64k").Run() // ends where the disk does
	refused := 0
	for range 40 { // the journal has some room yet
		if said, err := publish(); err != nil {
			refused++
			if !strings.Contains(said, "disk") && !strings.Contains(said, "full") {
				t.Errorf("it does not say what is full:\n%s", said)
			}
			break
		}
	}
	if refused == 0 {
		t.Error("a full disk takes everything")
	}
	for _, path := range []string{"/", "/@mesure2", "/livez"} {
		if code := s.status(path); code != http.StatusOK {
			t.Errorf("%s on a full disk: %d", path, code)
		}
	}
	if err := enter("rm", fill).Run(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is written again", func() bool { _, err := publish(); return err == nil })
	if err := begun.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := begun.Wait(); err != nil {
		t.Errorf("the end: %v\n%s", err, s.log)
	}
	out, err := enter("embraye", "check", "--json").Output()
	if !strings.Contains(string(out), `"database"`) {
		t.Errorf("check: %v\n%s", err, out)
	}
}

// begin starts a server by a command of one's own and waits until it listens.
func (s *server) begin(cmd *exec.Cmd) *exec.Cmd {
	s.t.Helper()
	said := &logtest.Log{}
	cmd.Stdout, cmd.Stderr = said, s.log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { cmd.Process.Kill() })
	eventually(s.t, "it listens", func() bool {
		_, rest, there := strings.Cut(said.String(), listening)
		s.address, _, _ = strings.Cut(rest, "\n")
		return there && strings.HasSuffix(said.String(), "\n")
	})
	return cmd
}

// FT16: the power goes. What lies on the disk then is a database and a journal that
// ends anywhere: it opens, is sound, and every activity has all its deliveries.
func TestFT16ThePowerGoes(t *testing.T) {
	cuts, moments := 500, 10
	if testing.Short() {
		cuts, moments = 60, 3
	}
	dir, town := instanceDir(t), newTown(t, 20, 16, time.Millisecond)
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0", "EMBRAYE_ROLES=web")
	town.follow(t, dir, env)
	s := serveProcess(t, env...)
	where := rand.New(rand.NewPCG(16, 16))
	for n := range moments {
		writing := exec.Command("embraye", constat("--title", fmt.Sprint("Moment ", n))...)
		writing.Env = s.env
		if err := writing.Run(); err != nil {
			t.Fatal(err)
		}
		db, journal := read(t, filepath.Join(dir, "embraye.db")), read(t, filepath.Join(dir, "embraye.db-wal"))
		for range cuts / moments {
			soundAfter(t, db, journal[:where.IntN(len(journal)+1)])
		}
	}
	s.stop()
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// soundAfter opens what was left of a database.
func soundAfter(t *testing.T, database, journal []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "embraye.db")
	for name, data := range map[string][]byte{path: database, path + "-wal": journal} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var sound string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Errorf("a journal of %d bytes: %s, %v", len(journal), sound, err)
	}
	var broken int
	err = db.QueryRow(`SELECT (SELECT count(*) FROM activities WHERE total <> (SELECT count(*) FROM deliveries WHERE activity_id = activities.id))
		+ (SELECT count(*) FROM updates WHERE id NOT IN (SELECT update_id FROM revisions))
		+ abs((SELECT count(*) FROM updates) - (SELECT count(*) FROM activities WHERE type = 'Create' AND object LIKE '%/constats/%'))`).Scan(&broken)
	if err != nil || broken != 0 {
		t.Errorf("a journal of %d bytes: %d things without the others, %v", len(journal), broken, err)
	}
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
}
