package store_test

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"

	"gorm.io/gorm/schema"
)

// columns maps table.column to whether it may be NULL.
func columns(t *testing.T, s *store.Store) map[string]bool {
	t.Helper()
	query := `SELECT m.name || '.' || c.name, NOT (c."notnull" OR c.pk > 0) FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS c WHERE m.type = 'table'`
	if s.IsPostgres() {
		query = "SELECT table_name || '.' || column_name, is_nullable = 'YES' FROM information_schema.columns WHERE table_schema = 'public'"
	}
	rows, err := s.Pool().QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	all := map[string]bool{}
	for rows.Next() {
		var (
			name string
			null bool
		)
		must(t, rows.Scan(&name, &null))
		// The queue is a library's. The index of words is made of whatever each database needs for it.
		if !strings.HasPrefix(name, "goose_") && !strings.HasPrefix(name, "sqlite_") && !strings.HasPrefix(name, "river_") && !strings.HasPrefix(name, "search_") {
			all[name] = null
		}
	}
	must(t, rows.Err())
	return all
}

func TestBothDatabasesHaveOneShape(t *testing.T) {
	lite, post := columns(t, storetest.Open(t, storetest.SQLite)), columns(t, storetest.Open(t, storetest.Postgres))
	equal(t, "columns and NULL, SQLite against PostgreSQL", lite, post)
	if len(lite) < 200 {
		t.Errorf("only %d columns were read", len(lite))
	}
}

// Columns that are not fields: the databases compute or keep them for the
// queue.
var unmapped = []string{"public_revision.id", "public_revision.revision", "hosts.leased", "followers.delivery_host",
	"interactions.delivery_host", "quotes.delivery_host", "replies.delivery_host"}

func TestEveryFieldIsAColumnAndEveryColumnAField(t *testing.T) {
	rows := []any{embraye.Setting{}, embraye.Actor{}, embraye.ActorKey{}, embraye.RemoteActor{}, embraye.Update{}, embraye.Revision{},
		embraye.Note{}, embraye.Activity{}, embraye.Follower{}, embraye.Follow{}, embraye.Peer{}, embraye.PeerUpdate{}, embraye.Interaction{},
		embraye.Quote{}, embraye.Reply{}, embraye.Report{}, embraye.DomainBlock{}, embraye.ActorBlock{}, embraye.Tombstone{},
		embraye.SeenActivity{}, embraye.Person{}, embraye.AuditEntry{}, embraye.Delivery{}, embraye.Host{}, embraye.Mail{},
		embraye.BoostedPost{}, embraye.Voice{}, embraye.Standing{}, embraye.Replacement{}, embraye.Divergence{}, embraye.Speaker{}, embraye.Backfill{}}
	have := columns(t, storetest.Open(t, storetest.SQLite))
	left := maps.Clone(have)
	tables := map[string]bool{}
	for _, row := range rows {
		parsed, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		must(t, err)
		tables[parsed.Table] = true
		for _, field := range parsed.Fields {
			name := parsed.Table + "." + field.DBName
			if _, ok := have[name]; !ok && field.DBName != "" {
				t.Errorf("%s has no column for %s", parsed.Table, field.Name)
			}
			if field.AutoCreateTime != 0 || field.AutoUpdateTime != 0 {
				t.Errorf("%s is set by GORM, not by the clock of the program", name)
			}
			delete(left, name)
		}
	}
	for _, name := range unmapped {
		if _, ok := left[name]; !ok {
			t.Errorf("%s is not in the database", name)
		}
		delete(left, name)
	}
	for name := range left { // tables of other rows are their own tests' matter
		if table, _, _ := strings.Cut(name, "."); !tables[table] {
			delete(left, name)
		}
	}
	if extra := slices.Sorted(maps.Keys(left)); len(extra) > 0 {
		t.Errorf("columns without a field: %v", extra)
	}
}

func TestMigrating(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			ctx := t.Context()
			s := storetest.OpenURL(t, storetest.EmptyURL(t, kind), nil)
			before, err := s.MigrationStatus(ctx)
			must(t, err)
			if len(before) == 0 || before[0].Applied || before[0].Version != 1 || before[0].Name != "0001_core.sql" {
				t.Errorf("status = %+v", before)
			}
			for _, want := range []int{len(before), 0} {
				if n, err := s.Migrate(ctx); n != want || err != nil {
					t.Errorf("Migrate = %d, %v; want %d", n, err, want)
				}
			}
			after, err := s.MigrationStatus(ctx)
			must(t, err)
			for _, m := range after {
				if !m.Applied {
					t.Errorf("%+v is not applied", m)
				}
			}
			if n, err := s.PublicRevision(ctx); n != 1 || err != nil {
				t.Errorf("public revision = %d, %v", n, err)
			}
		})
	}
}
