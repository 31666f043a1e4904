package store

import (
	"context"
	"time"
)

// MigrateTo makes a database of an earlier version, for tests.
func (s *Store) MigrateTo(ctx context.Context, version int64) error { return s.migrateTo(ctx, version) }

// ShortBeats makes whoever is silent for so long be gone, for tests.
func (s *Store) ShortBeats(beat, gone time.Duration) { s.beat, s.gone = beat, gone }
