package delivery

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/openssl"
	"embraye/internal/remote"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

const benchHosts = 1000

// street is a thousand servers, each with an address of its own on loopback.
type street struct {
	b       testing.TB
	server  *http.Server
	inboxes []embraye.IRI
	roots   *x509.CertPool

	arrived atomic.Int64
	want    int64
	all     chan struct{} // a value when want requests arrived
	times   []atomic.Int64
	// fault says what an inbox's server does instead of answering; nil: answers.
	fault func(i int, r *http.Request) (handled bool)
}

// newStreet listens on 127.1.x.y; houses for which shut is true refuse.
func newStreet(b testing.TB, secure bool, shut func(i int) bool) *street {
	b.Helper()
	s := &street{b: b, all: make(chan struct{}, 1), times: make([]atomic.Int64, benchHosts), want: benchHosts}
	s.server = &http.Server{Handler: s}
	b.Cleanup(func() { s.server.Close() })
	ca := newAuthority(b)
	s.roots = ca.roots
	for i := range benchHosts {
		ip := net.IPv4(127, 1, byte(i/250), byte(1+i%250)) // 127.1.0.1 … 127.1.3.250
		l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), "0"))
		if err != nil {
			b.Fatal(err)
		}
		scheme := "http://"
		if secure {
			scheme = "https://"
			l = tls.NewListener(l, &tls.Config{
				Certificates: []tls.Certificate{ca.issue(b, ip)}, NextProtos: []string{"h2", "http/1.1"},
			})
		}
		s.inboxes = append(s.inboxes, embraye.IRI(fmt.Sprintf("%s%s/%d", scheme, l.Addr(), i)))
		if shut != nil && shut(i) {
			l.Close()
			continue
		}
		go s.server.Serve(l)
	}
	return s
}

func (s *street) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var i int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &i); err != nil {
		s.b.Error(err)
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	if s.fault != nil && s.fault(i, r) {
		return
	}
	s.times[i].Store(time.Now().UnixNano())
	w.WriteHeader(http.StatusAccepted)
	if s.arrived.Add(1) == s.want {
		s.all <- struct{}{}
	}
}

type authority struct {
	roots *x509.CertPool
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
}

func newAuthority(b testing.TB) *authority {
	b.Helper()
	a := &authority{roots: x509.NewCertPool()}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		b.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, a.cert, a.cert, a.key.Public(), a.key)
	if err != nil {
		b.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		b.Fatal(err)
	}
	a.roots.AddCert(a.cert)
	return a
}

