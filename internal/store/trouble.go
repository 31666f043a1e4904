package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Trouble adds to an error of the database what an operator can do about it:
// which file of SQLite it is, whose, and what helps; for PostgreSQL what to ask of
// it, or which setting is wrong. Other errors come back as they are.
func Trouble(url string, err error) error {
	advice := ""
	if path, isFile := strings.CutPrefix(url, "sqlite:"); isFile {
		advice = sqliteAdvice(path, err)
	} else if config, wrong := pgx.ParseConfig(url); wrong == nil {
		advice = postgresAdvice(config, err)
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s [%w]", advice, err)
}

func sqliteAdvice(path string, err error) string {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return ""
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return Unopenable(path)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Sprintf("the file %s (%s) is damaged or no SQLite database: stop the program, keep a copy of the file, and put a backup in its place "+
			"(`sqlite3 %s .recover` saves what can still be read)", path, owner(path), path)
	case sqlite3.SQLITE_FULL:
		return fmt.Sprintf("the disk of %s is full: make room, then start again", path)
	case sqlite3.SQLITE_IOERR:
		return fmt.Sprintf("the disk of %s (%s) failed to read or write: look at the system's log", path, owner(path))
	}
	return ""
}

// postgresAdvice reads SQLSTATE (PostgreSQL's appendix A); who was not even
// answered has none.
func postgresAdvice(c *pgx.ConnConfig, err error) string {
	e, answered := errors.AsType[*pgconn.PgError](err)
	if _, unconnected := errors.AsType[*pgconn.ConnectError](err); !answered && unconnected {
		return unconnectedAdvice(c, err)
	}
	if !answered {
		return ""
	}
	switch e.Code {
	case "28P01", "28000":
		return fmt.Sprintf("PostgreSQL does not let the user %s in: correct user and password of EMBRAYE_DATABASE_URL (or PGPASSWORD, PGPASSFILE), or what pg_hba.conf of PostgreSQL says of this user", c.User)
	case "3D000":
		return fmt.Sprintf("PostgreSQL has no database %s: make it (`createdb --owner=%s --encoding=UTF8 --template=template0 %s`), or correct EMBRAYE_DATABASE_URL", c.Database, c.User, c.Database)
	case "42501":
		return fmt.Sprintf("the user %s may not do this in the database %s: let it be the owner (`ALTER DATABASE %s OWNER TO %s`), and of the tables in it", c.User, c.Database, c.Database, c.User)
	case "53300":
		return fmt.Sprintf("PostgreSQL has no connection left: each program takes %d at most, a command too; raise max_connections", postgresConnections)
	case "53100":
		return "the disk of PostgreSQL is full: make room there"
	case "25006":
		return "this PostgreSQL only reads (a standby, or default_transaction_read_only): let EMBRAYE_DATABASE_URL lead to the one that is written to"
	case "57P03":
		return "PostgreSQL is starting or stopping: try again in a moment"
	}
	return ""
}

// unconnectedAdvice names every server of the address, in its order.
func unconnectedAdvice(c *pgx.ConnConfig, err error) string {
	servers := []string{fmt.Sprintf("%s, port %d", c.Host, c.Port)}
	for _, f := range c.Fallbacks { // each server stands there once with TLS and once without, where both are tried
		if one := fmt.Sprintf("%s, port %d", f.Host, f.Port); !slices.Contains(servers, one) {
			servers = append(servers, one)
		}
	}
	all := strings.Join(servers, " and at ")
	if c.ValidateConnect != nil && strings.Contains(err.Error(), "ValidateConnect") {
		return fmt.Sprintf("PostgreSQL at %s: nobody there is what target_session_attrs asks for, as while a standby waits to be promoted: see that one of them is the primary and runs, or correct EMBRAYE_DATABASE_URL", all)
	}
	return fmt.Sprintf("PostgreSQL at %s, cannot be reached: see that it runs and listens there, or correct EMBRAYE_DATABASE_URL (sslmode=disable in it where PostgreSQL has no TLS)", all)
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
