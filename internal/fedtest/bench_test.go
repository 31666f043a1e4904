package fedtest

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// The inbox under load: requests are signed before the clock starts, the
// client shares the processors, and the rows counted afterwards must equal the
// 202s. Figures are printed beside the RSA signatures that one core makes in
// the same run, so that runs on different machines compare.

const (
	benchActors      = 200
	benchServers     = 50
	benchConnections = 32
)

type inboxBench struct {
	b       *testing.B
	kind    string
	w       *World
	in      *Instance
	servers []*Server
	actors  []*Actor
	updates []embraye.IRI
	addr    string
	cpu     time.Duration // processor time of this process while firing
}

func newBench(b *testing.B, kind string, actors, updates int) *inboxBench {
	x := &inboxBench{b: b, kind: kind, w: New(b, Config{Kind: kind, Log: io.Discard}, "nous.example")}
	x.in = x.w.Instances[0]
	for i := range benchServers {
		x.servers = append(x.servers, x.w.Server(fmt.Sprintf("masto%d.example", i)))
	}
	server := httptest.NewServer(x.in.Web)
	b.Cleanup(server.Close)
	x.addr = server.Listener.Addr().String()
	for i := range actors {
		x.actors = append(x.actors, x.servers[i%benchServers].Actor(fmt.Sprintf("a%d", i)))
	}
	for i := range updates {
		input := sample()
		input.Title = fmt.Sprintf("Constat %d", i)
		p, err := x.in.Constats.Publish(context.Background(), embraye.Operator(), input)
		if err != nil {
			b.Fatal(err)
		}
		x.updates = append(x.updates, x.in.Site.UpdateID(p.Update.ID))
	}
	return x
}

// meet makes the instance know all actors, as it does after their first
// message.
func (x *inboxBench) meet() {
	err := x.in.Store.InTx(context.Background(), func(t store.Tables) error {
		for _, a := range x.actors {
			row := &embraye.RemoteActor{URI: embraye.IRI(a.ID), Host: a.Server.Host, Type: "Person", Username: a.Name, Inbox: embraye.IRI(a.ID + "/inbox"),
				SharedInbox: embraye.IRI(a.Server.Base + "/inbox"), KeyID: a.KeyID, KeyPEM: PEM(x.b, &a.Key.PublicKey), Multikeys: a.multikeys(), FetchedAt: x.w.Clock.Now()}
			if err := t.RemoteActors.Upsert(context.Background(), row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		x.b.Fatal(err)
	}
}

// multikeys are what reading the actor's document finds.
func (a *Actor) multikeys() []embraye.Multikey {
	list, _ := a.Doc["assertionMethod"].([]any)
	var keys []embraye.Multikey
	for _, v := range list {
		m := v.(map[string]any)
		keys = append(keys, embraye.Multikey{ID: m["id"].(string), Key: m["publicKeyMultibase"].(string)})
	}
	return keys
}

// signed makes the bytes of n requests, on all processors.
func (x *inboxBench) signed(n int, activity func(i int) (*Actor, map[string]any)) [][]byte {
	out := make([][]byte, n)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := worker; i < n; i += 4 {
				actor, message := activity(i)
				message["@context"] = "https://www.w3.org/ns/activitystreams"
				message["actor"] = actor.ID
				r := actor.RequestAs("https://nous.example/inbox", Body(x.b, message), httpsig.Cavage)
				var buf bytes.Buffer
				if err := r.Write(&buf); err != nil {
					x.b.Error(err)
				}
				out[i] = buf.Bytes()
			}
		})
	}
	wg.Wait()
	return out
}

// measure sends the first tenth of the requests before the clock starts, so that
// PostgreSQL, whose tests run without autovacuum, knows its tables as a server
// knows them that has run for a minute: plans made for empty ones read them whole.
func (x *inboxBench) measure(requests [][]byte) (before, accepted int64, took time.Duration) {
	first := len(requests) / 10
	before, _ = x.fire(requests[:first])
	if x.kind == storetest.Postgres {
		if _, err := x.in.Store.Pool().Exec("ANALYZE"); err != nil {
			x.b.Fatal(err)
		}
	}
	accepted, took = x.fire(requests[first:])
	return before, accepted, took
}

// fire sends the requests over keep-alive connections and returns how many
// were answered 202 and how long it took.
func (x *inboxBench) fire(requests [][]byte) (accepted int64, took time.Duration) {
	var next, ok atomic.Int64
	var wg sync.WaitGroup
	start, cpu := time.Now(), processorTime(x.b)
	for range benchConnections {
		wg.Go(func() {
			conn, err := net.Dial("tcp", x.addr)
			if err != nil {
				x.b.Error(err)
				return
			}
			defer conn.Close()
			reader := bufio.NewReader(conn)
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return
				}
				if _, err := conn.Write(requests[i]); err != nil {
					x.b.Error(err)
					return
				}
				resp, err := http.ReadResponse(reader, nil)
				if err != nil {
					x.b.Error(err)
					return
				}
				body, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if resp.StatusCode == http.StatusAccepted {
					ok.Add(1)
				} else if ok.Load() == 0 {
					x.b.Errorf("answered %d %s", resp.StatusCode, body)
				}
			}
		})
	}
	wg.Wait()
	x.cpu = processorTime(x.b) - cpu
	return ok.Load(), time.Since(start)
}