func (a *authority) issue(b testing.TB, ip net.IP) tls.Certificate {
	b.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, IPAddresses: []net.IP{ip},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, key.Public(), a.key)
	if err != nil {
		b.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// bareSender signs and posts, and does nothing else.
type bareSender struct {
	transport *http.Transport
	signer    httpsig.Signer
	body      []byte
}

func (s *bareSender) send(inbox embraye.IRI) error {
	req, err := http.NewRequest(http.MethodPost, string(inbox), bytes.NewReader(s.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/activity+json")
	if err := httpsig.Sign(req, s.body, s.signer, httpsig.Cavage, time.Now()); err != nil {
		return err
	}
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func (s *bareSender) sendAll(b *testing.B, inboxes []embraye.IRI, connections int) {
	b.Helper()
	next := make(chan embraye.IRI)
	var workers sync.WaitGroup
	for range connections {
		workers.Go(func() {
			for inbox := range next {
				if err := s.send(inbox); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, inbox := range inboxes {
		next <- inbox
	}
	close(next)
	workers.Wait()
}

// cost is what one fan-out took.
type cost struct{ wall, cpu time.Duration }

func measure(f func()) cost {
	cpu, began := processorTime(), time.Now()
	f()
	return cost{time.Since(began), processorTime() - cpu}
}

// processorTime is this process's, servers included, without a database server.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// newBenchWorld is a world with the real clock and a client of its own.
func newBenchWorld(b *testing.B, kind string, s *street) *world {
	b.Helper()
	return newSigningWorld(b, kind, s, nil)
}

// newSigningWorld is one where somebody else than Go signs.
func newSigningWorld(b *testing.B, kind string, s *street, signing func(*rsa.PrivateKey) crypto.Signer) *world {
	b.Helper()
	w := newWorld(b, storetest.OpenOptions(b, store.Options{URL: storetest.URL(b, kind), Now: time.Now, Signing: signing}), newClock())
	client := remote.New(remote.Options{
		AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		BaseURL: w.site.Base, RootCAs: s.roots,
	})
	b.Cleanup(client.CloseIdle)
	w.options.Client, w.options.Now, w.options.Random = client, time.Now, nil
	w.engine = New(w.options)
	return w
}

// fanOut sends one activity to all inboxes of the street through a running
// engine. It returns when every
// result is in the database.
func (w *world) fanOut(b *testing.B, s *street, body []byte) cost {
	b.Helper()
	s.arrived.Store(0)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Run(ctx) }()
	id := w.queueActivity(embraye.Activity{Object: "constat", Body: body, KeyID: w.keyID}, s.inboxes...)
	c := measure(func() {
		w.engine.Wake()
		<-s.all
		cancel()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
	})
	if a := w.activity(id); int64(a.Sent) != s.want {
		b.Fatalf("%d of %d are sent", a.Sent, a.Total)
	}
	return c
}

// BenchmarkInARow compares the time per post of ten publications in a row with
// that of one: no host may wait for a lease that nobody uses.
func BenchmarkInARow(b *testing.B) {
	const posts = 10
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			s := newStreet(b, false, nil)
			w := newBenchWorld(b, kind, s)
			w.fanOut(b, s, benchBody()) // connections are made
			var one, row []cost
			for b.Loop() {
				s.want = benchHosts
				one = append(one, w.fanOut(b, s, benchBody()))
				row = append(row, w.inARow(b, s, posts))
			}
			b.ReportMetric(median(row).wall.Seconds()/posts/median(one).wall.Seconds(), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// inARow publishes while the engine runs, and returns when the last host has
// the last post.
func (w *world) inARow(b *testing.B, s *street, posts int) cost {
	b.Helper()
	s.arrived.Store(0)
	s.want = int64(posts * benchHosts)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Run(ctx) }()
	c := measure(func() {
		for range posts {
			w.queueActivity(embraye.Activity{Object: "constat", Body: benchBody(), KeyID: w.keyID}, s.inboxes...)
			w.engine.Wake()
		}
		<-s.all
	})
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	return c
}

func benchBody() []byte {
	return fmt.Appendf(nil, `{"id":"https://suivi.example/activities/x","type":"Create","content":%q}`,
		bytes.Repeat([]byte("constat "), 300))
}

// BenchmarkFanOut compares the engine with a bare sender to the same servers
// in the same run, best of 16, 64 and 256 connections; both keep connections
// from one round to the next. Then the engine sends to the same servers as if
// they took Ed25519; its ratio is to the engine's own rate with RSA. Use
// -benchtime=5x.
func BenchmarkFanOut(b *testing.B) {
	for _, secure := range []bool{false, true} {
		for _, kind := range storetest.Kinds(b) {
			name := kind + "/http"
			if secure {
				name += "s"
			}
			b.Run(name, func(b *testing.B) { benchFanOut(b, kind, secure) })
		}
	}
}

func benchFanOut(b *testing.B, kind string, secure bool) {
	s := newStreet(b, secure, nil)
	w := newBenchWorld(b, kind, s)
	key, err := testKey()
	if err != nil {
		b.Fatal(err)
	}
	bare := &bareSender{
		transport: &http.Transport{
			MaxIdleConns: 2048, MaxIdleConnsPerHost: inboxesAtOnce, ForceAttemptHTTP2: true, DisableCompression: true,
			TLSClientConfig: &tls.Config{RootCAs: s.roots, ClientSessionCache: tls.NewLRUClientSessionCache(4096)},
		},
		signer: httpsig.Signer{KeyID: w.site.KeyID("mesure1"), Key: key},
		body:   benchBody(),
	}
	b.Cleanup(bare.transport.CloseIdleConnections)
	var faster *world
	if signing := openssl.Signing(slog.New(slog.DiscardHandler)); signing != nil {
		faster = newSigningWorld(b, kind, s, signing)
	}
	bares, engines, edwards, openssls := map[int][]cost{}, []cost(nil), []cost(nil), []cost(nil)
	for b.Loop() {
		for _, connections := range []int{16, 64, 256} {
			s.arrived.Store(0)
			bares[connections] = append(bares[connections], measure(func() { bare.sendAll(b, s.inboxes, connections) }))
			<-s.all
		}
		w.takeEd25519(b, 0)
		engines = append(engines, w.fanOut(b, s, bare.body))
		w.takeEd25519(b, 1)
		edwards = append(edwards, w.fanOut(b, s, bare.body))
		if faster != nil {
			openssls = append(openssls, faster.fanOut(b, s, bare.body))
		}
	}
	if faster != nil {
		b.ReportMetric(median(engines).wall.Seconds()/median(openssls).wall.Seconds(), "openssl-ratio")
	}
	engine, second, best := median(engines), median(edwards), cost{}
	for _, costs := range bares {
		if c := median(costs); best.wall == 0 || c.wall < best.wall {
			best = c
		}
	}
	b.ReportMetric(benchHosts/best.wall.Seconds(), "bare/s")
	b.ReportMetric(benchHosts/engine.wall.Seconds(), "engine/s")
	b.ReportMetric(best.wall.Seconds()/engine.wall.Seconds(), "ratio")
	b.ReportMetric(benchHosts/second.wall.Seconds(), "ed25519/s")
	b.ReportMetric(engine.wall.Seconds()/second.wall.Seconds(), "ed25519-ratio")
	b.ReportMetric(float64(second.cpu.Microseconds())/benchHosts, "ed25519-cpu-µs")
	b.ReportMetric(float64(best.cpu.Microseconds())/benchHosts, "bare-cpu-µs")
	b.ReportMetric(float64(engine.cpu.Microseconds())/benchHosts, "engine-cpu-µs")
	b.ReportMetric(0, "ns/op")
}

// takeEd25519 says since when all hosts take Ed25519: 0 is never.
func (w *world) takeEd25519(b *testing.B, from int64) {
	b.Helper()
	if _, err := w.store.Pool().Exec(fmt.Sprintf("UPDATE hosts SET ed25519_from = %d", from)); err != nil {
		b.Fatal(err)
	}
}

// median is the middle of each kind of time.
func median(costs []cost) cost {
	var walls, cpus []time.Duration
	for _, c := range costs {
		walls, cpus = append(walls, c.wall), append(cpus, c.cpu)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	return cost{walls[len(walls)/2], cpus[len(cpus)/2]}
}

// BenchmarkFirstContact compares when the healthy of 1,000 hosts are reached
// with and without 10 % that refuse, 5 % that are silent and 5 % that answer
// after 10 s. Every round knows no host and has no connection.
func BenchmarkFirstContact(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			var clean, faulty []time.Duration
			for b.Loop() {
				clean = append(clean, firstContact(b, kind, false))
				faulty = append(faulty, firstContact(b, kind, true))
			}
			c, f := slices.Min(clean), slices.Min(faulty)
			b.ReportMetric(c.Seconds()*1000, "clean-p99-ms")
			b.ReportMetric(f.Seconds()*1000, "faulty-p99-ms")
			b.ReportMetric(f.Seconds()/c.Seconds(), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// firstContact returns the 99th percentile of the healthy hosts.
func firstContact(b *testing.B, kind string, faults bool) time.Duration {
	b.Helper()
	refuses := func(i int) bool { return faults && i%20 < 2 }
	waits := func(i int) bool { return faults && (i%20 == 2 || i%20 == 3) }
	s := newStreet(b, false, refuses)
	over := make(chan struct{})
	s.fault = func(i int, r *http.Request) bool {
		if !waits(i) {
			return false
		}
		late := time.Hour
		if i%20 == 3 {
			late = 10 * time.Second
		}
		timer := time.NewTimer(late)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-over:
		case <-r.Context().Done():
		}
		return true
	}
	if faults {
		s.want = benchHosts * 16 / 20
	}
	w := newBenchWorld(b, kind, s)
	w.queueActivity(embraye.Activity{Object: "constat", Body: benchBody(), KeyID: w.keyID}, s.inboxes...)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	ended := make(chan error, 1)
	began := time.Now()
	go func() { ended <- w.engine.Run(ctx) }()
	<-s.all
	cancel()
	close(over)
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for i := range s.times {
		if at := s.times[i].Load(); at != 0 {
			took = append(took, time.Unix(0, at).Sub(began))
		}
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// BenchmarkIdle reports what a running engine with nothing to do costs, in
// per cent of one processor, over the last three seconds. Use -benchtime=4x:
// the first round still pays for the start.
func BenchmarkIdle(b *testing.B) {
	for _, kind := range storetest.Kinds(b) {
		b.Run(kind, func(b *testing.B) {
			s := &street{}
			w := newBenchWorld(b, kind, s)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- w.engine.Run(ctx) }()
			var c cost
			for b.Loop() {
				c = measure(func() { rest(ctx, 3*time.Second) })
			}
			cancel()
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(100*c.cpu.Seconds()/c.wall.Seconds(), "%core")
			b.ReportMetric(0, "ns/op")
		})
	}
}
