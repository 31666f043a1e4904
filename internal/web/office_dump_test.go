package web_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/store"
)

// errLooked ends a transaction that only reads.
var errLooked = errors.New("only looked")

// dump is all that the database holds as text, but for the tables that are
// named: what a test compares, or looks for secrets in.
func (s *site) dump(without ...string) string {
	s.t.Helper()
	var out strings.Builder
	ctx := s.t.Context()
	err := s.Store.InTx(ctx, func(t store.Tables) error {
		names, err := tableNames(ctx, t.SQLTx(), s.Store.IsPostgres())
		if err != nil {
			return err
		}
		for _, name := range names {
			if slices.Contains(without, name) {
				continue
			}
			lines, err := rowsOf(ctx, t.SQLTx(), name)
			if err != nil {
				return fmt.Errorf("table %s: %w", name, err)
			}
			fmt.Fprintf(&out, "== %s\n%s\n", name, strings.Join(lines, "\n"))
		}
		return errLooked
	})
	if !errors.Is(err, errLooked) {
		s.t.Fatal(err)
	}
	return out.String()
}

func tableNames(ctx context.Context, tx *sql.Tx, postgres bool) ([]string, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_texts%' ORDER BY name`
	if postgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`
	}
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func rowsOf(ctx context.Context, tx *sql.Tx, table string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	var lines []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		var line []string
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			line = append(line, fmt.Sprintf("%s=%v", columns[i], v))
		}
		lines = append(lines, strings.Join(line, "\x1f"))
	}
	slices.Sort(lines)
	return lines, rows.Err()
}
