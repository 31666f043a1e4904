package store

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"embraye/migrations"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// MigrationState is one step of the database's shape.
type MigrationState struct {
	Version int64
	Name    string
	Applied bool
}

// Migrate applies the steps that are missing, ours and then those of the queue
// of jobs, and tells how many there were; then it joins the scopes that were
// told apart by the way their names were typed, and keeps where scopes stand of
// the constats of before.
// Replicas that start together wait for each other on PostgreSQL. A SQLite
// database is copied first (before_upgrade.go). Each step is one transaction with
// the number that says it is done: what is cut off goes on from there.
func (s *Store) Migrate(ctx context.Context) (applied int, err error) {
	provider, err := s.migrations(ctx)
	if err != nil {
		return 0, err
	}
	if err := refuseEncoding(ctx, s); err != nil {
		return 0, err
	}
	if err := s.keepBefore(ctx); err != nil {
		return 0, err
	}
	results, err := sortingInFiles(ctx, s, provider.Up)
	if err != nil {
		return len(results), wrap(err, "migrating")
	}
	queue, err := migrateQueue(ctx, s)
	if err != nil {
		return len(results) + queue, err
	}
	if err := s.joinScopes(ctx); err != nil {
		return len(results) + queue, err
	}
	if err := s.nameCopies(ctx); err != nil {
		return len(results) + queue, err
	}
	return len(results) + queue, s.fillStandings(ctx)
}

// sortingInFiles runs migrations so that what SQLite sorts for an index of a big
// table takes no memory, as all else that the writer sets aside does.
func sortingInFiles(ctx context.Context, s *Store, up func(context.Context) ([]*goose.MigrationResult, error)) ([]*goose.MigrationResult, error) {
	if s.postgres {
		return up(ctx)
	}
	if _, err := s.writePool.ExecContext(ctx, "PRAGMA temp_store = FILE"); err != nil {
		return nil, err
	}
	results, err := up(ctx)
	_, again := s.writePool.ExecContext(context.WithoutCancel(ctx), "PRAGMA temp_store = MEMORY")
	return results, errors.Join(err, again)
}

// MigrationStatus lists all steps in order.
func (s *Store) MigrationStatus(ctx context.Context) ([]MigrationState, error) {
	provider, err := s.migrations(ctx)
	if err != nil {
		return nil, err
	}
	status, err := provider.Status(ctx)
	if err != nil {
		return nil, wrap(err, "reading the state of migrations")
	}
	states := make([]MigrationState, len(status))
	for i, m := range status {
		states[i] = MigrationState{m.Source.Version, path.Base(m.Source.Path), m.State == goose.StateApplied}
	}
	queue, err := queueStatus(ctx, s)
	return append(states, queue...), err
}

// migrations refuses a database that a later version made: to read one is as
// wrong as to write it.
func (s *Store) migrations(ctx context.Context) (*goose.Provider, error) {
	var (
		dialect       = goose.DialectSQLite3
		all     fs.FS = migrations.SQLite
		folder        = "sqlite"
		options []goose.ProviderOption
	)
	if s.postgres {
		dialect, all, folder = goose.DialectPostgres, migrations.Postgres, "postgres"
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, wrap(err, "preparing the lock of migrations")
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(all, folder)
	if err != nil {
		return nil, wrap(err, "reading the migrations")
	}
	options = append(options, goose.WithDisableGlobalRegistry(true))
	provider, err := goose.NewProvider(dialect, s.writePool, files, options...)
	if err != nil {
		return nil, wrap(err, "reading the migrations")
	}
	return provider, s.RefuseNewer(ctx)
}
