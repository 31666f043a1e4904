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

// prepare makes dates come back as they come from SQLite, and switches the
// just-in-time compiler off: what the queue asks looks dear to the planner and
// touches a few rows, and compiling took a hundred times as long as answering.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	_, err := conn.Exec(ctx, "SET jit = off")
	return err
}
