package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

var now = storetest.Start.UnixMilli()

// send adds an activity and fans it out.
func send(t testing.TB, s *store.Store, a *embraye.Activity, to store.Targets) (total int) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx store.Tables) (err error) {
		if err := tx.Activities.Insert(ctx, a); err != nil {
			return err
		}
		total, err = tx.Deliveries.FanOut(ctx, a, to)
		return err
	})
	return total
}

func inboxes(hosts ...string) (all []embraye.IRI) {
	for _, host := range hosts {
		all = append(all, storetest.SharedInbox(host))
	}
	return all
}

// reached lists the inboxes of an activity, sorted.
func reached(t testing.TB, s *store.Store, activity string) (all []embraye.IRI) {
	t.Helper()
	rows, err := s.Tables().Deliveries.OfActivity(t.Context(), activity)
	must(t, err)
	for _, d := range rows {
		all = append(all, d.Inbox)
	}
	slices.Sort(all)
	return all
}

func claim(t testing.TB, s *store.Store, at int64) (hosts []string) {
	t.Helper()
	claimed, err := s.Tables().Deliveries.ClaimHosts(t.Context(), at, at+1000, 10)
	must(t, err)
	for _, h := range claimed {
		hosts = append(hosts, h.Host)
	}
	slices.Sort(hosts)
	return hosts
}

func due(t testing.TB, s *store.Store, host string, at int64) []store.Job {
	t.Helper()
	jobs, err := s.Tables().Deliveries.Due(t.Context(), []string{host}, at, 20)
	must(t, err)
	return jobs
}

func finish(t testing.TB, s *store.Store, results ...store.Result) {
	t.Helper()
	must(t, s.Tables().Deliveries.Finish(t.Context(), results))
}

func outcome(j store.Job, state embraye.DeliveryState) store.Outcome {
	return store.Outcome{DeliveryID: j.ID, ActivityID: j.ActivityID, State: state, Attempts: j.Attempts + 1, LastStatus: 202}
}

func counters(t testing.TB, s *store.Store, id string) [3]int {
	t.Helper()
	a, err := s.Tables().Activities.Take(t.Context(), id)
	must(t, err)
	return [3]int{a.Total, a.Sent, a.GivenUp}
}

func TestFanOutReachesEachInboxOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			lonely := storetest.Follower("c.example:8443", 1)
			lonely.Delivery = lonely.Inbox
			for _, f := range []*embraye.Follower{storetest.Follower("a.example", 1), storetest.Follower("a.example", 2), lonely, storetest.Follower("x.evil.example", 1)} {
				if err := tx.Followers.Upsert(ctx, f); err != nil {
					return err
				}
			}
			return tx.DomainBlocks.Add(ctx, &embraye.DomainBlock{Domain: "evil.example", Severity: "suspend", CreatedAt: storetest.Start})
		})
		a := storetest.Activity(1)
		to := store.Targets{FollowersOf: []string{"mesure1", "organisation"}, Inboxes: inboxes("a.example", "b.example", "evil.example")}
		if n := send(t, s, a, to); n != 3 || a.Total != 3 {
			t.Errorf("FanOut = %d, total %d; want 3", n, a.Total)
		}
		equal(t, "inboxes", reached(t, s, a.ID), []embraye.IRI{"https://a.example/inbox", "https://b.example/inbox", "https://c.example:8443/users/u1/inbox"})
		equal(t, "hosts", claim(t, s, now), []string{"a.example", "b.example", "c.example:8443"})
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			n, err := tx.Deliveries.FanOut(ctx, a, to)
			if n != 0 {
				t.Errorf("fanned out again: %d", n)
			}
			return err
		})
		equal(t, "counters", counters(t, s, a.ID), [3]int{3, 0, 0})
		refused(t, s, embraye.ErrNotFound, func(ctx context.Context, tx store.Tables) error {
			_, err := tx.Deliveries.FanOut(ctx, storetest.Activity(404), to)
			return err
		})
	})
}

