package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkGET asks for warm answers over loopback, by turns from our handler
// and from a bare net/http server that sends the same bytes, and reports the
// ratio of the two rates. Client and servers share the processors, as they
// would on a small host with its proxy.
func BenchmarkGET(b *testing.B) {
	s := newSite(b)
	_, constat := s.publish("Un appel à communs est ouvert")
	for i := range 19 {
		s.publish(fmt.Sprintf("Constat %d", i))
	}
	for _, bench := range []struct{ name, path, accept string }{
		{"actor", "/actors/mesure2", activity},
		{"constat", constat, activity},
		{"outbox-page", "/actors/mesure2/outbox?page=true", activity},
		{"webfinger", finger("acct:mesure2@ours.example"), "application/jrd+json"},
		{"measure-page", "/@mesure2", browser},
		{"home-page", "/", browser},
	} {
		b.Run(bench.name, func(b *testing.B) {
			first := s.get(bench.path, bench.accept)
			if first.Code != http.StatusOK {
				b.Fatalf("%s: %d", bench.path, first.Code)
			}
			body, contentType := first.Body.Bytes(), first.Header().Get("Content-Type")
			bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", contentType)
				w.Write(body)
			})
			request := "GET " + bench.path + " HTTP/1.1\r\nHost: ours.example\r\nAccept: " + bench.accept + "\r\nUser-Agent: bench\r\n\r\n"
			ours, theirs := listen(b, s.Web), listen(b, bare)
			hammer(b, theirs, request, b.N/10+1) // connections, buffers
			var spent, baseline time.Duration
			b.ResetTimer()
			for left := b.N; left > 0; left -= 2000 { // by turns: the machine's mood is the same for both
				n := min(left, 2000)
				b.StopTimer()
				baseline += hammer(b, theirs, request, n)
				b.StartTimer()
				spent += hammer(b, ours, request, n)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/spent.Seconds(), "req/s")
			b.ReportMetric(baseline.Seconds()/spent.Seconds(), "of-bare")
		})
	}
}

func listen(b *testing.B, h http.Handler) []net.Conn {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(l)
	b.Cleanup(func() { server.Close() })
	conns := make([]net.Conn, 8)
	for i := range conns {
		if conns[i], err = net.Dial("tcp", l.Addr().String()); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conns[i].Close() })
	}
	return conns
}

// hammer sends n requests over the connections, one at a time on each, and
// reads every answer whole. A client of a few lines, so that it is the servers
// that are measured.
func hammer(b *testing.B, conns []net.Conn, request string, n int) time.Duration {
	var left atomic.Int64
	left.Store(int64(n))
	failures := make(chan error, len(conns))
	start := time.Now()
	for _, conn := range conns {
		go func() {
			in := bufio.NewReaderSize(conn, 64<<10)
			for left.Add(-1) >= 0 {
				if err := exchange(conn, in, request); err != nil {
					failures <- err
					return
				}
			}
			failures <- nil
		}()
	}
	for range conns {
		if err := <-failures; err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

func exchange(conn net.Conn, in *bufio.Reader, request string) error {
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
