package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"embraye/internal/embraye"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// wrap is where every error of the database gets its meaning. The cause stays
// in the chain: InTx looks at it, and so does the operator's log.
func wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	doing = fmt.Sprintf(doing, args...)
	switch meaning := sentinel(err); {
	case meaning == nil || errors.Is(err, meaning):
		return fmt.Errorf("store: %s: %w", doing, err)
	case meaning == embraye.ErrNotFound:
		return fmt.Errorf("store: %s: %w", doing, meaning)
	default:
		return fmt.Errorf("store: %s: %w: %w", doing, meaning, err)
	}
}

func sentinel(err error) error {
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return embraye.ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return embraye.ErrConflict
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil // the caller's doing, not the database's state
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteSentinel(e.Code())
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresSentinel(e.Code)
	}
	if away(err) {
		return embraye.ErrUnavailable
	}
	return nil
}

func sqliteSentinel(code int) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return embraye.ErrConflict
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY:
		return embraye.ErrNoRoom
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return embraye.ErrUnavailable
	}
	return nil
}

// postgresSentinel reads SQLSTATE classes: 08 connection, 53 resources, 57 an
// operator or a shutdown, 58 the system under it, 40 conflicts between
// transactions, which outlived our retries; 55P03 a lock that is held, 25006 a
// standby that only reads, 25P03 and 25P04 a transaction that took too long.
func postgresSentinel(state string) error {
	switch state {
	case "23505":
		return embraye.ErrConflict
	case "53100": // disk_full
		return embraye.ErrNoRoom
	}
	for _, class := range []string{"08", "53", "57", "58", "40", "55P03", "25006", "25P03", "25P04"} {
		if strings.HasPrefix(state, class) {
			return embraye.ErrUnavailable
		}
	}
	return nil
}

// away tells a connection that is not there, whoever noticed it.
func away(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// retryable tells conflicts that PostgreSQL resolves by giving up one side, and
// those that a member of a group gives up (impatient).
func retryable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03")
}