func TestFanOutToThoseWhoKnowAnObject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		object := storetest.Object(1)
		send(t, s, storetest.Activity(1), store.Targets{Inboxes: inboxes("got.example", "dropped.example")})
		note := storetest.Activity(2)
		note.Type, note.Object = "Accept", string(object)
		send(t, s, note, store.Targets{Inboxes: inboxes("accepted.example")})
		if n, err := s.Tables().Deliveries.Drop(t.Context(), "dropped.example"); n != 1 || err != nil {
			t.Fatalf("Drop = %d, %v", n, err)
		}
		write(t, s, func(ctx context.Context, tx store.Tables) error {
			_, err := tx.Interactions.Add(ctx, storetest.Interaction(embraye.Like, "likes.example", 1, 1), "", store.Counter{})
			_, err2 := tx.Interactions.Add(ctx, storetest.Interaction(embraye.Like, "other.example", 1, 2), "", store.Counter{})
			_, err3 := tx.Interactions.Add(ctx, storetest.Interaction(embraye.Boost, "boosts.example", 1, 1), "", store.Counter{})
			_, err4 := tx.Replies.Insert(ctx, &embraye.Reply{URI: "https://replies.example/1", Object: object, State: embraye.ReplyHidden,
				Delivery: storetest.SharedInbox("replies.example"), PublishedAt: storetest.Start, ReceivedAt: storetest.Start})
			return errors.Join(err, err2, err3, err4, tx.Quotes.Insert(ctx, &embraye.Quote{ID: storetest.ID(1), Object: object,
				Quoting: "https://quotes.example/1", Delivery: storetest.SharedInbox("quotes.example"), CreatedAt: storetest.Start}))
		})
		del := storetest.Activity(3)
		del.Type, del.Object = "Delete", string(object)
		if n := send(t, s, del, store.Targets{Object: object}); n != 5 {
			t.Errorf("FanOut = %d, want 5", n)
		}
		equal(t, "inboxes", reached(t, s, del.ID), inboxes("boosts.example", "got.example", "likes.example", "quotes.example", "replies.example"))
	})
}

func TestAHostIsClaimedOnceAndItsLeaseEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		send(t, s, storetest.Activity(1), store.Targets{Inboxes: inboxes("a.example")})
		equal(t, "first claim", claim(t, s, now), []string{"a.example"})
		equal(t, "while leased", claim(t, s, now), nil)
		// New work and contact must not end the lease.
		send(t, s, storetest.Activity(2), store.Targets{Inboxes: inboxes("a.example")})
		must(t, s.Tables().Hosts.Touch(t.Context(), "a.example"))
		equal(t, "leased with new work", claim(t, s, now+999), nil)
		equal(t, "after the lease", claim(t, s, now+1000), []string{"a.example"})
	})
}

// A replica that is frozen in the middle of a transaction holds the rows that it
// changed until PostgreSQL undoes it; then the others go on, and it is told when it
// thaws, and works again.
func TestAFrozenReplicaGivesItsRowsBack(t *testing.T) {
	address := storetest.URL(t, storetest.Postgres)
	soon, err := url.Parse(address)
	must(t, err)
	query := soon.Query()
	query.Set("idle_in_transaction_session_timeout", "3s")
	soon.RawQuery = query.Encode()
	clock := func() time.Time { return storetest.Start }
	frozen, other := storetest.OpenURL(t, soon.String(), clock), storetest.OpenURL(t, address, clock)
	send(t, other, storetest.Activity(1), store.Targets{Inboxes: inboxes("a.example")})
	err = frozen.InTx(t.Context(), func(tables store.Tables) error {
		_, err := tables.SQLTx().ExecContext(t.Context(), "UPDATE hosts SET failures = 9")
		must(t, err)
		equal(t, "while it is held", claim(t, other, now), nil)
		for range 3000 {
			if len(claim(t, other, now)) > 0 {
				return nil
			}
			time.Sleep(10 * time.Millisecond) // half a minute in all; nothing depends on it
		}
		t.Error("nobody ended the transaction")
		return nil
	})
	if !errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("the one that thawed heard %v, want that the database was away", err)
	}
	equal(t, "it works again", claim(t, frozen, now+1000), []string{"a.example"})
	var timeout string
	must(t, other.InTx(t.Context(), func(tables store.Tables) error {
		return tables.SQLTx().QueryRowContext(t.Context(), "SHOW idle_in_transaction_session_timeout").Scan(&timeout)
	}))
	if timeout != "15s" {
		t.Errorf("a transaction may be idle for %s, want 15s: less than a delivery's lease", timeout)
	}
}

