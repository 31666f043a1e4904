package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// keeper makes and runs the server and waits for the end of its own input,
// which is a pipe that only the test binary holds: however that ends, the
// server stops and its folder goes. Immediate shutdown is right for data that
// nobody needs; it is asked for again while a server that just starts is deaf.
const keeper = `trap '' INT TERM HUP
"$1" -D "$3/data" -U embraye -A trust -E UTF8 --no-locale --no-sync --no-instructions >"$3/log" 2>&1 || touch "$3/failed"
"$2" -D "$3/data" -k "$3" -h '' -F -c max_connections=300 -c shared_buffers=64MB -c full_page_writes=off \
	-c synchronous_commit=off -c autovacuum=off -c deadlock_timeout=200ms >>"$3/log" 2>&1 </dev/null &
read -r _
while kill -QUIT $!; do sleep 0.1; done 2>/dev/null
cd /
rm -rf "$3"`

// hold keeps the pipe of the keeper open until this process ends.
//
//lint:ignore U1000 nobody reads it: what it points to stays open
var hold *os.File

// startCluster starts a private PostgreSQL on a socket in a folder of its own
// and returns its address.
func startCluster() (string, error) {
	initdb, server, err := programs()
	if err != nil {
		return "", err
	}
	owner, err := unprivileged()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("/tmp", "embraye-pg-") // a socket's path must be short
	if err != nil {
		return "", err
	}
	return launch(initdb, server, folder, owner)
}

func launch(initdb, server, folder string, owner *syscall.Credential) (string, error) {
	if owner != nil {
		if err := os.Chown(folder, int(owner.Uid), int(owner.Gid)); err != nil {
			return "", err
		}
	}
	input, output, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer input.Close()
	// A session of its own: an interrupt at the terminal is for the tests, and
	// the keeper must outlive them by the moment that cleaning takes.
	keep := exec.Command("/bin/sh", "-c", keeper, "keeper", initdb, server, folder)
	keep.Dir, keep.Stdin = folder, input
	keep.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Setsid: true}
	if err := keep.Start(); err != nil {
		return "", errors.Join(err, output.Close())
	}
	hold = output
	if err := keep.Process.Release(); err != nil {
		return "", err
	}
	address := url.URL{Scheme: "postgres", User: url.User("embraye"), Path: "/postgres",
		RawQuery: url.Values{"host": {folder}, "sslmode": {"disable"}}.Encode()}
	return address.String(), answers(address.String(), folder)
}

// answers waits until the server takes connections.
func answers(address, folder string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			return conn.Close(ctx)
		}
		if _, failed := os.Stat(filepath.Join(folder, "failed")); failed == nil || ctx.Err() != nil {
			log, _ := os.ReadFile(filepath.Join(folder, "log"))
			return fmt.Errorf("the PostgreSQL of the tests does not answer: %w\n%s", err, log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// programs finds initdb and postgres where distributions put them, the newest
// version first, or on the path.
func programs() (initdb, server string, err error) {
	best := 0
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", "", err
	}
	for _, folder := range folders {
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		if err != nil || version < best {
			continue
		}
		i, s := filepath.Join(folder, "initdb"), filepath.Join(folder, "postgres")
		if executable(i) && executable(s) {
			best, initdb, server = version, i, s
		}
	}
	if best > 0 {
		return initdb, server, nil
	}
	initdb, err = exec.LookPath("initdb")
	if err == nil {
		server, err = exec.LookPath("postgres")
	}
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", errAbsent, err)
	}
	return initdb, server, nil
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}

// unprivileged is whom the server runs as: PostgreSQL refuses root. Nobody
// special if the tests do not run as root either.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("%w: root needs a user postgres or nobody to run it", errAbsent)
}
