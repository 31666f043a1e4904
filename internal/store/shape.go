package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"embraye/internal/embraye"
	"embraye/migrations"
)

// NewerError is a database whose shape a later version of the program made.
// What this one would write into it, nobody has thought about.
type NewerError struct {
	Database, Program int64 // versions of the shape: found, and known at most
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database has schema %d, and this program knows schema %d at most: a later version has written it; "+
		"run that version, or put back the backup made before the upgrade", e.Database, e.Program)
}

// KnownSchema is the newest version of the shape that this program knows.
func KnownSchema() (known int64) {
	files, _ := migrations.SQLite.ReadDir("sqlite") // it is in the program
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		version, _ := strconv.ParseInt(number, 10, 64)
		known = max(known, version)
	}
	return known
}

// RefuseNewer refuses a database that a later version made. It creates nothing.
func (s *Store) RefuseNewer(ctx context.Context) error {
	found, err := s.SchemaVersion(ctx)
	if err == nil && found > KnownSchema() {
		err = &NewerError{found, KnownSchema()}
	}
	return err
}

// SchemaVersion is the version of the database's shape; 0 before the first
// migration. It creates nothing.
func (s *Store) SchemaVersion(ctx context.Context) (version int64, err error) {
	there, err := s.hasTable(ctx, "goose_db_version")
	if err == nil && there {
		err = s.reader.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)
	}
	return version, wrap(err, "reading the version of the schema")
}

// Started reports whether a first start has been through: the database then
// says to whom it belongs. It creates nothing, and may be asked of a database
// without tables.
func (s *Store) Started(ctx context.Context) (bool, error) {
	there, err := s.hasTable(ctx, "settings")
	if err != nil || !there {
		return false, wrap(err, "looking for an instance")
	}
	_, started, err := s.Tables().Settings.Get(ctx, "base_url")
	return started, err
}

// refuseEncoding refuses to begin in a database of PostgreSQL that cannot hold
// every text: where the system had no locale, it makes SQL_ASCII, in which no
// letter with an accent is one.
func refuseEncoding(ctx context.Context, s *Store) error {
	if !s.postgres {
		return nil
	}
	if begun, err := s.hasTable(ctx, "settings"); err != nil || begun {
		return wrap(err, "looking for an instance")
	}
	var encoding, name, owner string
	err := s.reader.QueryRowContext(ctx, "SELECT current_setting('server_encoding'), current_database(), current_user").Scan(&encoding, &name, &owner)
	if err != nil || encoding == "UTF8" {
		return wrap(err, "asking for the encoding")
	}
	return fmt.Errorf("the database %s keeps texts as %s, and has to keep them as UTF8: if nothing of yours is in it, make it anew (`dropdb %s`, then `createdb --owner=%s --encoding=UTF8 --template=template0 %s`): %w",
		name, encoding, name, owner, name, embraye.ErrInvalid)
}

func (s *Store) hasTable(ctx context.Context, name string) (bool, error) {
	query := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if s.postgres {
		query = "SELECT count(*) FROM pg_class WHERE oid = to_regclass($1)"
	}
	n := 0
	err := s.reader.QueryRowContext(ctx, query, name).Scan(&n)
	return n > 0, err
}

// startLock is the name of the lock under which replicas start, one after the
// other; any number that is nobody else's.
const startLock = 0x656d6272617965

// queueLock is the same for the tables of the queue, which a start makes while
// it holds its own lock, and a command without it.
const queueLock = startLock + 1

// Whoever holds a lock of these says every beat that it is there, however long its
// work takes. Of whoever says nothing for as long as gone the connection is ended: a
// frozen process would else keep all others from starting for as long as that seems
// open. It finds so when it wants to give the lock back, and ends; what it had begun
// was a transaction, or is begun again.
const (
	beat = 5 * time.Second
	gone = 2 * time.Minute
)

// OneAtATime runs f while no other replica runs its own: on PostgreSQL under a
// lock that ends with the connection. A SQLite database has one process, which
// its owner sees to.
func (s *Store) OneAtATime(ctx context.Context, f func() error) error {
	return s.alone(ctx, startLock, f)
}

func (s *Store) alone(ctx context.Context, name int64, f func() error) (err error) {
	if !s.postgres {
		return f()
	}
	conn, err := s.writePool.Conn(ctx)
	if err != nil {
		return wrap(err, "waiting for other replicas")
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := await(ctx, s, conn, name); err != nil {
		return wrap(err, "waiting for other replicas")
	}
	defer func() {
		_, unlock := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", name)
		err = errors.Join(err, wrap(unlock, "letting other replicas start"))
	}()
	defer everyBeat(s.beat, func(told context.Context) {
		_, _ = conn.ExecContext(context.WithoutCancel(told), "SELECT 1") // a lost connection is found when it gives the lock back
	})()
	return f()
}

// await takes the lock, and looks meanwhile who has it.
func await(ctx context.Context, s *Store, conn *sql.Conn, name int64) error {
	told := false
	defer everyBeat(s.beat, func(ctx context.Context) {
		if err := lookAtHolder(ctx, s, name, &told); err != nil && ctx.Err() == nil {
			s.log.Warn("this start waits for another, and cannot look at it or end its connection", "error", err)
		}
	})()
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", name)
	return err
}

// everyBeat does something again and again until what it returns is called, which
// waits for what is under way.
func everyBeat(every time.Duration, do func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			do(ctx)
		}
	})
	return func() { cancel(); work.Wait() }
}

// lookAtHolder says once for whom a start waits, and ends the connection of a holder
// that is gone. One of another role is not seen to be silent, and is left alone.
func lookAtHolder(ctx context.Context, s *Store, name int64, told *bool) error {
	var pid int64
	var program, from string
	var since time.Time
	var silent float64
	err := s.reader.QueryRowContext(ctx, `SELECT a.pid, a.application_name, COALESCE(host(a.client_addr), 'this machine'), a.backend_start,
		CASE WHEN a.state = 'idle' THEN COALESCE(EXTRACT(epoch FROM clock_timestamp() - a.state_change), 0) ELSE 0 END::float8
		FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database()
		AND l.classid::bigint = $1::bigint >> 32 AND l.objid::bigint = $1::bigint & 4294967295`, name).Scan(&pid, &program, &from, &since, &silent)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it was given back just now
	}
	if err != nil {
		return err
	}
	holder := []any{"pid", pid, "from", from, "application", program, "connected", since, "silentSeconds", int(silent)}
	if !*told {
		*told = true
		s.log.Info("another start or restore is under way in this database: this one waits for it", holder...)
	}
	if silent < s.gone.Seconds() {
		return nil
	}
	s.log.Warn("the start that this one waits for is frozen or gone: its connection is ended", holder...)
	_, err = s.reader.ExecContext(ctx, "SELECT pg_terminate_backend($1)", pid)
	return err
}

// UseSecret gives the secret that seals private keys, before the first key is
// made or opened: whether it has to exist depends on what the database holds.
func (s *Store) UseSecret(secret []byte) (err error) {
	s.keys, err = newKeyring(secret)
	return err
}
