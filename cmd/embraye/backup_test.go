package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"embraye/internal/storetest"
)

// A backup of a running server becomes an instance elsewhere, on either
// database, by two commands.
func TestBackupAndRestore(t *testing.T) {
	dir, out := instanceDir(t), t.TempDir()
	s := serveProcess(t, onDir(dir)...)
	var made struct {
		File string
		Rows int
	}
	s.command(&made, "backup", out, "--keep", "3", "--json")
	if info, err := os.Stat(made.File); err != nil || info.Mode().Perm() != 0o600 || !strings.HasPrefix(filepath.Base(made.File), "embraye-localhost_8080-") {
		t.Fatalf("%+v: %v", made, err)
	}
	var kept string
	if err := database(t, "sqlite:"+filepath.Join(dir, "embraye.db")).QueryRow("SELECT value FROM settings WHERE key = 'backup.last'").Scan(&kept); err != nil || len(kept) != 20 {
		t.Errorf("the time of the backup: %q, %v", kept, err)
	}
	wantRefused(t, 0, onDir(t.TempDir()), []string{"restore", made.File, "--dry-run"}, "is whole: http://localhost:8080 of 20", "nothing was written")
	wantRefused(t, 1, onDir(dir), []string{"restore", made.File}, "another `embraye` serves the database", "stop it first")
	other := filepath.Join(t.TempDir(), "other")
	wantRefused(t, 1, onDir(other, "EMBRAYE_BASE_URL=https://other.example"), []string{"restore", made.File}, "set EMBRAYE_BASE_URL=http://localhost:8080")
	damaged := filepath.Join(t.TempDir(), "damaged.tar.gz")
	if err := os.WriteFile(damaged, []byte(readFile(t, made.File)[:4096]), 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, 1, onDir(other), []string{"restore", damaged}, "nothing was written")
	in := exec.Command("embraye", "restore", "-")
	in.Env, in.Stdin = environment(onDir(other)...), strings.NewReader("no archive")
	if said, err := in.CombinedOutput(); err == nil {
		t.Errorf("taken: %s", said)
	}
	if _, err := os.Stat(other); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused restore has left the data folder: %v", err)
	}
	s.stop()
	wantRefused(t, 1, onDir(dir), []string{"restore", made.File}, "an instance lives in the database already")

	url := storetest.EmptyURL(t, storetest.Postgres)
	for _, env := range [][]string{onDir(filepath.Join(t.TempDir(), "new")), onDir(filepath.Join(t.TempDir(), "new"), "EMBRAYE_DATABASE_URL="+url)} {
		wantRefused(t, 0, env, []string{"restore", made.File}, "restored http://localhost:8080", "Now: embraye serve")
		wantRefused(t, 1, env, []string{"check"}, "the last backup is of "+strings.NewReplacer("T", " ", "Z", "").Replace(kept))
		again := serveProcess(t, env...)
		again.command(nil, "publish", "--measure", "m1", "--stage", "announced", "--subject", "civil_society", "--territory", "FR", "--title", "T", "--summary", "S",
			"--evidence", "https://preuves.example/1")
		again.command(nil, "backup", filepath.Join(out, "back.tar.gz"))
		again.stop()
	}
	wantRefused(t, 0, onDir(filepath.Join(t.TempDir(), "home")), []string{"restore", filepath.Join(out, "back.tar.gz")}, "restored")
}

// Where a restore was killed no new instance begins under the same address, and
// the same archive can be put there again.
func TestARestoreThatIsKilled(t *testing.T) {
	file, url, dir := filepath.Join(t.TempDir(), "x.tar.gz"), storetest.EmptyURL(t, storetest.Postgres), filepath.Join(t.TempDir(), "new")
	wantRefused(t, 0, onDir(instanceDir(t)), []string{"backup", file})
	env := onDir(dir, "EMBRAYE_DATABASE_URL="+url)
	wantRefused(t, 0, env, []string{"migrate"})
	db := database(t, url)
	holder, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Exec("LOCK TABLE settings IN SHARE MODE"); err != nil { // reads go on, the restore waits
		t.Fatal(err)
	}
	restoring := exec.Command("embraye", "restore", file)
	restoring.Env = environment(env...)
	if err := restoring.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the restore writes", func() bool {
		n := 0
		return db.QueryRow("SELECT count(*) FROM pg_locks WHERE relation = 'settings'::regclass AND NOT granted").Scan(&n) == nil && n > 0
	})
	if err := restoring.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = restoring.Wait() // it was killed
	if err := holder.Rollback(); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, 2, env, []string{"serve"}, "holds no instance, but the secret", "is there")
	wantRefused(t, 0, env, []string{"restore", file}, "restored http://localhost:8080")
	serveProcess(t, env...).stop()
}