func TestTwoClaimersShareNothing(t *testing.T) {
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			const hosts, processes, claimers = 60, 2, 4
			url, claimed, done := storetest.URL(t, kind), make(chan string, 2*hosts), make(chan error, claimers)
			stores := [processes]*store.Store{storetest.OpenURL(t, url, nil), storetest.OpenURL(t, url, nil)}
			queue(t, stores[0], hosts, 1)
			for n := range claimers {
				go func() { done <- claimAll(t, stores[n%processes], claimed) }()
			}
			for range claimers {
				must(t, <-done)
			}
			close(claimed)
			seen := map[string]bool{}
			for host := range claimed {
				if seen[host] {
					t.Errorf("%s was claimed twice", host)
				}
				seen[host] = true
			}
			if len(seen) != hosts {
				t.Errorf("%d hosts claimed, want %d", len(seen), hosts)
			}
		})
	}
}

// claimAll claims until nothing is left. Others may hold what is due for the
// moment of their claim, so an empty one is not the end.
func claimAll(t *testing.T, s *store.Store, claimed chan<- string) error {
	d, at := s.Tables().Deliveries, time.Now().UnixMilli()
	for {
		got, err := d.ClaimHosts(t.Context(), at, at+60_000, 3)
		if err != nil {
			return err
		}
		for _, h := range got {
			claimed <- h.Host
		}
		if next, err := d.NextDue(t.Context()); err != nil || next > at {
			return err
		}
	}
}

func TestDueIsOldestFirstAndKeepsTheOrderOfAnObject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		to := store.Targets{Inboxes: inboxes("a.example")}
		for n := range 4 {
			a := storetest.Activity(n)
			if n == 2 {
				a.Type, a.Object = "Update", string(storetest.Object(0))
			}
			send(t, s, a, to)
		}
		claim(t, s, now)
		jobs := due(t, s, "a.example", now)
		ids := func(jobs []store.Job) (ids []string) {
			for _, j := range jobs {
				ids = append(ids, j.ActivityID)
			}
			return ids
		}
		id := storetest.ID
		equal(t, "all", ids(jobs), []string{id(0), id(1), id(2), id(3)})
		if j := jobs[0]; string(j.Body) != `{"type":"Create"}` || j.KeyID != 1 || j.Actor != "mesure1" || j.Type != "Create" {
			t.Errorf("job = %+v", j)
		}
		if few, err := s.Tables().Deliveries.Due(t.Context(), []string{"a.example", "nobody.example"}, now, 2); err != nil || len(few) != 2 {
			t.Errorf("at most 2 per host: %v, %v", ids(few), err)
		}
		// The first one has to wait: the Update of its object must not overtake it.
		wait := outcome(jobs[0], embraye.DeliveryWaiting)
		wait.NextAt = now + 5000
		finish(t, s, store.Result{Host: "a.example", Done: []store.Outcome{wait}, HostNextAt: now})
		equal(t, "claimed for the others", claim(t, s, now), []string{"a.example"})
		equal(t, "others", ids(due(t, s, "a.example", now)), []string{id(1), id(3)})
		finish(t, s, store.Result{Host: "a.example", HostNextAt: now,
			Done: []store.Outcome{outcome(jobs[1], embraye.DeliverySent), outcome(jobs[3], embraye.DeliverySent)}})
		// Nothing else is free: the host is not claimed over and over meanwhile.
		equal(t, "before its time", claim(t, s, now+4999), nil)
		if next, err := s.Tables().Deliveries.NextDue(t.Context()); next != now+5000 || err != nil {
			t.Errorf("NextDue = %d, %v; want %d", next, err, now+5000)
		}
		// But new work for the host does not wait for that.
		send(t, s, storetest.Activity(9), to)
		equal(t, "claimed for new work", claim(t, s, now), []string{"a.example"})
		equal(t, "new work", ids(due(t, s, "a.example", now)), []string{id(9)})
		equal(t, "in its time", ids(due(t, s, "a.example", now+5000)), []string{id(0), id(2), id(9)})
	})
}

