// Package migrations holds the database's shape as plain SQL, once for SQLite
// and once for PostgreSQL, in goose's form. The same numbers and names exist in
// both folders and make the same tables and columns (a test compares them).
//
// Numbers only grow. One that is missing below the newest stays missing: goose
// refuses databases that are past it.
//
// A migration only adds while replicas of the version before still run. Each
// table says in a comment why it exists: start reading at
// postgres/0001_core.sql.
package migrations

import "embed"

// SQLite and Postgres are the folders sqlite/ and postgres/.
var (
	//go:embed sqlite/*.sql
	SQLite embed.FS
	//go:embed postgres/*.sql
	Postgres embed.FS
)
