package fedtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"embraye/internal/store"
)

var errLooked = errors.New("only looked")

// withSQL runs plain SQL in a transaction of its own.
func withSQL(t testing.TB, s *store.Store, f func(ctx context.Context, tx *sql.Tx) error) {
	t.Helper()
	if err := trySQL(s, f); err != nil {
		t.Fatal(err)
	}
}

func trySQL(s *store.Store, f func(ctx context.Context, tx *sql.Tx) error) error {
	ctx := context.Background()
	err := s.InTx(ctx, func(tables store.Tables) error { return f(ctx, tables.SQLTx()) })
	if errors.Is(err, errLooked) {
		return nil
	}
	return err
}

// tableNames asks the database itself, so that a new table is watched too.
func tableNames(ctx context.Context, tx *sql.Tx, postgres bool) ([]string, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if postgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	names, err := column(ctx, tx, query)
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "goose_") }), err
}

// column is a query's first column as text.
func column(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v sql.NullString
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v.String)
	}
	return out, rows.Err()
}

// sums is a checksum of every table.
func sums(t testing.TB, s *store.Store) map[string]string {
	t.Helper()
	out := make(map[string]string)
	withSQL(t, s, func(ctx context.Context, tx *sql.Tx) error {
		names, err := tableNames(ctx, tx, s.IsPostgres())
		if err != nil {
			return err
		}
		for _, name := range names {
			if strings.HasPrefix(name, "search_texts") {
				continue // triggers make it of the updates, which are looked at
			}
			if out[name], err = sum(ctx, tx, name); err != nil {
				return err
			}
		}
		return errLooked
	})
	return out
}

func sum(ctx context.Context, tx *sql.Tx, table string) (string, error) {
	lines, err := dump(ctx, tx, table)
	if err != nil {
		return "", fmt.Errorf("table %s: %w", table, err)
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { // PostgreSQL: noted by the first connection after the log has begun
		return table == "settings" && strings.Contains(line, "log.copy")
	})
	slices.Sort(lines)
	return fmt.Sprintf("%d %x", len(lines), sha256.Sum256([]byte(strings.Join(lines, "\n")))), nil
}

func dump(ctx context.Context, tx *sql.Tx, table string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	var lines []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		var line []byte
		for _, v := range values {
			line = appendValue(append(line, 0x1f), v)
		}
		lines = append(lines, string(line))
	}
	return lines, rows.Err()
}

// appendValue writes a value of either driver; this runs a thousand times.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, 0)
	case string:
		return append(b, v...)
	case []byte:
		return append(b, v...)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case time.Time:
		return v.AppendFormat(b, time.RFC3339Nano)
	}
	return fmt.Append(b, v)
}

// forget empties what a row filled, so that rows do not meet.
func (s *stage) forget(t testing.TB, in *Instance) {
	t.Helper()
	withSQL(t, in.Store, func(ctx context.Context, tx *sql.Tx) error {
		for _, rows := range []string{"followers", "follows", "peers", "backfills", "peer_updates", "interactions", "quotes", "features", "replies", "peer_reviews", "review_responses", "reports",
			"domain_blocks", "aside_followers", "actor_blocks", "tombstones", "seen_activities", "deliveries", "hosts", "remote_actors",
			"revisions", "notes WHERE kind <> 'pinned'", "updates", "activities", "audit_entries",
			"voices", "replacements", "standings", "divergences", "speakers"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+rows); err != nil {
				return fmt.Errorf("emptying %s: %w", rows, err)
			}
		}
		_, err := tx.ExecContext(ctx, "UPDATE public_revision SET revision = revision + 1")
		return err
	})
}

// count counts rows of a table, all or where a condition holds.
func (b *bench) count(table, where string, args ...any) int {
	b.t.Helper()
	query := "SELECT COUNT(*) FROM " + table
	if where != "" {
		query += " WHERE " + where
	}
	if b.in.Store.IsPostgres() {
		for i := range args {
			query = strings.Replace(query, "?", fmt.Sprintf("$%d", i+1), 1)
		}
	}
	n := 0
	withSQL(b.t, b.in.Store, func(ctx context.Context, tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
			return err
		}
		return errLooked
	})
	return n
}
