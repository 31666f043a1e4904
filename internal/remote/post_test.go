package remote

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

func delivery(inbox embraye.IRI, scheme httpsig.Scheme) Delivery {
	signer := testSigner()
	return Delivery{Inbox: inbox, Body: []byte(`{"type":"Accept"}`), Signer: signer, Scheme: scheme}
}

func TestPostIsSigned(t *testing.T) {
	for _, scheme := range []httpsig.Scheme{httpsig.Cavage, httpsig.RFC9421} {
		t.Run(string(scheme), func(t *testing.T) {
			var l lab
			c := l.client(t)
			var got *http.Request
			l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
				got = r
				body, err := io.ReadAll(r.Body)
				if err != nil || string(body) != `{"type":"Accept"}` {
					t.Errorf("body %q, %v", body, err)
				}
				signature, err := httpsig.Parse(r, body, httpsig.Policy{Now: c.options.Now(), BaseURL: &url.URL{Scheme: "http", Host: "good.example"}})
				if err == nil {
					err = signature.Verify(testKey().Public())
				}
				if err != nil || signature.Scheme != scheme {
					t.Errorf("signature: %v", err)
				}
				w.WriteHeader(http.StatusAccepted)
			})
			d := delivery("http://good.example/users/pat/inbox", scheme)
			a, err := c.Post(context.Background(), d)
			if err != nil || a.Status != 202 || a.Snippet != "" || a.Date.IsZero() {
				t.Errorf("got %+v, %v", a, err)
			}
			for name, want := range map[string]string{"Content-Type": "application/activity+json",
				"User-Agent": "Embraye/1.0 (+http://ours.example/)", "Idempotency-Key": "", "Accept-Encoding": ""} {
				if v := got.Header.Get(name); v != want {
					t.Errorf("%s: %q, want %q", name, v, want)
				}
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		name       string
		status     int
		body, want string
	}{
		{"accepted", 202, "ignored", ""},
		{"refused", 401, `{"error":"bad signature"}`, `{"error":"bad signature"}`},
		{"server error", 503, "<h1>\r\n\tAway\x00\x1b[31m\u202e\xff</h1>", "<h1> Away[31m</h1>"},
		{"long", 500, strings.Repeat("é", 600), strings.Repeat("é", 256)},
		{"endless", 500, strings.Repeat("a", 1<<20), strings.Repeat("a", 512)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			l.serve(t, "good.example", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "30")
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			a, err := l.client(t).Post(context.Background(), delivery("http://good.example/inbox", httpsig.Cavage))
			if err != nil || a.Status != test.status || a.RetryAfter != "30" || a.Snippet != test.want {
				t.Errorf("got %+v, %v; want %q", a, err, test.want)
			}
		})
	}
}

func TestPostFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var l lab
		l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://evil.example/inbox")
			w.WriteHeader(status)
		})
		l.serve(t, "evil.example", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("T10 was sent on: %v", r.Header) })
		a, err := l.client(t).Post(context.Background(), delivery("http://good.example/inbox", httpsig.Cavage))
		if err != nil || a.Status != status {
			t.Errorf("%d: got %+v, %v", status, a, err)
		}
	}
}

func TestInboxThatLeadsInward(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00::1"} {
		t.Run("F119 "+address, func(t *testing.T) {
			dns := &scriptedDNS{lines: [][]string{{address}}}
			c, passed := guarded(t, Options{Resolver: dns.resolver()})
			_, err := c.Post(context.Background(), delivery("https://evil.example/inbox", httpsig.Cavage))
			if !errors.Is(err, ErrRefused) || errors.Is(err, ErrUnreachable) {
				t.Errorf("got %v; want ErrRefused alone", err)
			}
			if got := passed(); got != nil {
				t.Errorf("connects to %v", got)
			}
		})
	}
}