func TestFinish(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := storetest.Activity(1)
		send(t, s, a, store.Targets{Inboxes: inboxes("a.example", "b.example", "c.example", "d.example")})
		claim(t, s, now)
		host := func(name string, o store.Outcome) store.Result {
			return store.Result{Host: name, Done: []store.Outcome{o}, HostNextAt: now, SeenAt: now}
		}
		job := func(name string) store.Job { return due(t, s, name, now)[0] }
		failing := store.Result{Host: "b.example", Done: []store.Outcome{{DeliveryID: job("b.example").ID, ActivityID: a.ID, Attempts: 1, LastStatus: 503, LastError: "busy"}},
			HostNextAt: now + 60_000, Failures: 1, LastError: "busy", FailingSince: now}
		sent := host("a.example", outcome(job("a.example"), embraye.DeliverySent))
		sent.Scheme = "rfc9421"
		results := []store.Result{sent, failing, host("c.example", outcome(job("c.example"), embraye.DeliveryGivenUp)),
			host("d.example", outcome(job("d.example"), embraye.DeliveryDropped))}
		finish(t, s, results...)
		finish(t, s, results[0], results[2]) // another process after a lease: not counted again
		equal(t, "counters", counters(t, s, a.ID), [3]int{3, 1, 1})
		hosts, err := s.Tables().Hosts.List(ctx)
		must(t, err)
		equal(t, "hosts", hosts, []embraye.Host{
			{Host: "a.example", NextAt: now, Scheme: "rfc9421", SeenAt: now},
			{Host: "b.example", NextAt: now + 60_000, Pending: true, Failures: 1, LastError: "busy", FailingSince: now},
			{Host: "c.example", NextAt: now, SeenAt: now}, {Host: "d.example", NextAt: now, SeenAt: now}})
		stats, err := s.Tables().Deliveries.Stats(ctx)
		must(t, err)
		equal(t, "stats", stats, store.DeliveryStats{Waiting: 1, GivenUp: 1, FailingHosts: 1, Oldest: now})

		// A failing host's back-off outlives new work, not contact from it.
		send(t, s, storetest.Activity(2), store.Targets{Inboxes: inboxes("b.example")})
		equal(t, "failing", claim(t, s, now), nil)
		must(t, s.Tables().Hosts.Touch(ctx, "b.example"))
		must(t, s.Tables().Hosts.Touch(ctx, "stranger.example"))
		equal(t, "reopened", claim(t, s, now), []string{"b.example"})
		if _, err := s.Tables().Hosts.Take(ctx, "stranger.example"); !errors.Is(err, embraye.ErrNotFound) {
			t.Errorf("a stranger was written down: %v", err)
		}
	})
}

func TestRetryAndDrop(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := storetest.Activity(1)
		send(t, s, a, store.Targets{Inboxes: inboxes("a.example", "sub.b_c.example:8443", "bxc.example", "b_c.example")})
		for _, host := range claim(t, s, now) {
			if host != "b_c.example" {
				finish(t, s, store.Result{Host: host, Done: []store.Outcome{outcome(due(t, s, host, now)[0], embraye.DeliveryGivenUp)}, HostNextAt: now})
			}
		}
		equal(t, "given up", counters(t, s, a.ID), [3]int{4, 0, 3})
		d := s.Tables().Deliveries
		if n, err := d.DropHostSuffix(ctx, "unknown.example"); n != 0 || err != nil {
			t.Errorf("DropHostSuffix of a domain without a host = %d, %v", n, err)
		}
		if n, err := d.DropHostSuffix(ctx, "b_c.example"); n != 2 || err != nil {
			t.Errorf("DropHostSuffix = %d, %v; want 2", n, err)
		}
		equal(t, "after dropping", counters(t, s, a.ID), [3]int{2, 0, 2})
		if n, err := d.Retry(ctx, "a.example"); n != 1 || err != nil {
			t.Errorf("Retry = %d, %v; want 1", n, err)
		}
		equal(t, "after one retry", counters(t, s, a.ID), [3]int{2, 0, 1})
		equal(t, "claimed again", claim(t, s, now), []string{"a.example"})
		if n, err := d.Retry(ctx, ""); n != 1 || err != nil {
			t.Errorf("Retry of all = %d, %v; want 1", n, err)
		}
		equal(t, "the other too, the lease stays", claim(t, s, now), []string{"bxc.example"})
		waiting, err := d.List(ctx, store.DeliveryFilter{State: embraye.DeliveryWaiting})
		if err != nil || len(waiting) != 2 || waiting[0].Attempts != 0 {
			t.Errorf("waiting = %+v, %v", waiting, err)
		}
		if _, err := d.Drop(ctx, ""); !errors.Is(err, embraye.ErrInvalid) {
			t.Errorf("Drop of no host: %v", err)
		}
	})
}

