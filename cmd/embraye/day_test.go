//go:build faults

package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/httpsig"
)

// A busy day, as fast as the machine goes.
const (
	dayHosts     = 100
	dayFollowers = 1000
	dayConstats  = 50
	dayViews     = 100_000
	dayPosts     = 20_000
	dayHours     = 10  // pieces in which it comes
	dayMemory    = 128 // MiB resident at its end, some 45 of them the program's own pages
)

// A crowd is people of many servers, all with the one key, who follow a measure and
// say things about its constats.
type crowd struct {
	t      *testing.T
	s      *server
	hosts  []string
	key    *rsa.PrivateKey
	pem    string
	client *http.Client
	got    atomic.Int64 // deliveries to them
}

func newCrowd(t *testing.T, s *server) *crowd {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{t: t, s: s, key: key, pem: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	for range dayHosts {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		front := &http.Server{Handler: c}
		go front.Serve(l)
		t.Cleanup(func() { front.Close() })
		c.hosts = append(c.hosts, l.Addr().String())
	}
	return c
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			c.got.Add(1)
			w.WriteHeader(http.StatusAccepted)
		}
		return
	}
	if !strings.HasPrefix(r.URL.Path, "/users/") {
		http.NotFound(w, r)
		return
	}
	id := "http://" + r.Host + r.URL.Path
	w.Header().Set("Content-Type", "application/activity+json")
	json.NewEncoder(w).Encode(map[string]any{"@context": []string{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id": id, "type": "Person", "preferredUsername": strings.TrimPrefix(r.URL.Path, "/users/"), "inbox": id + "/inbox",
		"endpoints": map[string]string{"sharedInbox": "http://" + r.Host + "/inbox"},
		"publicKey": map[string]string{"id": id + "#main-key", "owner": id, "publicKeyPem": c.pem}})
}

func (c *crowd) person(n int) string {
	return fmt.Sprintf("http://%s/users/p%d", c.hosts[n%dayHosts], n%dayFollowers)
}

// says posts an activity of a person to a path of ours and returns the status.
func (c *crowd) says(n int, path string, activity map[string]any) int {
	activity["@context"], activity["actor"] = "https://www.w3.org/ns/activitystreams", c.person(n)
	body, err := json.Marshal(activity)
	if err != nil {
		c.t.Error(err)
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+c.s.address+path, bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0
	}
	r.Host = "localhost:8080"
	r.Header.Set("Content-Type", "application/activity+json")
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", n%dayHosts))
	if err := httpsig.Sign(r, body, httpsig.Signer{KeyID: c.person(n) + "#main-key", Key: c.key}, httpsig.Cavage, time.Now()); err != nil {
		c.t.Error(err)
	}
	return c.do(r)
}

func (c *crowd) do(r *http.Request) int {
	resp, err := c.client.Do(r)
	if err != nil {
		c.t.Error(err)
		return 0
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		c.t.Error(err)
	}
	return resp.StatusCode
}

// post is the n-th thing that somebody says about a constat: twelve likes of twenty,
// four boosts, three replies, and one like that is taken back.
func (c *crowd) post(n int, note string) map[string]any {
	id := fmt.Sprintf("%s/acts/%d", c.person(n), n)
	switch kind := n / dayFollowers % 20; {
	case kind < 12:
		return map[string]any{"id": id, "type": "Like", "object": note}
	case kind < 16:
		return map[string]any{"id": id, "type": "Announce", "object": note, "to": []string{"https://www.w3.org/ns/activitystreams#Public"}}
	case kind < 19:
		return map[string]any{"id": id, "type": "Create", "to": []string{"https://www.w3.org/ns/activitystreams#Public"}, "object": map[string]any{
			"id": id + "/note", "type": "Note", "attributedTo": c.person(n), "inReplyTo": note, "content": "<p>Chez nous aussi.</p>",
			"published": time.Now().UTC().Format(time.RFC3339), "to": []string{"https://www.w3.org/ns/activitystreams#Public"}}}
	}
	return map[string]any{"id": id, "type": "Undo", "object": map[string]any{"id": id + "/like", "type": "Like", "actor": c.person(n), "object": note}}
}

