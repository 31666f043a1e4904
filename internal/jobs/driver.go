package jobs

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// River hears of new jobs through a listener of its driver: on SQLite a table
// that it reads twenty times a second, on PostgreSQL a connection for nothing
// else. What is asked for in this process needs neither: it rings a bell. What
// another process asks for is found by the next poll. Nothing is written into
// the database for listeners, since there are none.

type sqliteDriver struct {
	*riversqlite.Driver
	bell bell
}

func newSQLite(pool *sql.DB, b bell) *sqliteDriver { return &sqliteDriver{riversqlite.New(pool), b} }

func (d *sqliteDriver) SupportsListener() bool     { return true }
func (d *sqliteDriver) SupportsListenNotify() bool { return false }
func (d *sqliteDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.bell
}

type postgresDriver struct {
	*riverdatabasesql.Driver
	bell bell
}

func newPostgres(pool *sql.DB, b bell) *postgresDriver {
	return &postgresDriver{riverdatabasesql.New(pool), b}
}

func (d *postgresDriver) SupportsListener() bool     { return true }
func (d *postgresDriver) SupportsListenNotify() bool { return false }
func (d *postgresDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.bell
}

// bell wakes this process. It rings once however often it is pulled.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// River's words for "there is something to fetch".
const (
	insertTopic   = "river_insert"
	insertPayload = `{"queue":"` + river.QueueDefault + `"}`
)

// WaitForNotification returns when the bell rings.
func (b bell) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-b:
		return &riverdriver.Notification{Topic: insertTopic, Payload: insertPayload}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A bell has no connection that could end.

func (b bell) Close(context.Context) error            { return nil }
func (b bell) Connect(context.Context) error          { return nil }
func (b bell) Listen(context.Context, string) error   { return nil }
func (b bell) Unlisten(context.Context, string) error { return nil }
func (b bell) Ping(context.Context) error             { return nil }
func (b bell) Schema() string                         { return "" }
func (b bell) SetAfterConnectExec(string)             {}
