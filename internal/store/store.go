// Package store is the database: one small type per table, transactions, and
// the queue of deliveries. It alone knows GORM, SQL and the drivers.
//
// What always holds: reads go through Store.Tables, writes through Store.InTx,
// which hands the same set of tables bound to one transaction; the tables of
// the queue (Deliveries, Hosts) also open a transaction of their own. Every
// error names what was being done and is one of embraye's sentinels where the
// program can act on it (errors.go). Rows are embraye's structs; the shape of
// the database is plain SQL in package migrations. Keys of actors are sealed
// with the instance's secret and opened nowhere else (keys.go).
//
// On SQLite there is one writing connection and a few reading ones; a caller
// must not call InTx, nor any write of the queue, inside InTx: it would wait
// for itself.
//
// Start reading at tables.go (what there is), then tx.go, then fanout.go and
// deliveries.go for the queue.
package store

import (
	"context"
	"crypto"
	"crypto/rsa"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"embraye/internal/embraye"

	"gorm.io/gorm"
)

// Options is what Open needs.
type Options struct {
	URL    string // "sqlite:PATH" or "postgres://…"
	Now    func() time.Time
	Log    *slog.Logger
	Secret []byte // 32 bytes, seals private keys; nil: keys cannot be used
	// Signing makes another signer of a key; nil: Go signs.
	Signing func(*rsa.PrivateKey) crypto.Signer
	// BusyTimeout is how long SQLite waits for another process before a write
	// is ErrUnavailable; 0 means 5 s.
	BusyTimeout time.Duration
	// Listen puts something between the program and SQLite, for tests that hear
	// what is asked; nil: nothing.
	Listen func(driver.Connector) driver.Connector
	// Free is how many bytes can still be written in a folder; nil: the disk says.
	Free func(folder string) (int64, error)
}

func (o Options) listened(c driver.Connector) driver.Connector {
	if o.Listen == nil {
		return c
	}
	return o.Listen(c)
}

// Store is an open database.
type Store struct {
	write, read       *gorm.DB // the same pool on PostgreSQL
	writePool, reader *sql.DB
	postgres          bool
	path              string // of the file; SQLite only
	free              func(folder string) (int64, error)
	now               func() time.Time
	log               *slog.Logger
	keys              *keyring
	signing           func(*rsa.PrivateKey) crypto.Signer
	groups            []*group      // of writers: several where the database can write for several
	lone              chan struct{} // places for what lost against another group; see loners
	wal               *wal          // SQLite only
	longest           longest
	beat, gone        time.Duration // of whoever works alone, see OneAtATime
}

// Open opens the pools and proves that the database answers; it does not
// migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = 5 * time.Second
	}
	if o.Free == nil {
		o.Free = freeOn
	}
	ring, err := newKeyring(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("store: opening the database: %w", err)
	}
	s := &Store{free: o.Free, now: func() time.Time { return o.Now().UTC() }, log: o.Log, beat: beat, gone: gone, keys: ring, signing: o.Signing}
	if path, ok := strings.CutPrefix(o.URL, "sqlite:"); ok {
		err = s.openSQLite(path, o)
	} else if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		err = s.openPostgres(o)
	} else {
		return nil, fmt.Errorf("store: opening the database: the address is neither sqlite:PATH nor postgres://…: %w", embraye.ErrInvalid)
	}
	if err == nil {
		err = s.Ping(ctx)
	}
	if err != nil {
		return nil, errors.Join(wrap(err, "opening the database"), s.Close())
	}
	return s, nil
}

// config is GORM used narrowly: no implicit transactions, no prepared
// statements (they deadlock with bounded pools), errors translated.
func (s *Store) config() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 gormLog{s.log, 2 * time.Second},
		NowFunc:                s.now,
	}
}

// IsPostgres tells the two databases apart for what differs outside: one
// process or several.
func (s *Store) IsPostgres() bool { return s.postgres }

// Pool is the pool that writes, for a queue that keeps its own tables in this
// database. On SQLite it is one connection.
func (s *Store) Pool() *sql.DB { return s.writePool }

// Ping asks the database for one row.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return wrap(s.reader.QueryRowContext(ctx, "SELECT 1").Scan(&one), "asking the database")
}

// Writable proves that something can be kept, by writing what is there already.
func (s *Store) Writable(ctx context.Context) error {
	return s.once(ctx, func(t Tables) error {
		_, err := t.table.exec(ctx, "UPDATE public_revision SET revision = revision WHERE id = 1")
		return wrap(err, "writing for a trial")
	})
}

// PublicRevision is the number that every transaction which changed what the
// public sees has raised.
func (s *Store) PublicRevision(ctx context.Context) (int64, error) {
	var n int64
	err := s.reader.QueryRowContext(ctx, "SELECT revision FROM public_revision WHERE id = 1").Scan(&n)
	return n, wrap(err, "reading the public revision")
}

// Close closes the pools.
func (s *Store) Close() error {
	var errs []error
	s.wal.close()
	if s.writePool != nil {
		errs = append(errs, s.writePool.Close())
	}
	if s.reader != nil && s.reader != s.writePool {
		errs = append(errs, s.reader.Close())
	}
	return errors.Join(errs...)
}