// together does something n times, sixteen at once.
func together(n int, do func(int)) {
	next, all := make(chan int), sync.WaitGroup{}
	for range 16 {
		all.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// held is what the server's process holds: MiB resident, open files, goroutines.
func (c *crowd) held() (resident, files, goroutines int) {
	c.t.Helper()
	pid := c.s.cmd.Process.Pid
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		c.t.Fatal(err)
	}
	kib, err := strconv.Atoi(strings.TrimSpace(between(string(text), "VmRSS:", " kB")))
	if err != nil {
		c.t.Fatal(err)
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		c.t.Fatal(err)
	}
	metrics := between(c.s.log.String(), "msg=metrics address=", "\n")
	_, profile := get(c.t, http.DefaultClient, "http://"+metrics+"/debug/pprof/goroutine?debug=1")
	if goroutines, err = strconv.Atoi(between(profile, "profile: total ", "\n")); err != nil {
		c.t.Fatal(err)
	}
	return kib / 1024, len(open), goroutines
}

// A day with a thousand followers, fifty constats, a hundred thousand pages and
// twenty thousand posts: at its end nothing of it is held but what is written.
func TestADay(t *testing.T) {
	dir := instanceDir(t)
	env := loopback(dir, "EMBRAYE_LISTEN=127.0.0.1:0", "EMBRAYE_METRICS_LISTEN=127.0.0.1:0", "EMBRAYE_TRUSTED_PROXIES=127.0.0.0/8")
	s := serveProcess(t, env...)
	c := newCrowd(t, s)
	began := databaseSize(t, dir)
	_, files, goroutines := c.held()
	together(dayFollowers, func(n int) {
		if got := c.says(n, "/actors/mesure2/inbox", map[string]any{"id": c.person(n) + "/follow", "type": "Follow", "object": "http://localhost:8080/actors/mesure2"}); got != http.StatusAccepted {
			t.Errorf("the follow of %s: %d", c.person(n), got)
		}
	})
	var notes []string
	for hour := range dayHours {
		for range dayConstats / dayHours {
			var p published
			s.command(&p, constat()...)
			notes = append(notes, p.URL)
		}
		together(dayPosts/dayHours, func(n int) {
			n += hour * dayPosts / dayHours
			if got := c.says(n, "/inbox", c.post(n, notes[n%len(notes)])); got != http.StatusAccepted {
				t.Errorf("post %d: %d", n, got)
			}
		})
		together(dayViews/dayHours, func(n int) {
			paths := []string{"/", "/@mesure2", "/chronologie", strings.TrimPrefix(notes[n%len(notes)], "http://localhost:8080"), "/territoires", "/organisations"}
			r, err := http.NewRequest(http.MethodGet, "http://"+s.address+paths[n%len(paths)], nil)
			if err != nil {
				t.Error(err)
				return
			}
			r.Host = "localhost:8080"
			r.Header.Set("Accept", "text/html")
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", n%250))
			if got := c.do(r); got != http.StatusOK {
				t.Errorf("%s: %d", paths[n%len(paths)], got)
			}
		})
	}
	eventually(t, "the queue is empty", func() bool { return queueLength(t, dir, env) == 0 })
	c.client.CloseIdleConnections()
	var resident, open, running int
	// Chores, and the database's connections for those who write, begin after the start.
	eventually(t, "connections and goroutines are let go", func() bool {
		resident, open, running = c.held()
		return open <= files+16 && running <= goroutines+24
	})
	t.Logf("resident %d MiB; files %d, then %d; goroutines %d, then %d; %d deliveries; the database grew by %.1f MiB", resident, files, open, goroutines, running, c.got.Load(), float64(databaseSize(t, dir)-began)/(1<<20))
	if resident > dayMemory {
		t.Errorf("%d MiB are resident, want at most %d", resident, dayMemory)
	}
	s.stop()
	logTables(t, dir)
}

func databaseSize(t *testing.T, dir string) (bytes int64) {
	t.Helper()
	for _, name := range []string{"embraye.db", "embraye.db-wal"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}

// logTables says where the bytes are.
func logTables(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "embraye.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 12")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var size int64
		if err := rows.Scan(&name, &size); err != nil {
			t.Fatal(err)
		}
		t.Logf("%8d KiB %s", size>>10, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
