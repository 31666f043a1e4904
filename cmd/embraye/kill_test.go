package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/storetest"

	_ "modernc.org/sqlite"
)

const (
	killHosts   = 200
	killMoments = 20
	killUpdates = 4
)

// town is servers that answer each delivery after a while of their own and
// keep all that they got.
type town struct {
	hosts []string

	mu      sync.Mutex
	random  *rand.Rand
	slowest time.Duration
	arrived int
	open    int                 // requests without an answer yet
	got     map[string][][]byte // by host, in the order of arrival
}

func newTown(t *testing.T, n int, seed uint64, slowest time.Duration) *town {
	s := &town{random: rand.New(rand.NewPCG(seed, 1)), slowest: slowest, got: map[string][][]byte{}}
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := &httptest.Server{Listener: l, Config: &http.Server{Handler: s}}
		server.Start()
		t.Cleanup(server.Close)
		s.hosts = append(s.hosts, l.Addr().String())
	}
	return s
}

func (s *town) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.arrived++
	s.open++
	s.got[r.Host] = append(s.got[r.Host], body)
	wait := time.Duration(s.random.Int64N(int64(s.slowest)))
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
	}()
	select {
	case <-time.After(wait): // a slow server is the matter of this test
	case <-r.Context().Done(): // the sender was killed
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (s *town) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.arrived
}

