package store

import (
	"context"
	"database/sql"
	"log/slog"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// The queue of jobs keeps its own tables (river_…) in this database and brings
// the steps that make them; package jobs is the only one that uses them.

func queueSteps(s *Store) (*rivermigrate.Migrator[*sql.Tx], error) {
	var driver riverdriver.Driver[*sql.Tx] = riversqlite.New(s.writePool)
	if s.postgres {
		driver = riverdatabasesql.New(s.writePool)
	}
	steps, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	return steps, wrap(err, "reading the migrations of the queue")
}

// migrateQueue applies the queue's steps that are missing.
func migrateQueue(ctx context.Context, s *Store) (applied int, err error) {
	steps, err := queueSteps(s)
	if err != nil {
		return 0, err
	}
	err = s.alone(ctx, queueLock, func() error {
		result, err := steps.Migrate(ctx, rivermigrate.DirectionUp, nil)
		if err == nil {
			applied = len(result.Versions)
		}
		return wrap(err, "migrating the queue")
	})
	return applied, err
}

// queueStatus lists the queue's steps in order.
func queueStatus(ctx context.Context, s *Store) ([]MigrationState, error) {
	steps, err := queueSteps(s)
	if err != nil {
		return nil, err
	}
	there, err := steps.ExistingVersions(ctx)
	if err != nil {
		return nil, wrap(err, "reading the state of the queue's migrations")
	}
	applied := map[int]bool{}
	for _, m := range there {
		applied[m.Version] = true
	}
	var states []MigrationState
	for _, m := range steps.AllVersions() {
		states = append(states, MigrationState{int64(m.Version), "queue: " + m.Name, applied[m.Version]})
	}
	return states, nil
}
