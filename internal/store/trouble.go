package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Trouble adds to an error of SQLite what an operator can do about it: which
// file it is, whose, and what helps. Other errors come back as they are.
func Trouble(url string, err error) error {
	path, isFile := strings.CutPrefix(url, "sqlite:")
	e, ok := errors.AsType[*sqlite.Error](err)
	if !isFile || !ok {
		return err
	}
	advice := ""
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		advice = Unopenable(path)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		advice = fmt.Sprintf("the file %s (%s) is damaged or no SQLite database: stop the program, keep a copy of the file, and put a backup in its place "+
			"(`sqlite3 %s .recover` saves what can still be read)", path, owner(path), path)
	case sqlite3.SQLITE_FULL:
		advice = fmt.Sprintf("the disk of %s is full: make room, then start again", path)
	case sqlite3.SQLITE_IOERR:
		advice = fmt.Sprintf("the disk of %s (%s) failed to read or write: look at the system's log", path, owner(path))
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s [%w]", advice, err)
}

// Unopenable says which is the first file or folder of a database that this process
// cannot use, and what helps. SQLite keeps two more files beside its own; a command that ran as
// somebody else leaves them behind as somebody else's.
func Unopenable(path string) string {
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("the folder %s of the database does not exist: make it, or correct EMBRAYE_DATA_DIR or EMBRAYE_DATABASE_URL", folder)
	} else if err == nil && !info.IsDir() {
		return fmt.Sprintf("%s is no folder: correct EMBRAYE_DATA_DIR or EMBRAYE_DATABASE_URL", folder)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Sprintf("%s is a folder, not the file of a database: correct EMBRAYE_DATABASE_URL", path)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err == nil {
			f.Close() // nothing was written
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return refused(name)
		}
	}
	return refused(folder)
}

func refused(name string) string {
	return fmt.Sprintf("%s (%s) cannot be read and written by %s, as whom this program runs: run it as the owner, or give %s the file (`chown %s %s`); "+
		"a read-only disk refuses everybody", name, owner(name), me(), me(), me(), name)
}

// owner is whose a file is, and with which mode.
func owner(name string) string {
	info, err := os.Stat(name)
	if err != nil {
		return "of an unknown owner"
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("of %s, mode %04o", account(stat.Uid), info.Mode().Perm())
	}
	return fmt.Sprintf("mode %04o", info.Mode().Perm())
}

func me() string { return account(uint32(os.Geteuid())) }

// account is the name of a user, or the number where there is none.
func account(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return number
}
