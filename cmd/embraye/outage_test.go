package main

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/storetest"
)

// cable is a connection to a database that can be pulled out.
type cable struct {
	net.Listener
	to string

	mu    sync.Mutex
	out   bool
	conns []net.Conn
}

func newCable(t *testing.T, network, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{Listener: l, to: to}
	t.Cleanup(func() { l.Close(); c.pull(true) })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial(network, c.to)
			if err != nil || !c.carries(near, far) {
				near.Close()
				if far != nil {
					far.Close()
				}
				continue
			}
			for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
				go func() {
					io.Copy(pair[0], pair[1])
					pair[0].Close()
				}()
			}
		}
	}()
	return c
}

func (c *cable) carries(conns ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns = append(c.conns, conns...)
	return !c.out
}

func (c *cable) pull(out bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out = out; out {
		for _, conn := range c.conns {
			conn.Close()
		}
		c.conns = nil
	}
}

// A database that goes away in a fan-out is waited for: nobody pays for it.
func TestT02DatabaseAwayInAFanOut(t *testing.T) {
	direct := storetest.EmptyURL(t, storetest.Postgres)
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	network, to := "tcp", u.Host
	if socket := u.Query().Get("host"); socket != "" {
		network, to = "unix", filepath.Join(socket, ".s.PGSQL."+cmp.Or(u.Query().Get("port"), "5432"))
	}
	cable := newCable(t, network, to)
	query := u.Query()
	query.Del("host")
	query.Del("port")
	u.Host, u.RawQuery = cable.Addr().String(), query.Encode()
	dir := filepath.Join(t.TempDir(), "data")
	outage(t, dir, []string{"EMBRAYE_DATABASE_URL=" + u.String()}, cable.pull)
}

// The same with another process that keeps SQLite from writing.
func TestT02DatabaseLockedInAFanOut(t *testing.T) {
	dir := instanceDir(t)
	db, err := sql.Open("sqlite", filepath.Join(dir, "embraye.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	outage(t, dir, nil, func(away bool) {
		statement := "ROLLBACK"
		if away {
			statement = "BEGIN IMMEDIATE"
		}
		eventually(t, statement, func() bool { _, err := db.Exec(statement); return err == nil })
	})
}

func outage(t *testing.T, dir string, settings []string, away func(bool)) {
	town := newTown(t, killHosts, 7, 40*time.Millisecond)
	env := append(loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0", "EMBRAYE_DELIVERY_CONCURRENCY=16"), settings...)
	s := serveProcess(t, env...)
	town.follow(t, dir, env)
	activities := s.publishes(killUpdates)
	eventually(t, "the fan-out is under way", func() bool { return town.count() >= killHosts/2 })
	away(true)
	eventually(t, "somebody says that deliveries wait", func() bool { return strings.Contains(s.log.String(), "deliveries wait") })
	for range 5 {
		s.status("/")
		s.status("/nowhere")
	}
	if said := s.log.String(); strings.Count(said, " path=/") > 1 {
		t.Errorf("pages of an outage are told more than once:\n%s", said)
	}
	away(false)
	eventually(t, "everybody has everything", func() bool { all, _, _ := town.served(t, activities); return all })
	eventually(t, "the queue is empty", func() bool { return queueLength(t, dir, env) == 0 })
	withInstance(t, dir, environment(env...), func(i *wired) error {
		for _, address := range activities {
			id, _ := i.App.Site.LocalActivity(embraye.IRI(address))
			a, err := i.Store.Tables().Activities.Take(context.Background(), id)
			if err != nil {
				return err
			}
			if a.Sent != killHosts || a.Total != killHosts || a.GivenUp != 0 {
				t.Errorf("%s: %s", address, fmt.Sprintf("%d of %d sent, %d given up", a.Sent, a.Total, a.GivenUp))
			}
		}
		return nil
	})
	s.stop()
}
