package storetest

import (
	"context"
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
	template string // name of a migrated database
	made     atomic.Int64
}

// errAbsent means that this machine has no PostgreSQL: a reason to skip, while
// every other error is a failure.
var errAbsent = errors.New("set EMBRAYE_TEST_POSTGRES_URL or install the PostgreSQL server programs")

var postgres = sync.OnceValues(func() (*server, error) {
	address := os.Getenv("EMBRAYE_TEST_POSTGRES_URL")
	if address == "" {
		var err error
		if address, err = startCluster(); err != nil {
			return nil, err
		}
	}
	s := &server{admin: address}
	s.template = s.name()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.run(ctx, "CREATE DATABASE "+s.template); err != nil {
		return nil, err
	}
	return s, migrate(ctx, s.address(s.template))
})

// postgresURL makes a database, dropped when the test ends.
func postgresURL(t testing.TB, migrated bool) string {
	t.Helper()
	s, err := postgres()
	if errors.Is(err, errAbsent) {
		Require(t, "postgres", err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	name, template := s.name(), "template0"
	if migrated {
		template = s.template
	}
	if err := s.run(t.Context(), fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.run(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.address(name)
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

func (s *server) run(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return fmt.Errorf("connecting to the PostgreSQL of the tests: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return fmt.Errorf("running %q: %w", statement, err)
	}
	return nil
}
