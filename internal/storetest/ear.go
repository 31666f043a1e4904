package storetest

import (
	"context"
	"database/sql/driver"
	"strings"
	"sync"
)

// An Ear hears every statement that goes to the SQLite databases that it is
// put to, but the checkpoints that the store makes when it likes.
type Ear struct {
	mu    sync.Mutex
	heard []Statement
}

// A Statement as it went to the database.
type Statement struct {
	Query string
	Args  []driver.NamedValue
}

// Listen is for store.Options.
func (e *Ear) Listen(c driver.Connector) driver.Connector { return heardConnector{c, e} }

// Heard returns what was said since the last call.
func (e *Ear) Heard() []Statement {
	e.mu.Lock()
	defer e.mu.Unlock()
	heard := e.heard
	e.heard = nil
	return heard
}

func (e *Ear) hear(query string, args []driver.NamedValue) {
	if strings.HasPrefix(query, "PRAGMA wal_checkpoint") {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, Statement{query, args})
}

type heardConnector struct {
	driver.Connector
	ear *Ear
}

func (h heardConnector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := h.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return heardConn{c.(conn), h.ear}, nil
}

// conn is what database/sql may use of a connection to SQLite.
type conn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type heardConn struct {
	conn
	ear *Ear
}

func (c heardConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.ear.hear(query, args)
	return c.conn.ExecContext(ctx, query, args)
}

func (c heardConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.ear.hear(query, args)
	return c.conn.QueryContext(ctx, query, args)
}

func (c heardConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.ear.hear(query, nil)
	return c.conn.PrepareContext(ctx, query)
}
