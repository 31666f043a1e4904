package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/settings"
	"embraye/internal/store"
)

// migrate does what serve does first, and nothing more: no actor, no secret.
func migrate(ctx context.Context, c *call) error {
	status := false
	c.flags.BoolVar(&status, "status", false, "only say which migrations are applied")
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	s, log, err := c.load()
	if err != nil {
		return err
	}
	if err := makeDataFolder(s.DataDir); err != nil {
		return err
	}
	return explained(s, c.migrateWith(ctx, s, log, status))
}

func (c *call) migrateWith(ctx context.Context, s settings.Settings, log *slog.Logger, status bool) (err error) {
	// No key is read or written by a migration, so any secret does.
	db, err := store.Open(ctx, store.Options{URL: s.DatabaseURL, Now: c.now, Log: log, Secret: newSecret()})
	if err != nil {
		return wrongAddress(fmt.Errorf("opening the database: %w", err))
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if status {
		return c.migrationStatus(ctx, db)
	}
	applied, err := c.apply(ctx, s, db)
	if err != nil {
		return wrongAddress(fmt.Errorf("migrating the database: %w", err))
	}
	if applied == 0 {
		return c.print(map[string]int{"applied": 0}, "the database is up to date\n")
	}
	return c.print(map[string]int{"applied": applied}, "%s applied\n", embraye.Counted(applied, "migration", "migrations"))
}

// apply changes nothing under a server that runs on SQLite: an older one would
// go on with tables that it does not know.
func (c *call) apply(ctx context.Context, s settings.Settings, db *store.Store) (n int, err error) {
	states, err := db.MigrationStatus(ctx)
	if err != nil || !slices.ContainsFunc(states, func(m store.MigrationState) bool { return !m.Applied }) {
		return 0, err
	}
	lock, err := c.lockDatabase(s.DatabaseURL)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, (&wired{lock: lock}).unlock()) }()
	return db.Migrate(ctx)
}

func (c *call) migrationStatus(ctx context.Context, db *store.Store) error {
	states, err := db.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	type row struct {
		Version int64  `json:"version"`
		Name    string `json:"name"`
		Applied bool   `json:"applied"`
	}
	rows, text := []row{}, ""
	for _, m := range states {
		rows = append(rows, row{m.Version, m.Name, m.Applied})
		word := "waiting"
		if m.Applied {
			word = "applied"
		}
		text += fmt.Sprintf("%s  %s\n", word, m.Name)
	}
	return c.print(rows, "%s", text)
}
