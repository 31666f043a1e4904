package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"embraye/internal/app/witness"
	"embraye/internal/store"
)

// lockDatabase keeps a second server away from a SQLite database: the leases of
// deliveries are one process's, and a start sets free what it finds. The lock is
// the kernel's and ends with the process, however that ends; what stands in the
// file is only for whoever is refused. Commands do not take it. PostgreSQL serves
// several processes and needs none (nil).
func (c *call) lockDatabase(url string) (*os.File, error) {
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok {
		return nil, nil
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // two names of one database are one database
	}
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s [%w]", store.Unopenable(path), err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder := make([]byte, 200)
		n, _ := f.ReadAt(holder, 0) // empty while the other is just starting
		return nil, errors.Join(fmt.Errorf("another `embraye` serves the database %s%s: stop it first, or give this one a folder of its own (EMBRAYE_DATA_DIR)",
			path, holderOf(holder[:n])), f.Close())
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt(fmt.Appendf(nil, "process %d since %s\n", os.Getpid(), c.now().UTC().Format(time.RFC3339)), 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("locking the database %s: %w", path, err), f.Close())
	}
	return f, nil
}

// afterCrash is for a command that comes after a server ended without saying so, and
// before the next one: what is done in public waits, as it would then, until witnesses
// were asked what they have seen of the log. A server that runs has the lock.
func afterCrash(ctx context.Context, c *call, i *wired) error {
	_, noted, err := i.Store.Tables().Settings.Get(ctx, witness.ServingSetting)
	if err != nil || !noted || i.Store.IsPostgres() {
		return err
	}
	lock, err := c.lockDatabase(i.settings.DatabaseURL)
	if err != nil {
		return nil // it is served, or somebody restores into it
	}
	return errors.Join(i.Witness.Started(ctx), lock.Close())
}

func holderOf(line []byte) string {
	if line = bytes.TrimSpace(line); len(line) > 0 {
		return " (" + string(line) + ")"
	}
	return ""
}
