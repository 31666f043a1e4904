package remote

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

func benchServer(b *testing.B) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
	}))
	b.Cleanup(server.Close)
	return server.URL + "/inbox"
}

var benchBody = bytes.Repeat([]byte(`{"type":"Create"}`), 180) // about 3 kB

// BenchmarkBarePost is what a delivery cannot cost less than: one signature
// and one POST by the standard library.
func BenchmarkBarePost(b *testing.B) {
	address := benchServer(b)
	signer := testSigner()
	transport := &http.Transport{}
	b.Cleanup(transport.CloseIdleConnections)
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(benchBody))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Content-Type", activityJSON)
		if err := httpsig.Sign(req, benchBody, signer, httpsig.Cavage, time.Now()); err != nil {
			b.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

func BenchmarkPost(b *testing.B) {
	address := benchServer(b)
	c := New(Options{AllowHTTP: true, AllowNetworks: loopback, Version: "1.0", BaseURL: "https://ours.example"})
	b.Cleanup(c.CloseIdle)
	signer := testSigner()
	d := Delivery{Inbox: embraye.IRI(address), Body: benchBody, Signer: signer, Scheme: httpsig.Cavage}
	b.ReportAllocs()
	for b.Loop() {
		if a, err := c.Post(context.Background(), d); err != nil || a.Status != http.StatusAccepted {
			b.Fatal(a, err)
		}
	}
}
