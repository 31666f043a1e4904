package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm"
)

// MigrateTo makes a database of an earlier version, for tests.
func (s *Store) MigrateTo(ctx context.Context, version int64) error { return s.migrateTo(ctx, version) }

// ShortBeats makes whoever is silent for so long be gone, for tests.
func (s *Store) ShortBeats(beat, gone time.Duration) { s.beat, s.gone = beat, gone }

// TraceAll takes every statement for a slow one, for tests.
func (s *Store) TraceAll(log *slog.Logger) {
	for _, db := range []*gorm.DB{s.write, s.read} {
		if db != nil {
			db.Config.Logger = gormLog{log, -1}
		}
	}
}

// Waiting is how many of this process wait for their turn to write, for tests.
func (s *Store) Waiting() int { return int(s.groups[0].waiting.Load()) }

// OneGroup makes all who write share one commit on PostgreSQL, too, for tests.
func (s *Store) OneGroup() { s.groups = s.groups[:1] }
