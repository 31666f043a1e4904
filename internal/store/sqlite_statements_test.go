package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"
)

// counting counts what its connections compile.
type counting struct {
	driver.Connector
	prepared *atomic.Int64
}

func (c counting) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return countingConn{conn.(sqliteConn), c.prepared}, nil
}

type countingConn struct {
	sqliteConn
	prepared *atomic.Int64
}

func (c countingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.prepared.Add(1)
	return c.sqliteConn.PrepareContext(ctx, query)
}

func keepingPool(t *testing.T) (*sql.DB, *atomic.Int64) {
	t.Helper()
	connector, err := sqlite.NewConnector("file:" + filepath.ToSlash(filepath.Join(t.TempDir(), "kept.db")))
	if err != nil {
		t.Fatal(err)
	}
	prepared := &atomic.Int64{}
	pool := sql.OpenDB(keeping{counting{connector, prepared}})
	pool.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	return pool, prepared
}

func do(t *testing.T, pool *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func TestStatementsAreCompiledOnce(t *testing.T) {
	pool, prepared := keepingPool(t)
	do(t, pool, "CREATE TABLE things (n INTEGER PRIMARY KEY)")
	before := prepared.Load()
	for i := range 50 {
		do(t, pool, "INSERT INTO things VALUES (?)", i)
		var n int
		if err := pool.QueryRow("SELECT n FROM things WHERE n = ?", i).Scan(&n); err != nil || n != i {
			t.Fatalf("%d, %v; want %d", n, err, i)
		}
	}
	if got := prepared.Load() - before; got != 2 {
		t.Errorf("%d statements were compiled; want 2", got)
	}
}

func TestAKeptStatementSeesANewColumn(t *testing.T) {
	pool, _ := keepingPool(t)
	do(t, pool, "CREATE TABLE things (a INTEGER)")
	do(t, pool, "INSERT INTO things VALUES (1)")
	columns := func() int {
		rows, err := pool.Query("SELECT * FROM things")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil || !rows.Next() {
			t.Fatal(err, rows.Err())
		}
		return len(names)
	}
	columns()
	do(t, pool, "ALTER TABLE things ADD COLUMN b INTEGER")
	if n := columns(); n != 2 {
		t.Errorf("%d columns; want 2", n)
	}
	do(t, pool, "DROP TABLE things") // nothing kept holds it
}

func TestAStatementInUseIsNotSharedAndMayBeDropped(t *testing.T) {
	pool, _ := keepingPool(t)
	do(t, pool, "CREATE TABLE things (n INTEGER)")
	do(t, pool, "INSERT INTO things VALUES (1), (2), (3)")
	tx, err := pool.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const all = "SELECT n FROM things ORDER BY n"
	read := func(during func()) (got []int) {
		rows, err := tx.Query(all)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			got = append(got, n)
			during()
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return got
	}
	inner := func() {
		if got := read(func() {}); fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("read %v meanwhile", got)
		}
	}
	pushOut := func() {
		for i := range statementsKept + 1 {
			if _, err := tx.Exec(fmt.Sprintf("UPDATE things SET n = n + 0 WHERE n = -%d", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, during := range []func(){inner, pushOut, inner} {
		if got := read(during); fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("read %v", got)
		}
	}
}

func TestAStatementThatFailedWorksAgain(t *testing.T) {
	pool, prepared := keepingPool(t)
	do(t, pool, "CREATE TABLE things (n INTEGER PRIMARY KEY)")
	do(t, pool, "INSERT INTO things VALUES (?)", 1)
	before := prepared.Load()
	if _, err := pool.Exec("INSERT INTO things VALUES (?)", 1); err == nil {
		t.Fatal("the same key twice")
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := pool.ExecContext(ended, "INSERT INTO things VALUES (?)", 2); err == nil {
		t.Fatal("written after the end of its context")
	}
	do(t, pool, "INSERT INTO things VALUES (?)", 2)
	if got := prepared.Load() - before; got != 0 {
		t.Errorf("%d statements were compiled again", got)
	}
	if _, err := pool.Exec("INSERT INTO nowhere VALUES (1)"); err == nil {
		t.Error("no such table")
	}
}
