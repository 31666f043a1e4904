// Package browsertest puts a real browser in front of a whole instance: what
// a reader or an editor would see, measured and clicked.
//
// The instance runs in the test's process on a loopback port, with SQLite and
// a clock that only moves by Advance. Nothing here uses the network. Without
// Chromium the tests skip, and fail if EMBRAYE_TEST_REQUIRE names "chromium";
// the same holds for "axe" (EMBRAYE_TEST_AXE, the path of axe.min.js) and
// "html" (EMBRAYE_TEST_HTML, the path of html-validate).
//
// Start reading at New, then browser.go.
package browsertest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"embraye/configs"
	"embraye/internal/app"
	"embraye/internal/app/organisation"
	"embraye/internal/app/people"
	"embraye/internal/delivery"
	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/files"
	"embraye/internal/instance"
	"embraye/internal/remote"
	"embraye/internal/store"
	"embraye/internal/storetest"
	"embraye/internal/web"
)

// Instance is a running Embraye on http://127.0.0.1:PORT. It speaks to other
// servers on loopback, by http.
type Instance struct {
	*instance.Instance
	URL    string // base address, without a slash at the end
	Site   embraye.Site
	Store  *store.Store
	Web    *web.Handler
	Engine *delivery.Engine
	Clock  *fedtest.Clock

	t testing.TB
}

// New starts an empty instance that ends with the test.
func New(t testing.TB) *Instance {
	t.Helper()
	return NewAt(t, "127.0.0.1")
}

// NewAt is New under a name of loopback: some things browsers do for names alone.
func NewAt(t testing.TB, name string) *Instance {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	check(t, err)
	host := net.JoinHostPort(name, port)
	in := &Instance{URL: "http://" + host, Site: embraye.Site{Base: "http://" + host, HandleDomain: host}, Clock: fedtest.NewClock(fedtest.Start), t: t}
	in.Store = storetest.OpenURL(t, storetest.URL(t, storetest.SQLite), in.Clock.Now)
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	in.start(log)
	server := &http.Server{Handler: in.Web, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != http.ErrServerClosed {
			t.Error(err)
		}
	})
	return in
}

// start joins the parts of the instance.
func (in *Instance) start(log *slog.Logger) {
	t, ctx := in.t, context.Background()
	t.Helper()
	reference, err := configs.DefaultReference()
	check(t, err)
	evidence, err := files.Open(t.TempDir(), files.Options{})
	check(t, err)
	in.Instance, err = instance.New(instance.Options{
		Options: app.Options{Store: in.Store, Site: in.Site, Language: "fr", Mode: "open", AllowHTTP: true, Files: evidence,
			Now: in.Clock.Now, Random: rand.Reader, Log: log},
		Client: remote.Options{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, Version: "test", Health: fedtest.Health()})
	check(t, err)
	_, err = in.FirstStart(ctx, organisation.First{OrgHandle: "organisation", OrgName: "Mon organisation", Reference: reference, GenerateKey: fedtest.Key})
	check(t, err)
	check(t, in.Open(ctx))
	in.Engine = in.Instance.Engine()
	in.Web, err = in.Instance.Web()
	check(t, err)
}

// AddPerson adds somebody who can sign in with the password.
func (in *Instance) AddPerson(email string, role embraye.Role, password string) *embraye.Person {
	in.t.Helper()
	p, err := in.People.Add(in.t.Context(), embraye.Operator(), people.NewPerson{Email: email, Name: "Personne d'essai", Role: role, Password: password})
	check(in.t, err)
	return p
}

// Settle sends everything that waits to be sent.
func (in *Instance) Settle() {
	in.t.Helper()
	for range 100 {
		n, err := in.Engine.Batch(in.t.Context())
		check(in.t, err)
		if n == 0 {
			return
		}
	}
	in.t.Fatal("browsertest: the queue never came to rest")
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