func TestPostToDeadAndSlowHosts(t *testing.T) {
	var l lab
	l.raw(t, "silent.example", func(c net.Conn) { io.Copy(io.Discard, c) })
	l.raw(t, "hangup.example", func(net.Conn) {})
	l.raw(t, "drip.example", func(c net.Conn) { drip(c, "HTTP/1.1 202 Accepted\r\n", "X") })
	tests := []struct {
		host    string
		timeout bool
	}{{"silent.example", true}, {"hangup.example", false}, {"drip.example", true}, {"nobody.example", false}}
	for _, test := range tests {
		t.Run("FT20 "+test.host, func(t *testing.T) {
			c := l.client(t)
			if test.timeout {
				c.limits.post = 20 * time.Millisecond
			}
			a, err := c.Post(context.Background(), delivery(embraye.IRI("http://"+test.host+"/inbox"), httpsig.Cavage))
			if !errors.Is(err, ErrUnreachable) || errors.Is(err, ErrRefused) || IsTimeout(err) != test.timeout {
				t.Errorf("got %+v, %v; timeout %v", a, err, IsTimeout(err))
			}
		})
	}
}

// The status counts whatever becomes of the body after it.
func TestStatusBeforeABadBody(t *testing.T) {
	const head = "HTTP/1.1 202 Accepted\r\nContent-Length: 1000000000\r\n\r\n"
	tests := []struct {
		name  string
		write func(net.Conn)
	}{
		{"breaks off", func(c net.Conn) { io.WriteString(c, head+"x") }},
		{"never ends", func(c net.Conn) { drip(c, head, strings.Repeat("x", 64<<10)) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			l.raw(t, "bad.example", test.write)
			a, err := l.client(t).Post(context.Background(), delivery("http://bad.example/inbox", httpsig.Cavage))
			if err != nil || a.Status != 202 {
				t.Errorf("got %+v, %v", a, err)
			}
		})
	}
}

// A moment's standstill of this machine may cost one connection: net/http does not
// keep one whose request is not known to be written 50 ms after the answer.
func TestConnectionsAreKept(t *testing.T) {
	const deliveries = 10
	for _, status := range []int{202, 401} {
		var l lab
		l.serve(t, "good.example", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, strings.Repeat("x", 2000))
		})
		c := l.client(t)
		for range deliveries {
			if _, err := c.Post(context.Background(), delivery("http://good.example/inbox", httpsig.Cavage)); err != nil {
				t.Fatal(err)
			}
		}
		if l.dialled() > deliveries/2 {
			t.Errorf("%d: %d connections for %d deliveries", status, l.dialled(), deliveries)
		}
	}
}

// A server closes kept connections when it likes, also just when we write;
// that is no failed delivery.
func TestPostAfterTheServerHungUp(t *testing.T) {
	for range 10 { // a standstill may close the first connection: see TestConnectionsAreKept
		if postTwice(t) {
			return
		}
	}
	t.Error("no connection was kept for the second request")
}

// postTwice to a server that takes the second request on the connection of the
// first and hangs up; it reports whether it came there.
func postTwice(t *testing.T) bool {
	t.Helper()
	var l lab
	var first sync.Once
	var came atomic.Bool
	connections := l.raw(t, "good.example", func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
		first.Do(func() {
			_, err := http.ReadRequest(bufio.NewReader(c))
			came.Store(err == nil)
		})
	})
	c := l.client(t)
	for i := range 2 {
		if a, err := c.Post(context.Background(), delivery("http://good.example/inbox", httpsig.Cavage)); err != nil || a.Status != 202 {
			t.Fatalf("delivery %d: %+v, %v", i, a, err)
		}
	}
	if connections.Load() != 2 {
		t.Errorf("%d connections, want 2", connections.Load())
	}
	return came.Load()
}

// A Reject is the last word to a blocked host; all other refusals stay.
func TestT12LastWordToABlockedHost(t *testing.T) {
	var l lab
	l.serve(t, "bad.example", handlerAS(`{}`))
	c := l.client(t, func(o *Options) { o.Blocked = func(context.Context, string) (bool, error) { return true, nil } })
	d := delivery("http://bad.example/inbox", httpsig.Cavage)
	if _, err := c.Post(context.Background(), d); !errors.Is(err, ErrBlocked) || l.dialled() != 0 {
		t.Errorf("got %v; want ErrBlocked", err)
	}
	d.LastWord = true
	if a, err := c.Post(context.Background(), d); err != nil || a.Status != 200 {
		t.Errorf("the last word: %+v, %v", a, err)
	}
	for _, inbox := range []embraye.IRI{"http://ours.example/inbox", "ftp://bad.example/inbox", "http://10.0.0.1/inbox"} {
		d.Inbox = inbox
		if _, err := c.Post(context.Background(), d); !errors.Is(err, ErrRefused) {
			t.Errorf("the last word to %s: %v; want ErrRefused", inbox, err)
		}
	}
}
