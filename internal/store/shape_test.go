package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
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

// Where the system had no locale, PostgreSQL makes databases that cannot hold
// every text. None of ours begins in one.
func TestH07ADatabaseOfAnotherEncodingIsRefused(t *testing.T) {
	for encoding, refused := range map[string]bool{"SQL_ASCII": true, "LATIN1": true, "UTF8": false} {
		t.Run("H07 "+encoding, func(t *testing.T) {
			where, err := url.Parse(storetest.EmptyURL(t, storetest.Postgres))
			must(t, err)
			other := storetest.Open(t, storetest.Postgres).Pool()
			name := strings.Trim(where.Path, "/") + "_" + strings.ToLower(encoding)
			_, err = other.ExecContext(t.Context(), "CREATE DATABASE "+name+" ENCODING '"+encoding+"' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
			must(t, err)
			t.Cleanup(func() {
				_, err := other.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
				must(t, err)
			})
			where.Path = "/" + name
			s, err := store.Open(t.Context(), store.Options{URL: where.String()})
			must(t, err)
			defer s.Close()
			applied, err := s.Migrate(t.Context())
			if !refused {
				must(t, err)
			} else if !errors.Is(err, embraye.ErrInvalid) || applied > 0 || !strings.Contains(err.Error(), "--encoding=UTF8 --template=template0 "+name) {
				t.Errorf("%d migrations, %v", applied, err)
			}
		})
	}
}

// An address may name several servers: all of them are named, and a standby is not
// told as a server that is away.
func TestH07AllServersOfAnAddressAreNamed(t *testing.T) {
	const url = "postgres://u@127.0.0.1:1,127.0.0.1:2/d?sslmode=disable&target_session_attrs=read-write"
	_, err := pgx.Connect(t.Context(), url)
	if said := store.Trouble(url, err).Error(); !strings.Contains(said, "127.0.0.1, port 1 and at 127.0.0.1, port 2, cannot be reached") {
		t.Error(said)
	}
	direct := storetest.EmptyURL(t, storetest.Postgres)
	standby := direct + "&target_session_attrs=standby" // it is none
	_, err = pgx.Connect(t.Context(), standby)
	if said := store.Trouble(standby, err).Error(); !strings.Contains(said, "target_session_attrs asks for") || strings.Contains(said, "sslmode=disable in it") {
		t.Error(said)
	}
}

// What PostgreSQL refuses is said with what helps, and its own words after it.
func TestH07TroubleOfPostgreSQLSaysWhatToDo(t *testing.T) {
	for code, want := range map[string]string{
		"28P01": "does not let the user u in", "28000": "does not let the user u in", "3D000": "createdb --owner=u --encoding=UTF8 --template=template0 d",
		"42501": "ALTER DATABASE d OWNER TO u", "53300": "raise max_connections", "53100": "disk of PostgreSQL is full", "25006": "only reads", "57P03": "try again",
		"42P01": "",
	} {
		t.Run("H07 "+code, func(t *testing.T) {
			raw := fmt.Errorf("asking: %w", &pgconn.PgError{Code: code, Message: "its words"})
			err := store.Trouble("postgres://u:hidden@db.example/d", raw)
			if !errors.Is(err, raw) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "its words") || strings.Contains(err.Error(), "hidden") {
				t.Errorf("%v", err)
			}
			if (err == raw) != (want == "") {
				t.Errorf("advice of nothing to advise: %v", err)
			}
		})
	}
}
