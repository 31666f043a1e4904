package fedtest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"embraye/configs"
	"embraye/internal/app/constats"
	"embraye/internal/embraye"
	"embraye/internal/logtest"
)

const (
	public    = "https://www.w3.org/ns/activitystreams#Public"
	asContext = "https://www.w3.org/ns/activitystreams"
)

// stage is what the rows of one database share.
type stage struct {
	t             *testing.T
	kind          string
	w             *World
	limited, free *Instance // with the rate limits of every installation, and without
	log           *logtest.Log
	client        *http.Client
}

func newStage(t *testing.T, kind string) *stage {
	t.Helper()
	text, err := os.ReadFile("../../configs/testdata/jardins.yaml")
	if err != nil {
		t.Fatal(err)
	}
	reference, err := configs.ParseReference(text)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, kind: kind, log: new(logtest.Log)}
	s.w = New(t, Config{Kind: kind, Reference: reference, RateLimits: true, Log: s.log}, "ours.example")
	s.limited = s.w.Instances[0]
	s.free = s.w.instance(Config{Kind: kind, Reference: reference, Log: s.log}, "calm.example")
	s.w.Instances = append(s.w.Instances, s.free)
	s.client = s.w.Wire.Client()
	transport := s.client.Transport.(*http.Transport)
	transport.DisableKeepAlives, transport.MaxIdleConnsPerHost = false, 100
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// bench is what one row works with.
type bench struct {
	*stage
	t   *testing.T
	row *row
	in  *Instance

	goroutines int
	servers    []*Server

	mu           sync.Mutex
	before       map[string]string
	allocated    uint64
	logged       int
	refused      int
	secrets      []string
	expectErrors bool // the row breaks something of ours, which is logged as such
}

// ready ends a row's preparations: from here on everything counts.
func (b *bench) ready() {
	b.t.Helper()
	b.before = sums(b.t, b.in.Store)
	b.w.Wire.Forget()
	b.logged, b.refused = len(b.log.String()), 0
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.allocated = m.TotalAlloc
}

// server makes a host of this row.
func (b *bench) server(name string) *Server {
	b.t.Helper()
	host := name
	if !strings.Contains(name, ".") {
		host = strings.ToLower(b.row.number) + "-" + name + ".example"
	}
	s := b.w.Server(host)
	b.servers = append(b.servers, s)
	return s
}

// actor makes a stranger with a valid key on a host of its own.
func (b *bench) actor(host string) *Actor {
	b.t.Helper()
	return b.server(host).Actor("mal")
}

// leave takes the strangers off the wire.
func (b *bench) leave() {
	for _, s := range b.servers {
		b.w.Wire.Remove(s.Host)
	}
}

// Our addresses.
func (b *bench) inbox() string                 { return string(b.in.Site.SharedInbox()) }
func (b *bench) personal(handle string) string { return string(b.in.Site.Inbox(handle)) }
func (b *bench) measure() string               { return string(b.in.Site.ActorID("water")) }
func (b *bench) organisation() string          { return string(b.in.Site.ActorID("organisation")) }
func (b *bench) url(path string) string        { return b.in.Site.Base + path }

// constat publishes one, as a preparation, and returns its id.
func (b *bench) constat() string {
	b.t.Helper()
	p, err := b.in.Constats.Publish(context.Background(), embraye.Operator(), constatInput())
	if err != nil {
		b.t.Fatal(err)
	}
	id := string(b.in.Site.UpdateID(p.Update.ID))
	b.ready()
	return id
}

func constatInput() constats.PublishInput {
	in := sample()
	in.Scope.Measure = "water"
	return in
}

// send sends a request and returns the status; what it signed is a secret.
func (b *bench) send(r *http.Request) int {
	b.t.Helper()
	return b.exchange(r).StatusCode
}

func (b *bench) sendFor(r *http.Request) (int, http.Header) {
	b.t.Helper()
	resp := b.exchange(r)
	return resp.StatusCode, resp.Header
}

func (b *bench) exchange(r *http.Request) *http.Response {
	b.t.Helper()
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		return new(http.Response)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		b.t.Errorf("%s %s: answer: %v", r.Method, r.URL, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if resp.StatusCode >= 400 {
		b.refused++
	}
	if v := signatureOf(r.Header.Get("Signature")); len(b.secrets) < 1000 && len(v) > 40 && len(v) < 4096 {
		b.secrets = append(b.secrets, v)
	}
	return resp
}

// signatureOf is the value that must not be logged.
func signatureOf(header string) string {
	if _, rest, ok := strings.Cut(header, `signature="`); ok {
		header, _, _ = strings.Cut(rest, `"`)
	}
	return header
}

// post sends an activity, signed as it should be, to the shared inbox.
func (b *bench) post(a *Actor, activity any) int {
	b.t.Helper()
	return b.send(a.Request(b.inbox(), activity))
}

// want compares a status.
func (b *bench) want(want, got int, what string, args ...any) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: answered %d, want %d", fmt.Sprintf(what, args...), got, want)
	}
}

// equal compares anything else.
func equal[T comparable](b *bench, want, got T, what string) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// get asks the instance for something and returns the status.
func (b *bench) get(path, accept string) int {
	b.t.Helper()
	status, _ := b.read(path, accept)
	return status
}

func (b *bench) read(path, accept string) (int, string) {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.url(path), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// Activities, as strangers say them. More properties come in pairs.
func activity(a *Actor, typ, id string, object any, more ...any) map[string]any {
	m := map[string]any{"@context": asContext, "id": a.Server.Base + "/" + id, "type": typ, "actor": a.ID, "object": object}
	return with(m, more...)
}

func with(m map[string]any, more ...any) map[string]any {
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return m
}

// note is a public post of a stranger.
func note(a *Actor, id string, more ...any) map[string]any {
	return with(map[string]any{"id": a.Server.Base + "/" + id, "type": "Note", "attributedTo": a.ID, "content": "<p>Bonjour</p>",
		"published": "2026-05-01T09:59:00Z", "to": []any{public}, "cc": []any{}}, more...)
}

// wait polls until something is so that another goroutine does; a hang is the
// test binary's own time-out.
func (b *bench) wait(what string, done func() bool) {
	b.t.Helper()
	for range 20_000 {
		if done() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	b.t.Errorf("waited too long for %s", what)
}
