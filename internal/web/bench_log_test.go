package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"embraye/internal/embraye"
)

// BenchmarkLog asks for the checkpoint and for tiles of a log of some hundred
// leaves, and by turns for the same bytes from a bare net/http server. Use
// -benchtime 200000x.
func BenchmarkLog(b *testing.B) {
	s := newSite(b)
	for i := range 260 {
		if err := s.Talk.Block(b.Context(), embraye.Operator(), embraye.DomainBlock{Domain: fmt.Sprintf("spam%d.example", i), Severity: embraye.Suspend}); err != nil {
			b.Fatal(err)
		}
	}
	s.Web.Invalidate()
	var requests []string
	bodies := map[string][]byte{}
	for _, path := range []string{"/journal/checkpoint", "/journal/tile/0/000", "/journal/tile/1/000.p/1", "/journal/tile/entries/000"} {
		w := s.request("GET", path)
		if w.Code != http.StatusOK {
			b.Fatalf("%s: %d", path, w.Code)
		}
		bodies[path] = w.Body.Bytes()
		requests = append(requests, "GET "+path+" HTTP/1.1\r\nHost: ours.example\r\n\r\n")
	}
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(bodies[r.URL.Path])
	})
	ours, theirs := listen(b, s.Web), listen(b, bare)
	tour(b, ours, requests, 1000)
	tour(b, theirs, requests, 1000)
	const turn = 50_000
	var spent, baseline time.Duration
	b.ResetTimer()
	for left := b.N; left > 0; left -= turn {
		b.StopTimer()
		baseline += tour(b, theirs, requests, min(left, turn))
		b.StartTimer()
		spent += tour(b, ours, requests, min(left, turn))
	}
	b.ReportMetric(float64(b.N)/spent.Seconds(), "req/s")
	b.ReportMetric(baseline.Seconds()/spent.Seconds(), "of-bare")
}
