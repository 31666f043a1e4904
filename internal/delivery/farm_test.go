package delivery

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/store"
	"embraye/internal/storetest"
)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) set(ms int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := time.UnixMilli(ms); at.After(c.at) {
		c.at = at
	}
}

// request is what a peer saw.
type request struct {
	at       time.Time // by the test's clock
	path     string
	activity string // its id
	body     string
	header   http.Header
	cavage   bool
	left     <-chan struct{} // closed when the sender gave up
}

// peer is a server on loopback; its address and port are a host of their own.
type peer struct {
	server *httptest.Server
	clock  *clock
	answer func(n int, w http.ResponseWriter, r request) // n counts from 1

	mu       sync.Mutex
	seen     []request
	now, top int // requests in progress, and the most at once
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var activity struct{ ID string }
	if err := json.Unmarshal(body, &activity); err != nil {
		http.Error(w, "no JSON", http.StatusUnprocessableEntity)
	}
	q := request{
		at: p.clock.now(), path: r.URL.Path, activity: activity.ID, body: string(body),
		header: r.Header.Clone(), cavage: r.Header.Get("Signature-Input") == "",
		left: r.Context().Done(),
	}
	p.mu.Lock()
	p.seen = append(p.seen, q)
	n := len(p.seen)
	p.now++
	p.top = max(p.top, p.now)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.now--
		p.mu.Unlock()
	}()
	p.answer(n, w, q)
}

func (p *peer) requests() []request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

// most is how many requests were in progress at once.
func (p *peer) most() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.top
}

// activities lists the ids that arrived, in order.
func (p *peer) activities() []string {
	var ids []string
	for _, r := range p.requests() {
		ids = append(ids, r.activity)
	}
	return ids
}

func (p *peer) host() string { return strings.TrimPrefix(p.server.URL, "http://") }

func (p *peer) inbox(name string) embraye.IRI { return embraye.IRI(p.server.URL + "/" + name) }

// always answers with one status.
func always(status int) func(int, http.ResponseWriter, request) {
	return func(_ int, w http.ResponseWriter, _ request) { w.WriteHeader(status) }
}

// first answers with these statuses in turn, and 202 from then on.
func first(statuses ...int) func(int, http.ResponseWriter, request) {
	return func(n int, w http.ResponseWriter, _ request) {
		if n <= len(statuses) {
			w.WriteHeader(statuses[n-1])
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}
}

// world is one instance with its database, and peers around it.
type world struct {
	t       testing.TB
	clock   *clock
	store   *store.Store
	engine  *Engine
	options Options
	site    embraye.Site
	keyID   int64
	serial  int

	mu   sync.Mutex
	gone []embraye.IRI
	down map[string]bool // hosts that refuse connections
	dice int
}

var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newWorld(t testing.TB, s *store.Store, c *clock) *world {
	t.Helper()
	w := &world{
		t: t, clock: c, store: s, down: map[string]bool{},
		site: embraye.Site{Base: "https://suivi.example", HandleDomain: "suivi.example"},
	}
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	err = s.InTx(t.Context(), func(tx store.Tables) error {
		actor := &embraye.Actor{Handle: "mesure1", Kind: embraye.MeasureActor, Name: "Mesure 1", Enabled: true, CreatedAt: c.now()}
		if err := tx.Actors.Insert(t.Context(), actor); err != nil {
			return err
		}
		k, err := tx.Keys.Insert(t.Context(), actor, key)
		w.keyID = k.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	client := remote.New(remote.Options{
		AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		BaseURL: w.site.Base, Now: c.now, Dial: w.dial,
		Blocked: func(_ context.Context, host string) (bool, error) {
			if host == "panics.example" {
				panic("a fault of ours")
			}
			return host == "blocked.example", nil
		},
	})
	t.Cleanup(client.CloseIdle)
	w.options = Options{
		Store: s, Client: client, Site: w.site, Now: c.now, Random: w.jitter,
		Gone: func(_ context.Context, inbox embraye.IRI, _ embraye.Delivery) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.gone = append(w.gone, inbox)
			return nil
		},
	}
	w.engine = New(w.options)
	return w
}

// dial reaches loopback; other names do not exist, or are silent.
func (w *world) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	down := w.down[addr]
	w.mu.Unlock()
	switch {
	case down:
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
	case strings.HasPrefix(addr, "silent"):
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.ErrDeadlineExceeded}
	case !strings.HasPrefix(addr, "127."):
		return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
	}
	var d net.Dialer
	return d.DialContext(ctx, network, addr)
}

