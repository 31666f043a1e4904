package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is a PostgreSQL that this test binary may make databases on.
type server struct {
	admin    string // address of its maintenance database
	template string // name of a migrated database; none on somebody else's server, where nothing may stay
	made     atomic.Int64
	mu       sync.Mutex
	free     []string // migrated databases whose tests have ended
}

// seed keeps what migrations put into tables; empty brings a database back to
// that. Deleting is much faster than TRUNCATE for the few rows of a test.
const (
	seed = `CREATE SCHEMA seed;
DO $$ DECLARE t text; n bigint; BEGIN
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' LOOP
		EXECUTE format('SELECT count(*) FROM public.%I', t) INTO n;
		IF n > 0 THEN EXECUTE format('CREATE TABLE seed.%I AS TABLE public.%I', t, t); END IF;
	END LOOP;
END $$`
	empty = `DO $$ DECLARE t text; BEGIN
	SET LOCAL session_replication_role = replica; -- foreign keys rest meanwhile
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' LOOP
		EXECUTE format('DELETE FROM public.%I', t);
	END LOOP;
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'seed' LOOP
		EXECUTE format('INSERT INTO public.%I TABLE seed.%I', t, t);
	END LOOP;
	FOR t IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
			AND sequencename NOT LIKE 'goose%' LOOP
		PERFORM setval(format('public.%I', t), 1, false);
	END LOOP;
END $$`
)

// errAbsent means that this machine has no PostgreSQL: a reason to skip, while
// every other error is a failure.
var errAbsent = errors.New("set EMBRAYE_TEST_POSTGRES_URL or install the PostgreSQL server programs")

var postgres = sync.OnceValues(func() (*server, error) {
	if address := os.Getenv("EMBRAYE_TEST_POSTGRES_URL"); address != "" {
		return &server{admin: address}, nil
	}
	address, err := startCluster()
	if err != nil {
		return nil, err
	}
	s := &server{admin: address}
	s.template = s.name()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := s.run(ctx, "", "CREATE DATABASE "+s.template+" TEMPLATE template0"); err != nil {
		return nil, err
	}
	if err := migrate(ctx, s.address(s.template)); err != nil {
		return nil, err
	}
	return s, s.run(ctx, s.template, seed)
})

// postgresURL makes a database. A migrated one is emptied and used again when
// its test has ended: making one costs more than most tests.
func postgresURL(t testing.TB, migrated bool) string {
	t.Helper()
	s, err := postgres()
	if errors.Is(err, errAbsent) {
		Require(t, "postgres", err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	if name, ok := s.used(); ok && migrated {
		if err := s.run(t.Context(), name, empty); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.give(name) })
		return s.address(name)
	} else if ok {
		s.give(name)
	}
	name, template := s.name(), "template0"
	if migrated && s.template != "" {
		template = s.template
	}
	if err := s.run(t.Context(), "", fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if template == s.template {
			s.give(name)
		} else if err := s.run(context.Background(), "", "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	if migrated && s.template == "" {
		if err := migrate(t.Context(), s.address(name)); err != nil {
			t.Fatal(err)
		}
	}
	return s.address(name)
}

// used takes a database that no test uses any more.
func (s *server) used() (name string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) == 0 {
		return "", false
	}
	name = s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	return name, true
}

func (s *server) give(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, name)
}

// name is one that parallel test binaries on one server do not share.
func (s *server) name() string {
	return fmt.Sprintf("embraye_test_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), s.made.Add(1))
}

func (s *server) address(database string) string {
	u, err := url.Parse(s.admin)
	if err != nil { // run has parsed it before
		panic(err)
	}
	u.Path = "/" + database
	return u.String()
}

// run runs statements in a database, the maintenance one if it has no name.
func (s *server) run(ctx context.Context, database, statements string) error {
	address := s.admin
	if database != "" {
		address = s.address(database)
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("connecting to the PostgreSQL of the tests: %w", err)
	}
	_, err = conn.Exec(ctx, statements)
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return fmt.Errorf("running %q: %w", statements, err)
	}
	return nil
}

// LockIsWaitedFor tells whether somebody waits for an advisory lock of another's.
func LockIsWaitedFor(t testing.TB, pool *sql.DB) (waits bool) {
	t.Helper()
	err := pool.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waits)
	if err != nil {
		t.Fatal(err)
	}
	return waits
}
