package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"embraye/internal/embraye"

	driver "modernc.org/sqlite"
)

// copiesKept is how many copies of before upgrades stay beside a SQLite
// database.
const copiesKept = 2

// spareBytes is what an upgrade needs besides: the log of what it writes, and
// whatever else the disk is for.
const spareBytes = 16 << 20

// keepBefore copies a SQLite database beside itself before its shape changes: an
// earlier version reads the copy, and nothing else, if the later one disappoints.
// A database without tables, or of the shape that the program knows, needs none.
func (s *Store) keepBefore(ctx context.Context) error {
	found, err := s.SchemaVersion(ctx)
	if err != nil || s.postgres || found == 0 || found == KnownSchema() {
		return err
	}
	if err := s.roomToUpgrade(); err != nil {
		return err
	}
	name := s.path + fmt.Sprintf(".before-%04d", KnownSchema())
	if kept, err := schemaOf(ctx, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return wrap(err, "reading the copy %s of before an upgrade", name)
	} else if err == nil && kept < found {
		return nil // an upgrade that was interrupted: the copy is of before it
	}
	if err := s.copyTo(ctx, name); err != nil {
		return wrap(err, "copying the database before its upgrade")
	}
	s.log.InfoContext(ctx, "the database was copied before its upgrade", "copy", name, "schema", found, "becomes", KnownSchema())
	return dropOldCopies(s.path)
}

// roomToUpgrade wants room for the copy, and for a step that writes every table
// anew.
func (s *Store) roomToUpgrade() error {
	size := int64(0)
	for _, name := range []string{s.path, s.path + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			size += info.Size()
		}
	}
	folder := filepath.Dir(s.path)
	free, err := s.free(folder)
	if err != nil {
		return fmt.Errorf("store: asking for the room in %s: %w: %w", folder, embraye.ErrUnavailable, err)
	}
	if need := 2*size + spareBytes; free < need {
		return fmt.Errorf("store: the upgrade of the database may take %d MiB in %s, a copy of it included, and %d MiB are free: make room, then start again; nothing was changed: %w",
			need>>20+1, folder, free>>20, embraye.ErrNoRoom)
	}
	return nil
}

// freeOn is how many bytes this program can still write in a folder.
func freeOn(folder string) (int64, error) {
	var disk syscall.Statfs_t
	err := syscall.Statfs(folder, &disk)
	return int64(disk.Bavail) * int64(disk.Bsize), err
}

// copyTo makes a copy that has its name once it is whole and on the disk.
func (s *Store) copyTo(ctx context.Context, name string) error {
	part := name + ".part"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = s.copyInto(ctx, part)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, name); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// openCopy opens a copy, which nobody writes to.
func openCopy(path string) (*sql.DB, error) {
	connector, err := driver.NewConnector(fmt.Sprintf("file:%s?mode=ro&immutable=1&_time_format=sqlite&_timezone=UTC", (&url.URL{Path: path}).EscapedPath()))
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// schemaOf is the version of a copy's shape.
func schemaOf(ctx context.Context, path string) (version int64, err error) {
	if _, err := os.Stat(path); err != nil {
		return 0, err
	}
	pool, err := openCopy(path)
	if err != nil {
		return 0, err
	}
	err = pool.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)
	return version, errors.Join(err, pool.Close())
}

// dropOldCopies removes all but the newest.
func dropOldCopies(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path)) // in the order of names
	var copies []string
	for _, e := range entries {
		if ours, _ := filepath.Match(".before-[0-9][0-9][0-9][0-9]", strings.TrimPrefix(e.Name(), filepath.Base(path))); ours {
			copies = append(copies, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	for _, name := range copies[:max(0, len(copies)-copiesKept)] {
		err = errors.Join(err, os.Remove(name))
	}
	return wrap(err, "removing older copies of the database")
}
