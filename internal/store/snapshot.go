package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"embraye/internal/embraye"

	driver "modernc.org/sqlite"
)

// Snapshot is one moment of the database, for a copy that either database can
// be filled with (refill.go). Whoever writes meanwhile waits for nobody.
type Snapshot struct {
	Schema int64
	Tables []CopiedTable // those that others refer to come first

	conn *sql.Conn
	end  func() error
}

// CopiedTable is one table of a copy.
type CopiedTable struct {
	Name    string         `json:"name"`
	Columns []CopiedColumn `json:"columns"`
}

// CopiedColumn is one column of a copy.
type CopiedColumn struct {
	Name string     `json:"name"`
	Kind ColumnKind `json:"kind"`
}

// ColumnKind is what a column holds, by a word that both databases share.
type ColumnKind string

// The kinds, and what a value of each is in Go; every one of them may be nil.
const (
	TextColumn    ColumnKind = "text"    // string
	IntegerColumn ColumnKind = "integer" // int64
	BooleanColumn ColumnKind = "boolean" // bool
	TimeColumn    ColumnKind = "time"    // time.Time
	BytesColumn   ColumnKind = "bytes"   // []byte
)

// kindOf reads the type of a column as the databases call it.
func kindOf(declared string) (ColumnKind, bool) {
	kind, ok := map[string]ColumnKind{
		"text": TextColumn, "character varying": TextColumn,
		"integer": IntegerColumn, "bigint": IntegerColumn, "smallint": IntegerColumn,
		"boolean":  BooleanColumn,
		"datetime": TimeColumn, "timestamp with time zone": TimeColumn,
		"blob": BytesColumn, "bytea": BytesColumn,
	}[strings.ToLower(declared)]
	return kind, ok
}

// uncopied tells tables that a copy leaves out: the versions of the shape, which
// the other database has of its own, the queue of jobs, whose chores begin anew,
// the index of words, which is kept by triggers, and what was about one running
// program: who is signed in, who tried to, who was about to, when chores were done.
func uncopied(table string) bool {
	for _, prefix := range []string{"goose_", "sqlite_", "river_", "search_"} {
		if strings.HasPrefix(table, prefix) {
			return true
		}
	}
	return table == "sessions" || table == "attempts" || table == "tickets" || table == "chores"
}

// Snapshot takes the moment; Close gives it back.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	take := s.sqliteSnapshot
	if s.postgres {
		take = s.postgresSnapshot
	}
	shot, err := take(ctx)
	if err != nil {
		return nil, wrap(err, "taking a snapshot")
	}
	if err := shot.describe(ctx, s.postgres); err != nil {
		return nil, errors.Join(wrap(err, "reading the shape of the database"), shot.Close())
	}
	return shot, nil
}

func (s *Store) postgresSnapshot(ctx context.Context) (*Snapshot, error) {
	conn, err := s.reader.Conn(ctx)
	if err != nil {
		return nil, err
	}
	end := func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, conn.Close())
	}
	if _, err := conn.ExecContext(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "+unhurried); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &Snapshot{conn: conn, end: end}, nil
}

// sqliteSnapshot copies the file beside itself: a read transaction as long as a
// slow pipe would keep the write-ahead log from ever getting shorter. What a
// killed one has left, the next one writes over.
func (s *Store) sqliteSnapshot(ctx context.Context) (*Snapshot, error) {
	path := s.path + ".backup"
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another backup of this database is under way (it holds %s): %w", path, embraye.ErrConflict), f.Close())
	}
	drop := func() error { return errors.Join(os.Remove(path), f.Close()) }
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, drop())
	}
	if err := s.copyInto(ctx, path); err != nil {
		return nil, errors.Join(err, drop())
	}
	pool, err := openCopy(path)
	if err != nil {
		return nil, errors.Join(err, drop())
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close(), drop())
	}
	return &Snapshot{conn: conn, end: func() error { return errors.Join(conn.Close(), pool.Close(), drop()) }}, nil
}

// copyInto writes one moment of a SQLite database into a file that is empty or
// not there. It reads like any reader, but those of the pool may not even do
// this (query_only).
func (s *Store) copyInto(ctx context.Context, path string) error {
	connector, err := driver.NewConnector(sqliteName(s.path, Options{BusyTimeout: 5 * time.Second}, ""))
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	_, err = pool.ExecContext(ctx, "VACUUM INTO ?", path)
	return errors.Join(err, pool.Close())
}

// Close ends the snapshot.
func (shot *Snapshot) Close() error { return wrap(shot.end(), "ending a snapshot") }

func (shot *Snapshot) describe(ctx context.Context, postgres bool) (err error) {
	if shot.Tables, err = describe(ctx, shot.conn, postgres); err != nil {
		return err
	}
	return shot.conn.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&shot.Schema)
}

