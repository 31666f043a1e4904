// Package fedtest runs several instances in one process with one wire between
// them, and scripted strangers beside them: what the fediverse would see,
// without a network, without sleeping.
//
// Every host of the wire is a TLS server on loopback under a test authority;
// the instances' clients reach it by its name and nothing else. Queues are
// drained by Settle, the clock moves by Advance.
//
// Start reading at New, then stranger.go.
package fedtest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"database/sql/driver"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"embraye/configs"
	"embraye/internal/app"
	"embraye/internal/app/organisation"
	"embraye/internal/delivery"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/instance"
	"embraye/internal/remote"
	"embraye/internal/store"
	"embraye/internal/storetest"
	"embraye/internal/web"
)

// Start is when every world begins.
var Start = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

// Clock is the time of a world.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock is a clock that stands still at a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// World is everything that one test sees.
type World struct {
	T         testing.TB
	Wire      *Wire
	Clock     *Clock
	Instances []*Instance
}

// Config changes how instances are made.
type Config struct {
	Kind        string // storetest kind: "sqlite" or "postgres"
	Reference   *embraye.Reference
	RateLimits  bool
	Mode        string                                  // "open" if empty
	BusyTimeout time.Duration                           // how long SQLite waits for another process; 0: as usual
	Listen      func(driver.Connector) driver.Connector // of the databases; nil: nobody hears what is asked
	Bucket      *files.Bucket                           // where files lie; nil: in FilesDir
	Log         io.Writer                               // where the instances' logs go; nil: the test's output
}

// New makes a world with one instance per host name.
func New(t testing.TB, c Config, hosts ...string) *World {
	t.Helper()
	clock := NewClock(Start)
	w := &World{T: t, Wire: newWire(t, clock), Clock: clock}
	for _, h := range hosts {
		w.Instances = append(w.Instances, w.instance(c, h))
	}
	return w
}

// Instance is one running Embraye.
type Instance struct {
	*instance.Instance
	Host     string
	Site     embraye.Site
	URL      string // of the database
	Store    *store.Store
	Web      *web.Handler
	Engine   *delivery.Engine
	Client   *remote.Client
	FilesDir string // where uploads lie
}

func (w *World) instance(c Config, host string) *Instance {
	t := w.T
	t.Helper()
	if c.Reference == nil {
		var err error
		if c.Reference, err = configs.DefaultReference(); err != nil {
			t.Fatal(err)
		}
	}
	if c.Log == nil {
		c.Log = t.Output()
	}
	if c.Mode == "" {
		c.Mode = "open"
	}
	in := &Instance{Host: host, Site: embraye.Site{Base: "https://" + host, HandleDomain: host}}
	in.URL = storetest.URL(t, c.Kind)
	in.Store = storetest.OpenOptions(t, store.Options{URL: in.URL, Now: w.Clock.Now, BusyTimeout: c.BusyTimeout, Listen: c.Listen})
	in.FilesDir = t.TempDir()
	evidence, err := files.Open(in.FilesDir, files.Options{Bucket: c.Bucket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := evidence.Close(); err != nil {
			t.Error(err)
		}
	})
	in.Instance, err = instance.New(instance.Options{
		Options: app.Options{Store: in.Store, Site: in.Site, Language: "fr", Mode: c.Mode, RateLimits: c.RateLimits, MirrorLogs: true, Files: evidence,
			Now: w.Clock.Now, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(c.Log, nil))},
		Client: remote.Options{Dial: w.Wire.DialFrom(host), RootCAs: w.Wire.authority}, Version: "test", Health: Health()})
	if err != nil {
		t.Fatal(err)
	}
	in.Client = in.Remote
	in.start(t, organisation.First{OrgHandle: "organisation", OrgName: "Organisation de " + host, Reference: c.Reference, GenerateKey: Key})
	w.Wire.Serve(host, in.Web)
	return in
}

func (in *Instance) start(t testing.TB, first organisation.First) {
	t.Helper()
	ctx := context.Background()
	if _, err := in.FirstStart(ctx, first); err != nil {
		t.Fatal(err)
	}
	in.open(t)
}

// open makes what a process has beyond its database.
func (in *Instance) open(t testing.TB) {
	t.Helper()
	if err := in.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	in.Engine = in.Instance.Engine()
	var err error
	if in.Web, err = in.Instance.Web(); err != nil {
		t.Fatal(err)
	}
}

// Restart is the instance in a new process: nothing is remembered but what its
// database holds.
func (w *World) Restart(in *Instance) {
	t, o := w.T, in.Instance.Options
	t.Helper()
	in.Store = storetest.OpenURL(t, in.URL, w.Clock.Now)
	o.Store = in.Store
	var err error
	if in.Instance, err = instance.New(o); err != nil {
		t.Fatal(err)
	}
	in.Client = in.Remote
	in.open(t)
	w.Wire.Serve(in.Host, in.Web)
}

// Settle drains every queue until nothing moves any more.
func (w *World) Settle() {
	w.T.Helper()
	for round := 0; round < 100; round++ {
		moved := 0
		for _, in := range w.Instances {
			n, err := in.Engine.Batch(context.Background())
			if err != nil {
				w.T.Fatal(err)
			}
			moved += n
		}
		if moved == 0 {
			return
		}
	}
	w.T.Fatal("fedtest: the queues never came to rest")
}

// Get asks an instance for a document as a server would, unsigned.
func (w *World) Get(url, accept string) *http.Response {
	w.T.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		w.T.Fatal(err)
	}
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	resp, err := w.Wire.Client().Do(r)
	if err != nil {
		w.T.Fatal(err)
	}
	return resp
}

// keys are made once and shared: making RSA keys is slow, and no test cares
// which key an actor has, as long as every actor of a world has its own.
var keys struct {
	sync.Mutex
	list []*rsa.PrivateKey
	next int
}

const sharedKeys = 24

// Key hands out one of a small pool of keys.
func Key() (*rsa.PrivateKey, error) {
	keys.Lock()
	defer keys.Unlock()
	if len(keys.list) < sharedKeys {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		keys.list = append(keys.list, k)
		return k, nil
	}
	keys.next++
	return keys.list[keys.next%sharedKeys], nil
}