// follow makes people of every server follow measure 2: 500 in all.
func (s *town) follow(t *testing.T, dir string, env []string) {
	t.Helper()
	withInstance(t, dir, environment(env...), func(i *wired) error {
		return i.Store.InTx(context.Background(), func(tables store.Tables) error {
			for n := range 500 {
				host := s.hosts[n%len(s.hosts)]
				id := embraye.IRI(fmt.Sprintf("http://%s/users/%d", host, n))
				f := &embraye.Follower{Actor: "mesure2", Follower: id, Host: host, Inbox: id + "/inbox",
					Delivery: embraye.IRI("http://" + host + "/inbox"), FollowID: string(id) + "#f"}
				if err := tables.Followers.Upsert(context.Background(), f); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// served tells whether every server has got everything, how many repetitions
// there were, and how many at most of one activity at one server. It checks
// that a repetition has the same bytes and that first arrivals are in order.
func (s *town) served(t *testing.T, activities []string) (complete bool, repeats, most int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, host := range s.hosts {
		first, times := map[string][]byte{}, map[string]int{}
		var order []string
		for _, body := range s.got[host] {
			var activity struct{ ID string }
			if err := json.Unmarshal(body, &activity); err != nil {
				t.Fatalf("%s got %s", host, body)
			}
			if before, again := first[activity.ID]; !again {
				first[activity.ID] = body
				order = append(order, activity.ID)
				continue
			} else if !bytes.Equal(before, body) {
				t.Errorf("%s got %s twice with other bytes", host, activity.ID)
			}
			repeats++
			times[activity.ID]++
			most = max(most, times[activity.ID])
		}
		for n, id := range order {
			if n < len(activities) && id != activities[n] {
				t.Errorf("%s got %s as its number %d, want %s", host, id, n, activities[n])
			}
		}
		if len(order) < len(activities) {
			return false, repeats, most
		}
	}
	return true, repeats, most
}

// FT01: kill -9 at twenty seeded moments of a fan-out to 200 servers.
// Every one gets every activity, in order, byte for byte the same, and no more
// repetitions of one than there were kills; the queue is empty and the database
// sound.
func TestFT01KillsDuringAFanOutLoseNothing(t *testing.T) {
	const inFlight = 16
	town := newTown(t, killHosts, 1, 60*time.Millisecond)
	dir := instanceDir(t)
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0", fmt.Sprintf("EMBRAYE_DELIVERY_CONCURRENCY=%d", inFlight))
	town.follow(t, dir, env)
	s := serveProcess(t, env...)
	activities := s.publishes(killUpdates)
	moments := rand.New(rand.NewPCG(2, 2))
	for range killMoments {
		until := min(town.count()+1+moments.IntN(40), killHosts*killUpdates)
		eventually(t, "the fan-out goes on", func() bool { return town.count() >= until })
		s.signal(syscall.SIGKILL)
		<-s.done
		s = serveProcess(t, env...)
	}
	var repeats, most int
	eventually(t, "everybody has everything", func() (all bool) { all, repeats, most = town.served(t, activities); return all })
	if most > killMoments {
		t.Errorf("one activity came %d times more to one server, after %d kills", most, killMoments)
	}
	t.Logf("%d repetitions of %d deliveries after %d kills", repeats, killHosts*killUpdates, killMoments)
	eventually(t, "the queue is empty", func() bool { return queueLength(t, dir, env) == 0 })
	s.stop()
	db, err := sql.Open("sqlite", filepath.Join(dir, "embraye.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var sound string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Errorf("integrity check: %s, %v", sound, err)
	}
}

// What a kill -9 repeats is what was in flight and what was not written yet: a
// batch of 64 deliveries on its way to the database, one that is collected, and
// one that waits behind it. Not what a turn has sent before, however long it is.
func TestKillRepeatsOnlyWhatWasInFlight(t *testing.T) {
	const updates, unwritten = 5, 3 * 64
	town := newTown(t, killHosts, 5, 20*time.Millisecond)
	dir := instanceDir(t)
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0")
	town.follow(t, dir, env)
	nobody := &server{t: t, env: environment(env...)} // nothing is sent yet: every turn has all of it to do
	activities := nobody.publishes(updates)
	s := serveProcess(t, env...)
	eventually(t, "the fan-out is half done", func() bool { return town.count() >= killHosts*3 })
	town.mu.Lock()
	inFlight := town.open
	town.mu.Unlock()
	s.signal(syscall.SIGKILL)
	<-s.done
	s = serveProcess(t, env...)
	var repeats, most int
	eventually(t, "everybody has everything", func() (all bool) { all, repeats, most = town.served(t, activities); return all })
	t.Logf("%d of %d deliveries came twice; %d were in flight", repeats, killHosts*updates, inFlight)
	if repeats > inFlight+unwritten || most > 1 {
		t.Errorf("%d repetitions, up to %d of one activity at one server, with %d in flight", repeats, most, inFlight)
	}
	s.stop()
}

// queueLength counts the deliveries that are still on their way.
func queueLength(t *testing.T, dir string, env []string) int {
	t.Helper()
	n := -1
	withInstance(t, dir, environment(env...), func(i *wired) error {
		stats, err := i.Store.Tables().Deliveries.Stats(context.Background())
		n = stats.Waiting
		return err
	})
	return n
}

// Three replicas on one PostgreSQL share a fan-out; one is killed and one is frozen,
// for longer than its leases last. Everybody is served by the third, what is repeated
// was in flight at the two, and the one that thaws holds nothing that it lost to be
// its own: it goes on working beside the other.
func TestThreeReplicasOfWhichOneIsKilledAndOneFrozen(t *testing.T) {
	const inFlight = 16
	url := storetest.EmptyURL(t, storetest.Postgres)
	town := newTown(t, killHosts, 3, 100*time.Millisecond)
	dir := filepath.Join(t.TempDir(), "data")
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0", "EMBRAYE_DATABASE_URL="+url, fmt.Sprintf("EMBRAYE_DELIVERY_CONCURRENCY=%d", inFlight))
	stays, dies, freezes := serveProcess(t, env...), serveProcess(t, env...), serveProcess(t, env...)
	town.follow(t, dir, env)
	activities := stays.publishes(killUpdates)
	eventually(t, "the fan-out is under way", func() bool { return town.count() >= killHosts })
	freezes.signal(syscall.SIGSTOP)
	dies.signal(syscall.SIGKILL)
	<-dies.done
	var repeats, most int
	complete := func() (all bool) { all, repeats, most = town.served(t, activities); return all }
	eventually(t, "everybody has everything", complete)
	freezes.signal(syscall.SIGCONT)
	activities = append(activities, stays.publishes(1)...)
	eventually(t, "everybody has what came after", complete)
	// Each of the two had at most inFlight servers in hand, each with all that
	// waited for it, and about as many whose results it was just writing.
	if most > 2 || repeats > 2*2*inFlight*killUpdates {
		t.Errorf("%d repetitions, up to %d of one activity at one server, with twice %d servers in hand", repeats, most, inFlight)
	}
	eventually(t, "the queue is empty", func() bool { return queueLength(t, dir, env) == 0 })
	stays.stop()
	if status := freezes.status("/readyz"); status != http.StatusOK {
		t.Errorf("the one that thawed answers %d", status)
	}
	freezes.stop()
}