// A pair of age's keys, for tests only.
const (
	publicKey  = "age1u60969r3c7jh7k22ffxvypt2ernrm669n8fxqms0hlq7estmhdts8c0udz"
	privateKey = "AGE-SECRET-KEY-1R2R9MTAU538EGQDZX833J0TNWTY8WD4XLD5RK7NDW5L9V4A9LGLSH7AA8M"
)

// What goes through pipes is the archive and nothing else.
func TestBackupThroughPipes(t *testing.T) {
	dir := instanceDir(t)
	file := filepath.Join(t.TempDir(), "key.txt")
	if err := os.WriteFile(file, []byte("# for tests only\n"+privateKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := exec.Command("embraye", "backup", "-", "--encrypt", publicKey, "--json")
	out.Env = environment(onDir(dir)...)
	sealed, err := out.Output()
	if err != nil || !bytes.HasPrefix(sealed, []byte("age-encryption.org/")) {
		t.Fatalf("%.30q, %v", sealed, err)
	}
	in := exec.Command("embraye", "restore", "-", "--identity", file)
	target := filepath.Join(t.TempDir(), "new")
	in.Env, in.Stdin = environment(onDir(target)...), bytes.NewReader(sealed)
	if said, err := in.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if readFile(t, filepath.Join(target, "secret.key")) != readFile(t, filepath.Join(dir, "secret.key")) {
		t.Error("the secret is another")
	}
	if left, _ := filepath.Glob(filepath.Join(target, ".restore-*")); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}

func TestBackupsThatCannotBeMadeSayWhatToDo(t *testing.T) {
	dir := instanceDir(t)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		status int
		args   []string
		words  []string
	}{
		{1, []string{"backup", pipe}, []string{"neither a file nor a folder", "backup - > " + pipe}},
		{1, []string{"backup", "/dev/null/x"}, []string{"nothing"}},
		{1, []string{"backup", filepath.Join(dir, "none", "x.tar.gz")}, []string{"is not there: make it first"}},
		{2, []string{"backup", "-", "--keep", "2"}, []string{"--keep wants"}},
		{2, []string{"backup", dir, "--encrypt", "age1x"}, []string{"is no public key of age"}},
		{2, []string{"backup"}, []string{"is missing"}},
		{1, []string{"restore", filepath.Join(dir, "none")}, []string{"no such file"}},
		{1, []string{"restore", filepath.Join(dir, "secret.key")}, []string{"no archive of Embraye"}},
		{1, []string{"restore", filepath.Join(dir, "secret.key"), "--identity", filepath.Join(dir, "secret.key")}, []string{"holds no private key of age"}},
	} {
		wantRefused(t, tt.status, onDir(dir), tt.args, tt.words...)
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode().Type() != os.ModeNamedPipe {
		t.Errorf("the pipe is one no more: %v, %v", info, err)
	}
	wantRefused(t, 2, onDir(filepath.Join(t.TempDir(), "empty")), []string{"backup", "x"}, "there is no database")
}

// A secret that was exchanged makes no backup, which would push out those that hold
// the right one.
func TestBackupsHoldTheSecretOfTheirKeys(t *testing.T) {
	dir, kept := instanceDir(t), t.TempDir()
	if status, said := ran(t, onDir(dir), "backup", kept, "--keep", "1"); status != 0 {
		t.Fatal(said)
	}
	before, err := os.ReadDir(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret.key"), secretLine(newSecret()), 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, 2, onDir(dir), []string{"backup", kept, "--keep", "1"}, "does not open the keys of this database", "earlier backup")
	wantRefused(t, 2, onDir(dir), []string{"backup", "-"}, "does not open the keys of this database")
	if after, err := os.ReadDir(kept); err != nil || len(after) != 1 || after[0].Name() != before[0].Name() {
		t.Errorf("%v, %v", after, err)
	}
}