// processorTime is what this process has used, client included: on a shared
// machine it says more than the clock.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// signatures is how many RSA-2048 signatures one core makes per second, now.
func signatures(b *testing.B) float64 {
	key, err := Key()
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256([]byte("x"))
	start, n := time.Now(), 0
	for ; time.Since(start) < 300*time.Millisecond; n++ {
		if _, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:]); err != nil {
			b.Fatal(err)
		}
	}
	return float64(n) / time.Since(start).Seconds()
}

func (x *inboxBench) count(table string) (n int64) {
	x.b.Helper()
	if err := x.in.Store.Pool().QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		x.b.Fatal(err)
	}
	return n
}

func (x *inboxBench) report(accepted int64, took time.Duration) {
	x.b.ReportMetric(float64(x.cpu.Microseconds())/float64(accepted), "cpu-µs/msg")
	rate := float64(accepted) / took.Seconds()
	x.b.ReportMetric(rate, "msg/s")
	x.b.ReportMetric(rate/signatures(x.b), "ratio-to-RSA-signs")
	x.b.ReportMetric(0, "ns/op")
}

func eachBench(b *testing.B, run func(b *testing.B, kind string)) {
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			for range b.N {
				run(b, kind)
			}
		})
	}
}

// BenchmarkInboxLikes: Likes of known actors.
func BenchmarkInboxLikes(b *testing.B) {
	eachBench(b, func(b *testing.B, kind string) {
		x := newBench(b, kind, benchActors, 50)
		x.meet()
		requests := x.signed(benchActors*50, func(i int) (*Actor, map[string]any) {
			a := x.actors[i%benchActors]
			return a, map[string]any{"id": fmt.Sprintf("%s#likes/%d", a.ID, i), "type": "Like", "object": x.updates[i/benchActors]}
		})
		before, accepted, took := x.measure(requests)
		if rows := x.count("interactions"); rows != before+accepted {
			b.Errorf("%d rows of %d accepted", rows, before+accepted)
		}
		x.report(accepted, took)
	})
}

// BenchmarkInboxMixed: likes, boosts, replies and follows of known actors.
func BenchmarkInboxMixed(b *testing.B) {
	eachBench(b, func(b *testing.B, kind string) {
		x := newBench(b, kind, benchActors, 25)
		x.meet()
		kinds := []string{"Like", "Announce", "Create", "Follow"}
		requests := x.signed(benchActors*20, func(i int) (*Actor, map[string]any) {
			a, k := x.actors[i%benchActors], i/benchActors
			id, object := fmt.Sprintf("%s/things/%d", a.ID, i), x.updates[k]
			switch kinds[k%4] {
			case "Create":
				return a, map[string]any{"id": id + "/activity", "type": "Create", "to": []string{"https://www.w3.org/ns/activitystreams#Public"},
					"object": map[string]any{"id": id, "type": "Note", "attributedTo": a.ID, "inReplyTo": object, "content": "<p>Bonne nouvelle.</p>",
						"published": "2026-05-01T09:59:00Z", "to": []string{"https://www.w3.org/ns/activitystreams#Public"}, "cc": []string{}}}
			case "Follow":
				handle := fmt.Sprintf("mesure%d", k/4+1)
				return a, map[string]any{"id": id, "type": "Follow", "object": x.in.Site.ActorID(handle)}
			}
			return a, map[string]any{"id": id, "type": kinds[k%4], "object": object}
		})
		before, accepted, took := x.measure(requests)
		if rows := x.count("interactions") + x.count("replies") + x.count("followers"); rows != before+accepted {
			b.Errorf("%d rows of %d accepted", rows, before+accepted)
		}
		x.report(accepted, took)
	})
}

// BenchmarkInboxConstats: constats of a followed peer, with the proofs of the
// activity and of the constat in it, each of which is checked.
func BenchmarkInboxConstats(b *testing.B) {
	eachBench(b, func(b *testing.B, kind string) {
		x := newBench(b, kind, 8, 0)
		keys := map[string]ed25519.PrivateKey{}
		for _, a := range x.actors {
			keys[a.ID] = a.Multikey(a.Name)
		}
		x.meet()
		x.followAll()
		requests := x.signed(3000, func(i int) (*Actor, map[string]any) {
			a := x.actors[i%len(x.actors)]
			note := benchConstat(a, i)
			act := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": note["id"].(string) + "/activity", "type": "Create", "actor": a.ID,
				"to": note["to"], "published": note["published"], "object": a.Proved(keys[a.ID], note)}
			return a, a.Proved(keys[a.ID], act)
		})
		before, accepted, took := x.measure(requests)
		if rows := x.count("peer_updates"); rows != before+accepted {
			b.Errorf("%d rows of %d accepted", rows, before+accepted)
		}
		x.report(accepted, took)
	})
}

