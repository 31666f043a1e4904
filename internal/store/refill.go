package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/embraye"

	"github.com/jackc/pgx/v5"
)

// Refill is a database that is being filled with a copy, in one transaction.
type Refill struct {
	s      *Store
	conn   *sql.Conn
	tables []CopiedTable
	unsent int64 // deliveries that waited
}

// Refill brings a database in which no instance lives to a shape and fills it:
// all of it or, if fill fails or the process ends, nothing. Meanwhile no other
// replica starts. What waited to be sent when the copy was made was sent since,
// or is news no more: it is marked as not to be sent, and counted.
func (s *Store) Refill(ctx context.Context, schema int64, fill func(*Refill) error) (unsent int64, err error) {
	err = s.OneAtATime(ctx, func() error {
		if started, err := s.Started(ctx); err != nil || started {
			return errors.Join(err, fmt.Errorf("an instance lives in the database already: %w", embraye.ErrConflict))
		}
		if err := s.migrateTo(ctx, schema); err != nil {
			return err
		}
		conn, err := s.writePool.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close() // gives it back to the pool
		r := &Refill{s: s, conn: conn}
		err = r.inTx(ctx, fill)
		unsent = r.unsent
		return err
	})
	return unsent, wrap(err, "filling the database")
}

// migrateTo applies the steps up to a version, and none after it.
func (s *Store) migrateTo(ctx context.Context, version int64) error {
	provider, err := s.migrations(ctx)
	if err != nil {
		return err
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return err
	}
	if got, err := s.SchemaVersion(ctx); err != nil || got != version {
		return errors.Join(err, fmt.Errorf("the database has schema %d, the copy schema %d: an empty database is needed", got, version))
	}
	return nil
}

func (r *Refill) inTx(ctx context.Context, fill func(*Refill) error) (err error) {
	begin := "BEGIN IMMEDIATE"
	if r.s.postgres {
		begin = "BEGIN; " + unhurried
	}
	if err := r.exec(ctx, begin); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			err = errors.Join(err, r.exec(context.WithoutCancel(ctx), "ROLLBACK"))
		}
	}()
	if r.tables, err = describe(ctx, r.conn, r.s.postgres); err != nil {
		return err
	}
	// What migrations put there themselves, the copy has too.
	for _, t := range slices.Backward(r.tables) {
		if err := r.exec(ctx, "DELETE FROM "+quoteName(t.Name)); err != nil {
			return err
		}
	}
	if err := fill(r); err != nil {
		return err
	}
	if err := errors.Join(r.silence(ctx), r.doubt(ctx)); err != nil {
		return err
	}
	done = true
	return r.exec(ctx, "COMMIT")
}

// doubt stops the public log, and what is signed of others': both may have been
// longer than the copy says. Witnesses are asked first.
func (r *Refill) doubt(ctx context.Context) error {
	for table, query := range map[string]string{"log_state": "UPDATE log_state SET frozen = 'restored' WHERE frozen = ''", "witnessed": "UPDATE witnessed SET stale = TRUE"} {
		if !slices.ContainsFunc(r.tables, func(t CopiedTable) bool { return t.Name == table }) {
			continue // of a version before
		}
		if err := r.exec(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

func (r *Refill) exec(ctx context.Context, query string) error {
	_, err := r.conn.ExecContext(ctx, query)
	return err
}

// Fits tells whether a table of a copy is one of this database's.
func (r *Refill) Fits(t CopiedTable) error {
	i := slices.IndexFunc(r.tables, func(own CopiedTable) bool { return own.Name == t.Name })
	if i < 0 {
		return fmt.Errorf("store: the database has no table %s: %w", t.Name, embraye.ErrInvalid)
	}
	own := r.tables[i].Columns
	if len(own) != len(t.Columns) || slices.ContainsFunc(t.Columns, func(c CopiedColumn) bool { return !slices.Contains(own, c) }) {
		return fmt.Errorf("store: the table %s has other columns than that of the copy: %w", t.Name, embraye.ErrInvalid)
	}
	return nil
}

// Insert adds rows, whose values are of the kinds of the columns.
func (r *Refill) Insert(ctx context.Context, t CopiedTable, rows [][]any) (err error) {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	if r.s.postgres {
		err = r.conn.Raw(func(opened any) error {
			_, err := opened.(batchingConn).Conn.Conn().CopyFrom(ctx, pgx.Identifier{t.Name}, names, pgx.CopyFromRows(rows))
			return err
		})
	} else {
		err = r.insertEach(ctx, t, names, rows)
	}
	return wrap(err, "filling the table %s", t.Name)
}

func (r *Refill) insertEach(ctx context.Context, t CopiedTable, names []string, rows [][]any) error {
	for i := range names {
		names[i] = quoteName(names[i])
	}
	insert := "INSERT INTO " + quoteName(t.Name) + " (" + strings.Join(names, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(names)-1) + ")"
	for _, row := range rows {
		if _, err := r.conn.ExecContext(ctx, insert, row...); err != nil {
			return err
		}
	}
	return nil
}

// notSent is what stands at deliveries that waited.
const notSent = "not sent: it waited when the backup was made from which this database was restored"

// silence ends what waited, and whatever was about the process that made the
// copy.
func (r *Refill) silence(ctx context.Context) error {
	for _, query := range []string{
		`UPDATE activities SET total = total - (SELECT count(*) FROM deliveries WHERE activity_id = activities.id AND state = 0)
			WHERE id IN (SELECT activity_id FROM deliveries WHERE state = 0)`,
		"UPDATE hosts SET pending = false, leased = false, next_at = 0",
	} {
		if err := r.exec(ctx, query); err != nil {
			return err
		}
	}
	if err := r.silenceLetters(ctx); err != nil {
		return err
	}
	ended, err := r.conn.ExecContext(ctx, "UPDATE deliveries SET state = 3, next_at = 0, last_error = '"+notSent+"' WHERE state = 0")
	if err == nil {
		r.unsent, err = ended.RowsAffected()
	}
	if err != nil {
		return err
	}
	return r.setSequences(ctx)
}

// silenceLetters does so for what readers were to get by mail; copies of earlier
// versions have none.
func (r *Refill) silenceLetters(ctx context.Context) error {
	if !slices.ContainsFunc(r.tables, func(t CopiedTable) bool { return t.Name == "letters" }) {
		return nil
	}
	if err := r.exec(ctx, "DELETE FROM letters"); err != nil {
		return err
	}
	return r.exec(ctx, "UPDATE subscribers SET due_at = NULL, invite_at = NULL")
}

// setSequences lets PostgreSQL count on from the highest number: what is filled
// in does not move its sequences. SQLite looks at the rows.
func (r *Refill) setSequences(ctx context.Context) error {
	if !r.s.postgres {
		return nil
	}
	var table, column string
	var counted [][2]string
	err := each(ctx, r.conn, `SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND is_identity = 'YES' ORDER BY table_name`, []any{&table, &column}, func() error {
		if !uncopied(table) {
			counted = append(counted, [2]string{table, column})
		}
		return nil
	})
	for _, c := range counted {
		if err == nil {
			err = r.exec(ctx, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%[1]s', '%[2]s'), COALESCE(MAX(%[3]s), 0) + 1, false) FROM %[4]s",
				c[0], c[1], quoteName(c[1]), quoteName(c[0])))
		}
	}
	return err
}