func TestSweepAndScheme(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		send(t, s, storetest.Activity(1), store.Targets{Inboxes: inboxes("a.example")})
		pool := s.Pool()
		if _, err := pool.ExecContext(ctx, "DELETE FROM hosts"); err != nil {
			t.Fatal(err)
		}
		equal(t, "lost", claim(t, s, now), nil)
		must(t, s.Tables().Deliveries.Sweep(ctx))
		equal(t, "found", claim(t, s, now), []string{"a.example"})
		for _, scheme := range []string{"cavage", "rfc9421", "rfc9421"} {
			for _, host := range []string{"a.example", "new.example"} {
				must(t, s.Tables().Hosts.SetScheme(ctx, host, scheme))
				if h, err := s.Tables().Hosts.Take(ctx, host); err != nil || h.Scheme != scheme {
					t.Errorf("host = %+v, %v; want %s", h, err, scheme)
				}
			}
		}
		equal(t, "lease kept, new host has no work", claim(t, s, now), nil)
	})
}

// A fan-out that commits while a finisher waits for the host's row must leave
// the host pending (PostgreSQL, read committed). It is kept at its end, where it has
// that row, by who has the public revision.
func TestFinishSeesAFanOutThatCommitsMeanwhile(t *testing.T) {
	url, ctx := storetest.URL(t, storetest.Postgres), t.Context()
	clock := func() time.Time { return storetest.Start }
	s, other := storetest.OpenURL(t, url, clock), storetest.OpenURL(t, url, clock)
	send(t, s, storetest.Activity(1), store.Targets{Inboxes: inboxes("a.example")})
	claim(t, s, now)
	job := due(t, s, "a.example", now)[0]
	third, err := s.Pool().BeginTx(ctx, nil)
	must(t, err)
	defer third.Rollback()
	_, err = third.ExecContext(ctx, "UPDATE public_revision SET revision = revision")
	must(t, err)
	sent, finished := make(chan error, 1), make(chan error, 1)
	go func() {
		sent <- s.InTx(ctx, func(tx store.Tables) error {
			a := storetest.Activity(2)
			err := tx.Activities.Insert(ctx, a)
			if err == nil {
				_, err = tx.Deliveries.FanOut(ctx, a, store.Targets{Inboxes: inboxes("a.example")})
			}
			tx.Changed()
			return err
		})
	}()
	must(t, untilBlocked(ctx, s, 1))
	go func() {
		finished <- other.Tables().Deliveries.Finish(ctx, []store.Result{{Host: "a.example", Done: []store.Outcome{outcome(job, embraye.DeliverySent)}, HostNextAt: now}})
	}()
	must(t, untilBlocked(ctx, s, 2))
	must(t, third.Rollback())
	must(t, errors.Join(<-sent, <-finished))
	if h, err := s.Tables().Hosts.Take(ctx, "a.example"); err != nil || !h.Pending {
		t.Errorf("host = %+v, %v; want it pending", h, err)
	}
	equal(t, "claimed", claim(t, s, now), []string{"a.example"})
}

// untilBlocked returns when so many connections of this database wait for a lock.
func untilBlocked(ctx context.Context, s *store.Store, n int) error {
	for {
		var waiting int
		err := s.Pool().QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil || waiting >= n {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("nobody waits: %w", ctx.Err())
		}
	}
}
