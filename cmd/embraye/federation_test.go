package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// loopback are the settings of an instance that may speak to others on this
// machine.
func loopback(dir string, more ...string) []string {
	return append(more, "EMBRAYE_DATA_DIR="+dir, "EMBRAYE_FEDERATION_ALLOW_HTTP=true", "EMBRAYE_FEDERATION_ALLOW_NETWORKS=127.0.0.0/8")
}

func constat(more ...string) []string {
	return append([]string{"publish", "--measure", "m2", "--stage", "under_way", "--subject", "civil_society", "--territory", "FR",
		"--title", "Un titre", "--summary", "Un résumé.", "--evidence", "https://a.example/", "--json"}, more...)
}

// publishes publishes so many constats and returns their activities.
func (s *server) publishes(n int) (activities []string) {
	s.t.Helper()
	for range n {
		var p published
		s.command(&p, constat()...)
		activities = append(activities, p.Activity)
	}
	return activities
}

// Two programs on one machine follow each other's measures, and each keeps the
// other's constat, its correction and its withdrawal.
func TestTwoProgramsKeepEachOthersConstats(t *testing.T) {
	var pair [2]*server
	var dirs [2]string
	for n := range pair {
		address := freeAddress(t)
		dirs[n] = filepath.Join(t.TempDir(), "data")
		pair[n] = serveProcess(t, loopback(dirs[n], "EMBRAYE_LISTEN="+address, "EMBRAYE_BASE_URL=http://"+address)...)
	}
	for n, s := range pair {
		other := pair[1-n]
		s.command(nil, "peer", "add", "@organisation@"+other.address)
		eventually(t, "every follow is accepted", func() bool {
			var peers []peer
			s.command(&peers, "peer", "list", "--json")
			return len(peers) == 1 && len(peers[0].Follows) > 1 && peers[0].accepted() == len(peers[0].Follows)
		})
	}
	for n, s := range pair {
		reader := pair[1-n]
		var p published
		s.command(&p, constat()...)
		kept := func(what string, as func(*embraye.PeerUpdate) bool) {
			t.Helper()
			eventually(t, what, func() bool {
				u := reader.peerUpdate(dirs[1-n], p.URL)
				return u != nil && as(u)
			})
		}
		kept("the constat arrives", func(u *embraye.PeerUpdate) bool {
			return u.Title == "Un titre" && u.Stage == embraye.UnderWay && u.Measure == "m2" && u.Revision == 1
		})
		s.command(nil, "revise", p.URL, "--kind", "substance", "--reason", "franchi", "--stage", "done")
		kept("its correction arrives", func(u *embraye.PeerUpdate) bool {
			return u.Stage == embraye.Done && u.Revision == 2 && u.RevisionReason == "franchi"
		})
		s.command(nil, "withdraw", p.ID, "--reason", "retirée")
		kept("its withdrawal arrives", func(u *embraye.PeerUpdate) bool { return u.WithdrawnAt != nil })
	}
	for _, s := range pair {
		s.stop()
	}
}

// peerUpdate reads what the server keeps of a peer's constat, or nil.
func (s *server) peerUpdate(dir, uri string) *embraye.PeerUpdate {
	s.t.Helper()
	var found *embraye.PeerUpdate
	withInstance(s.t, dir, s.env, func(i *wired) error {
		u, err := i.Store.Tables().PeerUpdates.ByURI(context.Background(), embraye.IRI(uri))
		found = u
		return err
	})
	return found
}

// withInstance opens the data folder beside the server, as commands do.
func withInstance(t *testing.T, dir string, env []string, f func(*wired) error) {
	t.Helper()
	c := testCall(dir, io.Discard)
	c.environ = append(env, "EMBRAYE_LOG_LEVEL=error")
	i, err := c.open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer i.close()
	if err := f(i); err != nil && !strings.Contains(err.Error(), "not found") {
		t.Fatal(err)
	}
}

// street is a hundred slow servers: they take a delivery, and answer when the
// test says so.
type street struct {
	hosts   []string
	release chan struct{}

	mu       sync.Mutex
	inFlight int
	taken    map[string]int // answered with 202, by host
	bodies   map[string]bool
}

func newStreet(t *testing.T, n int) *street {
	s := &street{release: make(chan struct{}), taken: map[string]int{}, bodies: map[string]bool{}}
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

func (s *street) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.inFlight++
	s.mu.Unlock()
	<-s.release
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[r.Host]++
	s.bodies[string(body)] = true
	w.WriteHeader(http.StatusAccepted)
}

func (s *street) count() (inFlight, hosts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inFlight, len(s.taken)
}

// FT07: SIGTERM while a hundred deliveries are in flight and a request
// is under way: nobody new comes in, what is under way ends, the exit is clean
// and in time, and after the next start everything is delivered.
func TestFT07ATermSignalUnderLoadLosesNothing(t *testing.T) {
	const hosts = 100
	street := newStreet(t, hosts)
	dir := instanceDir(t)
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0")
	withInstance(t, dir, environment(env...), func(i *wired) error {
		return i.Store.InTx(context.Background(), func(tables store.Tables) error {
			for n, host := range street.hosts {
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
	s := serveProcess(t, env...)
	var p published
	s.command(&p, constat()...)
	if p.Inboxes != hosts {
		t.Fatalf("queued for %d inboxes, want %d", p.Inboxes, hosts)
	}
	eventually(t, "all deliveries are in flight", func() bool { n, _ := street.count(); return n == hosts })

	request := make(chan int, 1)
	body, finish := io.Pipe()
	go func() {
		r, err := http.NewRequest(http.MethodPost, "http://localhost:8080/inbox", body)
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Content-Type", "application/activity+json")
		r.Header.Set("Expect", "100-continue")
		client := localhost(s.address)
		client.Transport.(*http.Transport).ExpectContinueTimeout = time.Minute
		resp, err := client.Do(r)
		if err != nil {
			t.Error(err)
			request <- 0
			return
		}
		resp.Body.Close()
		request <- resp.StatusCode
	}()
	if _, err := finish.Write([]byte("{")); err != nil { // returns once the server asked for the body
		t.Fatal(err)
	}
	s.signal(syscall.SIGTERM)
	eventually(t, "the server notices", func() bool { return strings.Contains(s.log.String(), "msg=stopping") })
	eventually(t, "nobody new is let in", func() bool {
		conn, err := net.Dial("tcp", s.address)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	close(street.release)
	finish.Write([]byte("}"))
	finish.Close()
	if status := <-request; status != http.StatusUnauthorized && status != http.StatusBadRequest {
		t.Errorf("the request under way was answered %d, want a verdict on its missing signature", status)
	}
	if state := s.wait(); !state.Success() {
		t.Errorf("ended with %v\n%s", state, s.log)
	}

	s = serveProcess(t, env...)
	eventually(t, "every host has it", func() bool { _, n := street.count(); return n == hosts })
	eventually(t, "nothing waits", func() bool {
		var rows []waiting
		s.command(&rows, "deliveries", "list", "--json")
		return len(rows) == 0
	})
	if len(street.bodies) != 1 {
		t.Errorf("%d different bodies were sent, want the same bytes every time", len(street.bodies))
	}
	s.stop()
}