// followAll makes the organisation follow all actors, accepted already.
func (x *inboxBench) followAll() {
	err := x.in.Store.InTx(context.Background(), func(t store.Tables) error {
		for i, a := range x.actors {
			f := &embraye.Follow{Target: embraye.IRI(a.ID), Host: a.Server.Host, Inbox: embraye.IRI(a.ID + "/inbox"), State: embraye.FollowAccepted,
				ActivityID: storetest.ID(i), CreatedAt: x.w.Clock.Now()}
			if err := t.Follows.Insert(context.Background(), f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		x.b.Fatal(err)
	}
}

// benchConstat is a constat of a peer's, each of another institution.
func benchConstat(a *Actor, i int) map[string]any {
	return map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/constats/%d", a.ID, i), "type": "Note", "attributedTo": a.ID,
		"to": []string{"https://www.w3.org/ns/activitystreams#Public"}, "published": "2026-05-01T09:59:00Z", "contentMap": map[string]any{"fr": "<p>Fait.</p>"}, "content": "<p>Fait.</p>",
		"embraye:measure": "https://w3id.org/embraye/ref/memoire-covid19/2020-04-29/m2", "embraye:organisation": a.ID, "embraye:title": "Un titre", "embraye:summary": "Un résumé.",
		"embraye:stage": "under_way", "embraye:scale": "1", "embraye:subject": "institution", "embraye:institution": map[string]any{"name": fmt.Sprintf("Commune %d", i), "kind": "municipality"},
		"embraye:territory": []string{"FR-BRE"}, "embraye:confidence": "secondary", "embraye:revision": 1, "embraye:license": "CC-BY-4.0",
		"embraye:evidence": []any{map[string]any{"type": "Link", "href": "https://preuves.example/1", "name": "Preuve", "consulted": "2024-01-01"}}}
}

// BenchmarkInboxFirstContact: Follows of actors never heard of: one signed
// fetch and one Accept each. The ratio that counts is to half the signatures
// of both cores, since each costs two.
func BenchmarkInboxFirstContact(b *testing.B) {
	eachBench(b, func(b *testing.B, kind string) {
		const n = 1000
		x := newBench(b, kind, n, 0)
		requests := x.signed(n, func(i int) (*Actor, map[string]any) {
			return x.actors[i], map[string]any{"id": x.actors[i].ID + "#follow", "type": "Follow", "object": x.in.Site.ActorID("mesure2")}
		})
		start := time.Now()
		accepted, _ := x.fire(requests)
		x.w.Settle()
		took := time.Since(start)
		if rows := x.count("followers"); rows != accepted {
			b.Errorf("%d rows of %d accepted", rows, accepted)
		}
		got := 0
		for _, s := range x.servers {
			got += len(s.Take())
		}
		if got != n {
			b.Errorf("%d Accepts of %d", got, n)
		}
		x.report(accepted, took)
	})
}

// BenchmarkPublish: the transaction of a publication, which is all that the
// editor waits for: without followers, and with 10,000 on 1,000 hosts.
func BenchmarkPublish(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		for _, hosts := range []int{0, 1000} {
			b.Run(fmt.Sprintf("%s/%d hosts", kind, hosts), func(b *testing.B) {
				x := newBench(b, kind, 0, 0)
				x.followed(10*hosts, hosts)
				b.ResetTimer()
				for range b.N {
					p, err := x.in.Constats.Publish(context.Background(), embraye.Operator(), sample())
					if err != nil {
						b.Fatal(err)
					}
					if p.Inboxes != hosts {
						b.Fatalf("%d inboxes, want %d", p.Inboxes, hosts)
					}
				}
			})
		}
	}
}

// followed gives the measure of the sample so many followers on so many hosts.
func (x *inboxBench) followed(followers, hosts int) {
	err := x.in.Store.InTx(context.Background(), func(t store.Tables) error {
		for i := range followers {
			host := fmt.Sprintf("h%d.example", i%hosts)
			id := embraye.IRI(fmt.Sprintf("https://%s/users/%d", host, i))
			f := &embraye.Follower{Actor: "mesure2", Follower: id, Host: host, Inbox: id + "/inbox",
				Delivery: embraye.IRI("https://" + host + "/inbox"), FollowID: string(id) + "#f", CreatedAt: x.w.Clock.Now()}
			if err := t.Followers.Upsert(context.Background(), f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		x.b.Fatal(err)
	}
}
