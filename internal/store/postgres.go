package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"embraye/internal/embraye"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// postgresConnections bounds what one process takes from PostgreSQL's default
// of 100.
const postgresConnections = 20

// loners bounds how many of these may wait for rows of another group: who reads
// needs a connection, too.
const loners = postgresConnections / 4

func (s *Store) openPostgres(o Options) error {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return fmt.Errorf("reading the address: %w: %w", embraye.ErrInvalid, err)
	}
	s.postgres = true
	settings := "SET jit = off"
	if _, given := config.RuntimeParams["idle_in_transaction_session_timeout"]; !given {
		settings += "; SET idle_in_transaction_session_timeout = '" + forsaken + "'"
	}
	prepare := func(ctx context.Context, conn *pgx.Conn) error {
		if err := prepare(ctx, conn, settings); err != nil {
			return err
		}
		return compareCopy(ctx, conn, s.log)
	}
	raw := sql.OpenDB(batching{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(prepare))})
	raw.SetMaxOpenConns(postgresConnections)
	raw.SetMaxIdleConns(postgresConnections)
	raw.SetConnMaxIdleTime(5 * time.Minute)
	s.writePool, s.reader = raw, raw
	if s.write, err = gorm.Open(postgres.New(postgres.Config{Conn: raw}), s.config()); err != nil {
		return err
	}
	s.read = s.write
	s.groups, s.lone = []*group{newGroup(s), newGroup(s)}, make(chan struct{}, loners)
	return nil
}

// forsaken is how long PostgreSQL waits for the next statement of a transaction
// before it undoes it. A replica whose machine is frozen or gone would else keep the
// rows that it changed from the others for as long as its connection seems open.
// It is less than the lease of a delivery, and more than any work between two
// statements; what waits for a file or a pipe is unhurried. The address of the
// database may name another.
const forsaken = "15s"

// impatient is what each member of a group says first. A group holds what its
// members have locked, in the order in which they happened to come, until the last of
// them is done: two groups, of one replica or of two, that change the same rows would wait for each
// other in a circle, for which PostgreSQL looks only after a second, and meanwhile
// nobody writes. So a member waits for another's lock for this long; then its group
// commits what it has, and it is tried again alone, where it keeps nobody else
// waiting. The ending, which takes its rows in one order everywhere, waits as a
// transaction of its own would.
const (
	impatient    = "SET LOCAL lock_timeout = '10ms'"
	patientAgain = "SET LOCAL lock_timeout TO DEFAULT"
)

// unhurried lets the transaction that is open wait as long as it likes.
const unhurried = "SET LOCAL idle_in_transaction_session_timeout = 0"

// prepare makes dates come back as they come from SQLite, and gives the session its
// settings. The just-in-time compiler is off: what the queue asks looks dear to the
// planner and touches a few rows, and compiling took a hundred times as long as
// answering.
func prepare(ctx context.Context, conn *pgx.Conn, settings string) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	_, err := conn.Exec(ctx, settings)
	return err
}

// whichCopy names the copy of the database that a connection leads to: which
// cluster, which of its timelines (each promotion of a standby and each recovery
// to a point in time begins one), and which table (a dump that was read makes
// another). With it comes the copy that was written to last, and what the log has.
const whichCopy = `SELECT system_identifier || ' ' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || ' ' || 'log_state'::regclass::oid,
	coalesce((SELECT value FROM settings WHERE key = '` + copySetting + `'), ''), (SELECT size FROM log_state)
	FROM pg_control_system()`

// copySetting is the copy of the database that was written to last.
const copySetting = "log.copy"

// compareCopy freezes the log where the connection leads to another copy of the
// database than the last one did: it may lack what was signed, and a program that
// was started since knows nothing of that (see longest). A database without tables,
// a standby, and a server that does not tell which it is, are left alone; where the
// question meets any other error the connection is not used.
func compareCopy(ctx context.Context, conn *pgx.Conn, log *slog.Logger) error {
	var here, last string
	var size int64
	err := conn.QueryRow(ctx, whichCopy).Scan(&here, &last, &size)
	if err != nil || size == 0 || here == last {
		return unlessUntold(err)
	}
	news := false
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Who locks these tables for long is a migration, and waits for nobody.
		if _, err := tx.Exec(ctx, "SET LOCAL lock_timeout = '5s'"); err != nil {
			return err
		}
		noted, err := tx.Exec(ctx, "INSERT INTO settings VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2 WHERE settings.value <> $2", copySetting, here)
		if err != nil || noted.RowsAffected() == 0 || last == "" {
			return err
		}
		frozen, err := tx.Exec(ctx, "UPDATE log_state SET frozen = $1 WHERE frozen = ''", embraye.LogRestored)
		if news = err == nil && frozen.RowsAffected() > 0; news {
			_, err = tx.Exec(ctx, raisePublicRevision)
		}
		return err
	})
	if err == nil && news {
		log.WarnContext(ctx, "the database is another copy than before, a standby that was promoted say: what is done in public waits to be entered in the log until witnesses were asked", "was", last, "is", here)
	}
	return unlessUntold(err)
}

// unlessUntold is an error other than the answers of a server that has not what is
// asked for, may not tell it, or may not be written to (PostgreSQL's Appendix A).
func unlessUntold(err error) error {
	answer, _ := errors.AsType[*pgconn.PgError](err)
	if answer == nil {
		return err
	}
	switch answer.Code {
	case "42P01", "42703", "42883", // undefined table, column, function
		"42501", "0A000", // insufficient privilege, feature not supported
		"55000", "25006": // recovery is in progress, read-only transaction
		return nil
	}
	return err
}
