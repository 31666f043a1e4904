package web_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"embraye/internal/browsertest"
	"embraye/internal/embraye"
)

// BenchmarkPages asks for 40 pages of an instance with 300 constats, each in
// both languages, while a constat is published every second, which makes every
// page stale; and by turns from a bare net/http server that sends the same
// bytes. It reports the rate, the ratio of the two, and the processor time of
// one request, client and publication included. Use -benchtime 200000x.
func BenchmarkPages(b *testing.B) {
	s := newSite(b)
	f := browsertest.Fill(b, s.Rooms, s.Clock.Advance, 300)
	s.Web.Invalidate()
	var requests []string
	bodies := map[string][]byte{}
	for _, path := range fortyPages(b, f) {
		for _, lang := range []string{"fr", "en"} {
			w := s.request("GET", path, "Accept: "+browser, "Accept-Language: "+lang)
			if w.Code != http.StatusOK {
				b.Fatalf("%s: %d", path, w.Code)
			}
			bodies[path+" "+lang] = w.Body.Bytes()
			requests = append(requests, "GET "+path+" HTTP/1.1\r\nHost: ours.example\r\nAccept: "+browser+"\r\nAccept-Language: "+lang+"\r\n\r\n")
		}
	}
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(bodies[r.URL.Path+" "+r.Header.Get("Accept-Language")])
	})
	ours, theirs := listen(b, s.Web), listen(b, bare)
	for _, conns := range [][]net.Conn{ours, theirs} { // connections, buffers
		tour(b, conns, requests, 1000)
	}
	const turn = 50_000
	var spent, baseline, processor time.Duration
	b.ResetTimer()
	for left := b.N; left > 0; left -= turn {
		n := min(left, turn)
		b.StopTimer()
		baseline += tour(b, theirs, requests, n)
		stop := s.publishEverySecond(b)
		before := processorTime(b)
		b.StartTimer()
		spent += tour(b, ours, requests, n)
		b.StopTimer()
		processor += processorTime(b) - before
		stop()
	}
	b.ReportMetric(float64(b.N)/spent.Seconds(), "req/s")
	b.ReportMetric(baseline.Seconds()/spent.Seconds(), "of-bare")
	b.ReportMetric(float64(processor.Microseconds())/float64(b.N), "cpu-µs/req")
}

// fortyPages are pages of every kind.
func fortyPages(b *testing.B, f browsertest.Filled) []string {
	b.Helper()
	pages := []string{"/", "/territoires", "/chronologie", "/organisations", "/@organisation", "/comprendre", "/suivre", "/donnees", "/journal", "/mentions-legales", "/ecoconception"}
	for n := range 7 {
		pages = append(pages, fmt.Sprintf("/@mesure%d", n+1))
	}
	for _, region := range strings.Fields("FR-ARA FR-BFC FR-BRE FR-CVL FR-GES FR-HDF") {
		pages = append(pages, "/territoires/"+region, "/@mesure2/"+region)
	}
	for _, id := range f.IDs[len(f.IDs)-(40-len(pages)):] {
		pages = append(pages, "/constats/"+id)
	}
	if len(pages) != 40 {
		b.Fatalf("%d pages", len(pages))
	}
	return pages
}

// publishEverySecond does so until it is stopped.
func (s *site) publishEverySecond(b *testing.B) (stop func()) {
	done := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-tick.C:
				in := sampleInput(fmt.Sprintf("Constat publié pendant la mesure %d", n))
				if _, err := s.Constats.Publish(b.Context(), embraye.Operator(), in); err != nil {
					b.Error(err)
					return
				}
			}
		}
	})
	return func() { close(done); ended.Wait() }
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// tour is hammer over many requests, each connection beginning elsewhere.
func tour(b *testing.B, conns []net.Conn, requests []string, n int) time.Duration {
	var left atomic.Int64
	left.Store(int64(n))
	failures := make(chan error, len(conns))
	start := time.Now()
	for i, conn := range conns {
		go func() {
			in := bufio.NewReaderSize(conn, 64<<10)
			for k := i * len(requests) / len(conns); left.Add(-1) >= 0; k++ {
				if err := exchange(conn, in, requests[k%len(requests)]); err != nil {
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
