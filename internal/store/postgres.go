package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"embraye/internal/embraye"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// postgresConnections bounds what one process takes from PostgreSQL's default
// of 100.
const postgresConnections = 20

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
	prepare := func(ctx context.Context, conn *pgx.Conn) error { return prepare(ctx, conn, settings) }
	raw := sql.OpenDB(batching{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(prepare))})
	raw.SetMaxOpenConns(postgresConnections)
	raw.SetMaxIdleConns(postgresConnections)
	raw.SetConnMaxIdleTime(5 * time.Minute)
	s.writePool, s.reader = raw, raw
	if s.write, err = gorm.Open(postgres.New(postgres.Config{Conn: raw}), s.config()); err != nil {
		return err
	}
	s.read = s.write
	s.group = newGroup(s)
	return nil
}

// forsaken is how long PostgreSQL waits for the next statement of a transaction
// before it undoes it. A replica whose machine is frozen or gone would else keep the
// rows that it changed from the others for as long as its connection seems open.
// It is less than the lease of a delivery, and more than any work between two
// statements; what waits for a file or a pipe is unhurried. The address of the
// database may name another.
const forsaken = "15s"

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