// jitter goes from one extreme to the other.
func (w *world) jitter() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dice++
	return []float64{0, 0.999, 0.5}[w.dice%3]
}

func (w *world) setDown(host string, down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down[host] = down
}

// goneInboxes lists the inboxes of a peer that were looked behind.
func (w *world) goneInboxes(p *peer) []embraye.IRI {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.gone), func(i embraye.IRI) bool { return i.Host() != p.host() })
}

func (w *world) peer(answer func(int, http.ResponseWriter, request)) *peer {
	p := &peer{clock: w.clock, answer: answer}
	p.server = httptest.NewServer(p)
	w.t.Cleanup(p.server.Close)
	return p
}

// queue commits an activity about object to the inboxes and returns its address.
func (w *world) queue(object string, inboxes ...embraye.IRI) string {
	w.t.Helper()
	return w.queueActivity(embraye.Activity{Object: object, KeyID: w.keyID}, inboxes...)
}

// queueActivity writes a body if a has none.
func (w *world) queueActivity(a embraye.Activity, inboxes ...embraye.IRI) string {
	w.t.Helper()
	w.serial++
	a.ID = fmt.Sprintf("01kjp0000000000000000%05d", w.serial)
	address := string(w.site.ActivityID(a.ID))
	a.Audience, a.CreatedAt = embraye.ToMany, w.clock.now()
	if a.Actor == "" {
		a.Actor, a.Type = "mesure1", "Create"
	}
	if a.Body == nil {
		a.Body = fmt.Appendf(nil, `{"id":%q,"type":%q,"object":%q}`, address, a.Type, a.Object)
	}
	err := w.store.InTx(w.t.Context(), func(tx store.Tables) error {
		if err := tx.Activities.Insert(w.t.Context(), &a); err != nil {
			return err
		}
		_, err := tx.Deliveries.FanOut(w.t.Context(), &a, store.Targets{Inboxes: inboxes})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return address
}

func (w *world) batch() int {
	w.t.Helper()
	n, err := w.engine.Batch(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// until runs every batch that becomes due before d has passed.
func (w *world) until(d time.Duration) {
	w.t.Helper()
	end := w.clock.now().Add(d)
	for {
		w.batch()
		next, err := w.store.Tables().Deliveries.NextDue(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if next == 0 || next > end.UnixMilli() {
			w.clock.set(end.UnixMilli())
			return
		}
		w.clock.set(next)
	}
}

// deliveries are the rows of the activity with this address.
func (w *world) deliveries(activity string) []embraye.Delivery {
	w.t.Helper()
	id, _ := w.site.LocalActivity(embraye.IRI(activity))
	rows, err := w.store.Tables().Deliveries.OfActivity(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

func (w *world) delivery(activity string) embraye.Delivery {
	w.t.Helper()
	rows := w.deliveries(activity)
	if len(rows) != 1 {
		w.t.Fatalf("%d deliveries of %s, want 1", len(rows), activity)
	}
	return rows[0]
}

func (w *world) host(name string) embraye.Host {
	w.t.Helper()
	h, err := w.store.Tables().Hosts.Take(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return *h
}

func (w *world) wantState(activity string, want embraye.DeliveryState) {
	w.t.Helper()
	if d := w.delivery(activity); d.State != want {
		w.t.Errorf("state %d, want %d (%d tries, %q)", d.State, want, d.Attempts, d.LastError)
	}
}

// eachWorld runs a test on every kind of database.
func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for _, kind := range storetest.Kinds(t) {
		t.Run(kind, func(t *testing.T) {
			c := newClock()
			test(t, newWorld(t, storetest.OpenURL(t, storetest.URL(t, kind), c.now), c))
		})
	}
}

// eachCase runs a test for every case on every kind of database; the cases of
// one kind share a world and meet each other in nothing but its clock.
func eachCase[T any](t *testing.T, cases []T, name func(T) string, test func(t *testing.T, w *world, tt T)) {
	t.Helper()
	eachWorld(t, func(t *testing.T, w *world) {
		for _, tt := range cases {
			t.Run(name(tt), func(t *testing.T) {
				defer func(outer testing.TB) { w.t = outer }(w.t)
				w.t = t
				test(t, w, tt)
			})
		}
	})
}

// setScheme is a request from the host, signed so.
func (w *world) setScheme(host, scheme string) {
	w.t.Helper()
	if err := w.store.Tables().Hosts.SetScheme(w.t.Context(), host, scheme); err != nil {
		w.t.Fatal(err)
	}
}