// describe lists the tables that are copied and their columns, without those
// that the database computes.
func describe(ctx context.Context, conn *sql.Conn, postgres bool) (tables []CopiedTable, err error) {
	query := `SELECT m.name, c.name, c.type FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS c
		WHERE m.type = 'table' AND c.hidden = 0 ORDER BY m.name, c.cid`
	if postgres {
		query = `SELECT t.table_name, c.column_name, c.data_type FROM information_schema.tables AS t
			JOIN information_schema.columns AS c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
			WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER' ORDER BY t.table_name, c.ordinal_position`
	}
	var table, column, declared string
	err = each(ctx, conn, query, []any{&table, &column, &declared}, func() error {
		if uncopied(table) {
			return nil
		}
		kind, ok := kindOf(declared)
		if !ok {
			return fmt.Errorf("column %s.%s is of type %s, which no copy knows", table, column, declared)
		}
		if n := len(tables); n == 0 || tables[n-1].Name != table {
			tables = append(tables, CopiedTable{Name: table})
		}
		last := &tables[len(tables)-1]
		last.Columns = append(last.Columns, CopiedColumn{column, kind})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return referredFirst(ctx, conn, postgres, tables)
}

// referredFirst puts tables before those whose rows need theirs.
func referredFirst(ctx context.Context, conn *sql.Conn, postgres bool, tables []CopiedTable) (sorted []CopiedTable, err error) {
	query := `SELECT m.name, f."table" FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'`
	if postgres {
		query = `SELECT a.relname, b.relname FROM pg_constraint AS c JOIN pg_class AS a ON a.oid = c.conrelid JOIN pg_class AS b ON b.oid = c.confrelid
			WHERE c.contype = 'f' AND c.connamespace = to_regnamespace(current_schema())`
	}
	needs := map[string][]string{}
	var from, to string
	if err := each(ctx, conn, query, []any{&from, &to}, func() error { needs[from] = append(needs[from], to); return nil }); err != nil {
		return nil, err
	}
	var add func(name string)
	add = func(name string) {
		i := slices.IndexFunc(tables, func(t CopiedTable) bool { return t.Name == name })
		if i < 0 || slices.ContainsFunc(sorted, func(t CopiedTable) bool { return t.Name == name }) {
			return
		}
		for _, other := range needs[name] {
			if other != name {
				add(other)
			}
		}
		sorted = append(sorted, tables[i])
	}
	for _, t := range tables {
		add(t.Name)
	}
	return sorted, nil
}

// each reads rows one by one into the same places.
func each(ctx context.Context, conn *sql.Conn, query string, into []any, do func() error) error {
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := do(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Rows hands over the rows of a table, one by one; the slice is used again for
// the next one.
func (shot *Snapshot) Rows(ctx context.Context, t CopiedTable, do func(row []any) error) error {
	row, places := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i], places[i] = quoteName(c.Name), placeOf(c.Kind)
	}
	err := each(ctx, shot.conn, "SELECT "+strings.Join(names, ", ")+" FROM "+quoteName(t.Name), places, func() error {
		for i := range places {
			row[i] = valueOf(places[i])
		}
		return do(row)
	})
	return wrap(err, "copying the table %s", t.Name)
}

// Evidence lists the names of the files that the database knows, in order, and
// their sizes as they were kept.
func (shot *Snapshot) Evidence(ctx context.Context, do func(name string, size int64) error) error {
	var name string
	var size int64
	err := each(ctx, shot.conn, "SELECT name, size FROM evidence_files UNION SELECT file, size FROM evidence_copies WHERE state = 'kept' ORDER BY name", []any{&name, &size}, func() error { return do(name, size) })
	return wrap(err, "listing the files of evidence")
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func placeOf(kind ColumnKind) any {
	switch kind {
	case IntegerColumn:
		return new(sql.Null[int64])
	case BooleanColumn:
		return new(sql.Null[bool])
	case TimeColumn:
		return new(sql.Null[time.Time])
	case BytesColumn:
		return new(sql.Null[[]byte])
	default:
		return new(sql.Null[string])
	}
}

func valueOf(place any) any {
	switch p := place.(type) {
	case *sql.Null[int64]:
		if p.Valid {
			return p.V
		}
	case *sql.Null[bool]:
		if p.Valid {
			return p.V
		}
	case *sql.Null[time.Time]:
		if p.Valid {
			return p.V.UTC()
		}
	case *sql.Null[string]:
		if p.Valid {
			return p.V
		}
	case *sql.Null[[]byte]:
		if p.Valid {
			return append([]byte{}, p.V...) // no bytes are not NULL
		}
	}
	return nil
}
