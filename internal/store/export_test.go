package store

import "context"

// MigrateTo makes a database of an earlier version, for tests.
func (s *Store) MigrateTo(ctx context.Context, version int64) error { return s.migrateTo(ctx, version) }
