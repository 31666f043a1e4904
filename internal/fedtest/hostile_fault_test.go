package fedtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// Section 4.4: faults. Killing the real program is the business of its own tests.
func faultRows() []row {
	published := []string{"updates", "revisions", "notes", "activities", "deliveries", "audit_entries", "log_leaves", "log_state", "public_revision", "voices", "standings", "speakers"}
	return []row{
		{number: "FT01", name: "kill -9 during a fan-out", elsewhere: "cmd/embraye"},
		{number: "FT02", name: "a fault at each table that publishing writes", run: faultAtEachTable, stores: append(published, "followers"), mib: 64},
		{number: "FT07", name: "SIGTERM under load", elsewhere: "internal/delivery"},
		{number: "FT11", name: "SQLite locked by another process", run: lockedDatabase, only: storetest.SQLite, mib: 96},
		{number: "FT12", name: "50 writers that read first", run: fiftyWriters, only: storetest.SQLite, stores: []string{"settings"}, mib: 256},
		{number: "FT18", name: "dead peers", elsewhere: "internal/delivery"},
		{number: "FT19", name: "a peer back after a long time", elsewhere: "internal/delivery"},
		{number: "FT20", name: "slow peers", elsewhere: "internal/delivery"},
		{number: "FT21", name: "503 three times", elsewhere: "internal/delivery"},
		{number: "FT22", name: "Retry-After", elsewhere: "internal/delivery"},
		{number: "FT23", name: "refusals", elsewhere: "internal/delivery"},
		{number: "FT23", name: "410 of a shared inbox", run: goneInbox, out: 3, logs: 2, stores: append(published, "followers", "removed_followers")},
		{number: "FT25", name: "poison messages", elsewhere: "internal/delivery"},
		{number: "FT29", name: "one activity 100 times at once", run: hundredAtOnce, free: true, mib: 128, stores: append([]string{"interactions", "updates"}, follows...)},
	}
}

// faultAtEachTable: whichever statement fails, publishing leaves the update and
// all its deliveries, or nothing. A trigger is the fail point.
func faultAtEachTable(b *bench) {
	ctx := context.Background()
	for i := range 3 {
		follower := b.server(fmt.Sprintf("fan%d", i)).Actor("fan")
		b.want(202, b.post(follower, activity(follower, "Follow", "follows/1", b.measure())), "a Follow")
	}
	b.w.Settle()
	publish := func() error {
		_, err := b.in.Constats.Publish(ctx, embraye.Operator(), constatInput())
		return err
	}
	before := sums(b.t, b.in.Store)
	if err := publish(); err != nil {
		b.t.Fatal(err)
	}
	var written []string
	for table, sum := range sums(b.t, b.in.Store) {
		if sum != before[table] {
			written = append(written, table)
		}
	}
	slices.Sort(written)
	for _, must := range []string{"activities", "deliveries", "public_revision", "revisions", "updates"} {
		if !slices.Contains(written, must) {
			b.t.Errorf("publishing wrote only %v", written)
		}
	}
	for _, table := range written {
		failed := 0
		for _, op := range []string{"INSERT", "UPDATE"} {
			b.w.Settle() // so that the hosts wait for work again
			before := sums(b.t, b.in.Store)
			b.failPoint(table, op)
			err := publish()
			b.noFailPoint(table)
			if err == nil {
				continue // no such statement
			}
			failed++
			for other, sum := range sums(b.t, b.in.Store) {
				if sum != before[other] {
					b.t.Errorf("%s into %s failed, and %s has changed", op, table, other)
				}
			}
		}
		if failed == 0 {
			b.t.Errorf("nothing failed at %s", table)
		}
	}
	b.w.Settle()
	if err := publish(); err != nil {
		b.t.Errorf("afterwards: %v", err)
	}
	equal(b, 3, b.count("deliveries", "state = 0"), "deliveries of what is published afterwards")
	b.ready()
}

