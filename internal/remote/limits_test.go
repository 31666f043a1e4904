package remote

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// allocated is how much memory f asks for in all, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestBodyLimits(t *testing.T) {
	fill := bytes.Repeat([]byte(" "), 64<<10)
	var nothing bytes.Buffer // many gzip members without content
	for z := gzip.NewWriter(&nothing); nothing.Len() < 64<<10; z.Reset(&nothing) {
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		body func(w http.ResponseWriter)
		ok   bool
	}{
		{"body at the limit", func(w http.ResponseWriter) { w.Write([]byte("{}" + strings.Repeat(" ", 1<<20-2))) }, true},
		{"one byte more", func(w http.ResponseWriter) { w.Write([]byte("{}" + strings.Repeat(" ", 1<<20-1))) }, false},
		{"F102 1 GiB, chunked", func(w http.ResponseWriter) {
			for range 1 << 14 {
				if _, err := w.Write(fill); err != nil {
					return
				}
			}
		}, false},
		{"F102 1 GiB announced", func(w http.ResponseWriter) { w.Header().Set("Content-Length", "1073741824"); w.Write(fill) }, false},
		{"gzip within the limit", gzipped(t, fill, 15), true},
		{"F103 gzip that inflates to 64 MiB", gzipped(t, fill, 1024), false},
		{"F103 gzip of nothing, for ever", func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			for range 1 << 14 {
				if _, err := w.Write(nothing.Bytes()); err != nil {
					return
				}
			}
		}, false},
		{"broken gzip", func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip"); w.Write(fill) }, false},
		{"other encoding", func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "br"); w.Write(fill) }, false},
		{"gzip in gzip", func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip, gzip"); w.Write(fill) }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			l.serve(t, "good.example", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/activity+json")
				test.body(w)
			})
			c := l.client(t)
			var err error
			if used := allocated(func() { _, err = c.FetchDocument(context.Background(), "http://good.example/") }); used > 8<<20 {
				t.Errorf("allocated %d bytes", used)
			}
			if test.ok && err != nil || !test.ok && !errors.Is(err, ErrRefused) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// gzipped answers with block many times, compressed beforehand: the client's time
// is not spent on the server's work.
func gzipped(t *testing.T, block []byte, times int) func(http.ResponseWriter) {
	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	for range times {
		if _, err := z.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(body.Bytes())
	}
}

// raw answers every connection with what write writes after the request.
func (l *lab) raw(t *testing.T, host string, write func(net.Conn)) (connections *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections = new(atomic.Int32)
	var running sync.WaitGroup
	t.Cleanup(func() { listener.Close(); running.Wait() })
	l.name(host+":80", listener.Addr().String())
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			running.Go(func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					write(conn)
				}
			})
		}
	})
	return connections
}

// drip writes s again and again until the other side has gone.
func drip(conn net.Conn, start, s string) {
	_, err := io.WriteString(conn, start)
	for err == nil {
		_, err = io.WriteString(conn, s)
		time.Sleep(100 * time.Microsecond) // yields; nothing depends on its length
	}
}

func TestPeersThatAnswerBadly(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n"
	tests := []struct {
		name    string
		write   func(net.Conn)
		want    error // nil: the document arrives
		timeout bool
	}{
		{"F105 body drips", func(c net.Conn) { drip(c, head+"Content-Length: 1000000\r\n\r\n", " ") }, ErrUnreachable, true},
		{"F105 chunks drip", func(c net.Conn) { drip(c, head+"Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n") }, ErrUnreachable, true},
		{"F105 gzip drips", func(c net.Conn) {
			drip(c, head+"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03", strings.Repeat("n", 100))
		}, ErrRefused, false},
		{"F106 headers drip", func(c net.Conn) { drip(c, head, "X") }, ErrUnreachable, true},
		{"F106 silence", func(c net.Conn) { io.Copy(io.Discard, c) }, ErrUnreachable, true},
		{"F106 endless 1xx", func(c net.Conn) { drip(c, "", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100)) }, ErrUnreachable, false},
		{"F106 2 MB of headers", func(c net.Conn) { io.WriteString(c, head+"X: "+strings.Repeat("x", 2<<20)+"\r\n\r\n{}") }, ErrUnreachable, false},
		{"F106 more than announced", func(c net.Conn) { io.WriteString(c, head+"Content-Length: 2\r\n\r\n{}"+strings.Repeat(" ", 10<<20)) }, nil, false},
		{"F106 less than announced", func(c net.Conn) { io.WriteString(c, head+"Content-Length: 20\r\n\r\n{}") }, ErrUnreachable, false},
		{"F106 9e18 announced", func(c net.Conn) { io.WriteString(c, head+"Content-Length: 9000000000000000000\r\n\r\nxxxxx") }, ErrRefused, false},
		{"F106 impossible length", func(c net.Conn) { io.WriteString(c, head+"Content-Length: -1\r\n\r\n{}") }, ErrUnreachable, false},
		{"F106 two lengths", func(c net.Conn) { io.WriteString(c, head+"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ") }, ErrUnreachable, false},
		{"F106 not HTTP", func(c net.Conn) { io.WriteString(c, "220 mail.example ESMTP\r\n") }, ErrUnreachable, false},
		{"F106 closed at once", func(net.Conn) {}, ErrUnreachable, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			l.raw(t, "slow.example", test.write)
			c := l.client(t)
			if test.timeout {
				c.limits.fetch = 20 * time.Millisecond
			}
			_, err := c.FetchDocument(context.Background(), "http://slow.example/")
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if test.timeout && !IsTimeout(err) {
				t.Errorf("%v is no timeout", err)
			}
		})
	}
}

func TestCallerThatGivesUp(t *testing.T) {
	var l lab
	ctx, cancel := context.WithCancel(context.Background())
	l.raw(t, "slow.example", func(c net.Conn) { cancel(); io.Copy(io.Discard, c) })
	if _, err := l.client(t).FetchDocument(ctx, "http://slow.example/"); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v; the peer is not to blame", err)
	}
}

func TestHostThatNeverAnswers(t *testing.T) {
	t.Run("F051", func(t *testing.T) {
		var l lab
		release := make(chan struct{})
		connections := l.raw(t, "slow.example", func(c net.Conn) { <-release })
		l.serve(t, "good.example", handlerAS(`{}`))
		c := l.client(t)
		c.limits.slot = time.Millisecond
		errs := make(chan error)
		for i := range 300 {
			go func() {
				_, err := c.FetchDocument(context.Background(), "http://slow.example/"+iri(i))
				errs <- err
			}()
		}
		for range 296 {
			if err := <-errs; !errors.Is(err, ErrUnreachable) || !errors.Is(err, errTooLong) {
				t.Errorf("got %v", err)
			}
		}
		if _, err := c.FetchDocument(context.Background(), "http://good.example/"); err != nil {
			t.Errorf("good peer meanwhile: %v", err)
		}
		close(release)
		for range 4 {
			if err := <-errs; !errors.Is(err, ErrUnreachable) || errors.Is(err, errTooLong) {
				t.Errorf("one that got a slot: %v", err)
			}
		}
		if got := connections.Load(); got > 8 { // 4, each perhaps once again after the server hung up
			t.Errorf("%d connections", got)
		}
		if len(c.gate.hosts) != 0 {
			t.Errorf("the gate remembers %v", c.gate.hosts)
		}
	})
}
