package store

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Most of what a message costs on PostgreSQL is waiting: each statement travels
// to the server and its answer back. So a statement whose answer nobody reads is
// sent ahead of the next one, in one go with it (pgx.Batch, the protocol's
// pipeline). The server runs them one after the other all the same, each with a
// snapshot of its own.

// unsent is a statement to be sent ahead of another.
type unsent struct {
	query string
	args  []any
}

type aheadKey struct{}

// sending hands statements to the connection, which sends them before the one
// that comes with the context.
func sending(ctx context.Context, first []unsent) context.Context {
	if len(first) == 0 {
		return ctx
	}
	return context.WithValue(ctx, aheadKey{}, first)
}

// batching is a connector whose connections send statements ahead.
type batching struct{ driver.Connector }

// Connect opens a connection that does.
func (b batching) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := b.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("store: a connection of PostgreSQL's driver is a %T", opened)
	}
	return batchingConn{conn}, nil
}

type batchingConn struct{ *stdlib.Conn }

// ExecContext sends the statements ahead and this one together.
func (c batchingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	first, _ := ctx.Value(aheadKey{}).([]unsent)
	if len(first) == 0 {
		return c.Conn.ExecContext(ctx, query, args)
	}
	own := unsent{query: query}
	for _, a := range args {
		own.args = append(own.args, a.Value)
	}
	touched, err := c.sendAll(ctx, append(first[:len(first):len(first)], own))
	return driver.RowsAffected(touched), err
}

// QueryContext sends the statements ahead before this one: two journeys.
func (c batchingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if first, _ := ctx.Value(aheadKey{}).([]unsent); len(first) > 0 {
		if _, err := c.sendAll(ctx, first); err != nil {
			return nil, err
		}
	}
	return c.Conn.QueryContext(ctx, query, args)
}

// sendAll runs statements in their order up to the first that fails, and tells
// how many rows the last one touched.
func (c batchingConn) sendAll(ctx context.Context, all []unsent) (touched int64, err error) {
	batch := &pgx.Batch{}
	for _, s := range all {
		batch.Queue(s.query, s.args...)
	}
	results := c.Conn.Conn().SendBatch(ctx, batch)
	for range all {
		tag, err := results.Exec()
		if err != nil {
			_ = results.Close() // says the same again
			return 0, err
		}
		touched = tag.RowsAffected()
	}
	return touched, results.Close()
}
