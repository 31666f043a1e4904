package store

import (
	"database/sql"
	"fmt"
	"net/url"

	"github.com/libtnb/sqlite"
	"gorm.io/gorm"
	driver "modernc.org/sqlite"
)

// sqliteReaders is how many connections read beside the writer.
const sqliteReaders = 4

// openSQLite opens one writer, whose transactions take the write lock at once
// (a deferred one that reads first fails as busy whatever the timeout), and a
// pool of readers that cannot write, so that a slow report stops nobody. What the
// writer needs to undo one member of a shared transaction (group.go) is kept in
// memory: in a file each page that a member changes would be written once more.
func (s *Store) openSQLite(path string, o Options) error {
	pool := func(connections int, extra string) (*sql.DB, *gorm.DB, error) {
		connector, err := driver.NewConnector(sqliteName(path, o, extra))
		if err != nil {
			return nil, nil, err
		}
		raw := sql.OpenDB(o.listened(keeping{connector}))
		raw.SetMaxOpenConns(connections)
		raw.SetMaxIdleConns(connections)
		db, err := gorm.Open(sqlite.New(sqlite.Config{Conn: raw}), s.config())
		return raw, db, err
	}
	s.path = path
	var err error
	if s.writePool, s.write, err = pool(1, fmt.Sprintf("_txlock=immediate&_pragma=temp_store(2)&_pragma=wal_autocheckpoint(%d)", walItself)); err != nil {
		return err
	}
	s.groups = []*group{newGroup(s)}
	if s.reader, s.read, err = pool(sqliteReaders, "_pragma=query_only(1)"); err != nil {
		return err
	}
	s.wal = takeOver(s.reader, s.writePool, s.log)
	return nil
}

// sqliteName is the name of the data source. Without _time_format the driver
// writes dates that do not sort.
func sqliteName(path string, o Options, extra string) string {
	escaped := (&url.URL{Path: path}).EscapedPath()
	return fmt.Sprintf("file:%s?_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"+
		"&_pragma=foreign_keys(1)&_time_format=sqlite&_timezone=UTC&%s", escaped, o.BusyTimeout.Milliseconds(), extra)
}
