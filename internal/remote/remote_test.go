package remote

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func testSigner() httpsig.Signer {
	return httpsig.Signer{KeyID: "https://ours.example/actors/instance#main-key", Key: testKey()}
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// lab gives names to loopback servers and counts what is dialled.
type lab struct {
	mu    sync.Mutex
	names map[string]string // host:port to a listener's address
	dials []string
}

// serve makes handler answer as host, on port 80.
func (l *lab) serve(t *testing.T, host string, handler http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	l.name(host+":80", server.Listener.Addr().String())
}

func (l *lab) name(hostPort, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.names == nil {
		l.names = map[string]string{}
	}
	l.names[hostPort] = address
}

func (l *lab) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	l.mu.Lock()
	l.dials = append(l.dials, addr)
	to, ok := l.names[addr]
	l.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("no server named %s", addr)
	}
	return new(net.Dialer).DialContext(ctx, network, to)
}

func (l *lab) dialled() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.dials)
}

// client speaks http to the servers of the lab and signs its fetches.
func (l *lab) client(t *testing.T, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{
		AllowHTTP: true, Version: "1.0", BaseURL: "http://ours.example", SignGET: func(context.Context) (httpsig.Signer, error) { return testSigner(), nil }, Dial: l.dial,
		Now: func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) },
	}
	for _, f := range change {
		f(&o)
	}
	c := New(o)
	t.Cleanup(c.CloseIdle)
	return c
}

// answerAS sends an ActivityStreams document.
func answerAS(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/activity+json; charset=utf-8")
	fmt.Fprint(w, body)
}

func handlerAS(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { answerAS(w, body) }
}

func iri(n int) embraye.IRI { return embraye.IRI(fmt.Sprint(n)) }
