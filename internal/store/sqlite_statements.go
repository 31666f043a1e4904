package store

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// statementsKept is how many prepared statements each connection to SQLite
// keeps: more than all pages and messages together use often.
const statementsKept = 128

// keeping is a connector whose connections keep what they prepared. SQLite
// takes longer to compile most of our statements than to run them, and its
// driver compiles each anew. (pgx does the same for PostgreSQL by itself.)
type keeping struct{ driver.Connector }

// sqliteConn is what a connection of the driver offers.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// Connect opens a connection that keeps its statements.
func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("store: a connection of SQLite's driver is a %T", opened)
	}
	kept, err := simplelru.NewLRU(statementsKept, func(_ string, s *statement) { s.drop() })
	return &keepingConn{conn, kept}, err
}

// keepingConn is used by one goroutine at a time, as database/sql sees to.
type keepingConn struct {
	sqliteConn
	kept *simplelru.LRU[string, *statement]
}

// statement is compiled. One that is dropped while its rows are read ends with
// them.
type statement struct {
	sqliteStmt
	busy, dropped bool
}

func (s *statement) drop() {
	s.dropped = true
	s.end()
}

func (s *statement) release() {
	s.busy = false
	s.end()
}

// end closes what nobody uses or keeps. SQLite answers with the error of its
// last run, which was told already.
func (s *statement) end() {
	if s.dropped && !s.busy {
		_ = s.Close()
	}
}

// take finds or compiles a statement; release gives it back. While its rows are
// read, the same text gets another one.
func (c *keepingConn) take(ctx context.Context, query string) (*statement, error) {
	known, found := c.kept.Get(query)
	if found && !known.busy {
		known.busy = true
		return known, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	stmt, ok := prepared.(sqliteStmt)
	if !ok {
		return nil, fmt.Errorf("store: a statement of SQLite's driver is a %T", prepared)
	}
	s := &statement{sqliteStmt: stmt, busy: true, dropped: found}
	if !found {
		c.kept.Add(query, s)
	}
	return s, nil
}

// ExecContext runs a statement without rows.
func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	defer s.release()
	return s.sqliteStmt.ExecContext(ctx, args)
}

// QueryContext runs a statement and gives its rows.
func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	read, err := s.sqliteStmt.QueryContext(ctx, args)
	if err != nil {
		s.release()
		return nil, err
	}
	rows, ok := read.(sqliteRows)
	if !ok {
		_ = read.Close()
		s.release()
		return nil, fmt.Errorf("store: rows of SQLite's driver are a %T", read)
	}
	return &keptRows{rows, s}, nil
}

// Close ends the statements, then the connection.
func (c *keepingConn) Close() error {
	c.kept.Purge()
	return c.sqliteConn.Close()
}

// Unwrap gives the driver's connection to the driver.
func (c *keepingConn) Unwrap() driver.Conn { return c.sqliteConn }

// keptRows gives the statement back at its end.
type keptRows struct {
	sqliteRows
	s *statement
}

// Close ends the rows.
func (r *keptRows) Close() error {
	defer r.s.release()
	return r.sqliteRows.Close()
}