func (b *bench) exec(statements ...string) {
	b.t.Helper()
	withSQL(b.t, b.in.Store, func(ctx context.Context, tx *sql.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
}

func (b *bench) failPoint(table, op string) {
	b.t.Helper()
	if b.in.Store.IsPostgres() {
		b.exec(`CREATE FUNCTION fail_point() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fail point'; END $$`,
			`CREATE TRIGGER fail_point AFTER `+op+` ON `+table+` FOR EACH ROW EXECUTE FUNCTION fail_point()`)
		return
	}
	b.exec(`CREATE TRIGGER fail_point AFTER ` + op + ` ON ` + table + ` BEGIN SELECT RAISE(ABORT, 'fail point'); END`)
}

func (b *bench) noFailPoint(table string) {
	b.t.Helper()
	if b.in.Store.IsPostgres() {
		b.exec(`DROP TRIGGER fail_point ON `+table, `DROP FUNCTION fail_point`)
		return
	}
	b.exec(`DROP TRIGGER fail_point`)
}

// apart runs a part of a row against an instance of its own.
func (b *bench) apart(c Config, host string, f func()) {
	ours, t := b.in, b.t
	t.Run("apart", func(sub *testing.T) {
		b.t, b.w.T, b.w.Wire.t = sub, sub, sub
		defer func() { b.t, b.w.T, b.w.Wire.t = t, t, t }()
		c.Kind, c.Log = b.kind, b.log
		reference := ours.App.Reference()
		c.Reference = reference
		b.in = b.w.instance(c, host)
		b.servers = append(b.servers, &Server{Host: host})
		f()
		b.in.Client.CloseIdle()
	})
	b.in = ours
}

// lockedDatabase: readers are served, writers are asked to come again, and
// nothing is lost.
func lockedDatabase(b *bench) {
	good := b.actor("good")
	b.expectErrors = true
	b.apart(Config{BusyTimeout: 20 * time.Millisecond}, "ft11-ours.example", func() {
		id := b.constat()
		like := good.Request(b.inbox(), activity(good, "Like", "likes/1", id))
		create := good.Request(b.inbox(), activity(good, "Create", "creates/1", note(good, "notes/1", "inReplyTo", id)))
		release := b.lock()
		for _, r := range []*http.Request{like, create, like} {
			status, header := b.sendFor(again(r))
			b.want(503, status, "a message while the database is locked")
			if wait, err := strconv.Atoi(header.Get("Retry-After")); err != nil || wait < 1 {
				b.t.Errorf("Retry-After is %q", header.Get("Retry-After"))
			}
		}
		for _, path := range []string{"/", "/@water", "/actors/water/outbox", "/nodeinfo/2.0", id[len(b.in.Site.Base):]} {
			b.want(200, b.get(path, ActivityType), "%s while the database is locked", path)
		}
		release()
		b.want(202, b.send(again(like)), "the Like later")
		b.want(202, b.send(again(create)), "the reply later")
		equal(b, 1, b.likeCount(), "likes")
		equal(b, 1, b.count("replies", ""), "replies")
	})
	b.ready()
}

// again is a request as it was, to be sent once more.
func again(r *http.Request) *http.Request {
	c := r.Clone(context.Background())
	c.Body, _ = r.GetBody()
	return c
}

// lock takes the write lock as another process would, until it is released.
func (b *bench) lock() (release func()) {
	b.t.Helper()
	other := storetest.OpenURL(b.t, b.in.URL, b.w.Clock.Now)
	locked, unlock, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- other.InTx(context.Background(), func(store.Tables) error {
			close(locked)
			<-unlock
			return errLooked
		})
	}()
	<-locked
	return func() {
		close(unlock)
		if err := <-done; !errors.Is(err, errLooked) {
			b.t.Error(err)
		}
	}
}

// fiftyWriters: a transaction that reads before it writes never fails as busy,
// and loses no other's write.
func fiftyWriters(b *bench) {
	ctx := context.Background()
	const writers, each = 50, 100
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				err := b.in.Store.InTx(ctx, func(t store.Tables) error {
					v, _, err := t.Settings.Get(ctx, "ft12")
					if err != nil {
						return err
					}
					n, _ := strconv.Atoi(v)
					return t.Settings.Set(ctx, "ft12", strconv.Itoa(n+1))
				})
				if err != nil {
					b.t.Errorf("a transaction failed: %v", err)
				}
			}
		})
	}
	all.Wait()
	equal(b, 1, b.count("settings", "key = 'ft12' AND value = '5000'"), "settings with every write in them")
}

// goneInbox: each follower behind it is asked about once, and leaves only if
// its own address is gone too (INTEROP 0.23).
func goneInbox(b *bench) {
	s := b.server("gone")
	dead, alive := s.Actor("dead"), s.Actor("alive")
	for _, a := range []*Actor{dead, alive} {
		b.want(202, b.post(a, activity(a, "Follow", "follows/"+a.Name, b.measure())), "a Follow")
	}
	b.w.Settle()
	b.constat()
	s.Answer(func(*http.Request) int { return http.StatusGone })
	s.Put("/users/dead", ActivityType, http.StatusGone, []byte(`{"id":"`+dead.ID+`","type":"Tombstone"}`))
	b.w.Settle()
	b.w.Clock.Advance(3 * 24 * time.Hour)
	b.w.Settle()
	equal(b, 0, b.count("followers", "follower = ?", dead.ID), "dead followers")
	equal(b, 1, b.count("followers", "follower = ?", alive.ID), "living followers")
}

// hundredAtOnce: a unique index decides, not a look before.
func hundredAtOnce(b *bench) {
	a := b.actor("good")
	id := b.constat()
	b.want(202, b.post(a, activity(a, "Announce", "boosts/1", id)), "a boost, so that we know the key")
	b.ready()
	for _, said := range []map[string]any{activity(a, "Like", "likes/1", id), activity(a, "Follow", "follows/1", b.measure())} {
		shared, personal := a.Request(b.inbox(), said), a.Request(b.personal("water"), said)
		var all sync.WaitGroup
		for i := range 100 {
			r := again(shared)
			if i%2 == 1 {
				r = again(personal)
			}
			all.Go(func() { b.want(202, b.send(r), "%s %d", said["type"], i) })
		}
		all.Wait()
	}
	equal(b, 1, b.likeCount(), "likes")
	equal(b, 1, b.count("updates", "id = ? AND like_count = 1", id[len(id)-26:]), "constats with one like")
	equal(b, 1, b.count("followers", ""), "followers")
	equal(b, 1, b.count("deliveries", ""), "Accepts")
}
