//go:build faults

package fedtest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

// FT28: a boost makes 500 servers come at once, each for the constat and its
// account, signed. All are answered, nobody's key is asked for, and memory stays.
func TestFT28AHerdComesForAConstat(t *testing.T) {
	const hosts, each, herd = 500, 6, 64
	w := New(t, Config{Log: io.Discard}, "nous.example")
	in := w.Instances[0]
	p, err := in.Constats.Publish(context.Background(), embraye.Operator(), sample())
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(in.Web)
	t.Cleanup(front.Close)
	var asked atomic.Int64
	actor := w.Server("masto.example").Actor("ada")
	for n := range hosts {
		w.Server(fmt.Sprintf("h%d.example", n)).Handle("/users/ada", func(rw http.ResponseWriter, r *http.Request) { asked.Add(1); http.NotFound(rw, r) })
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: herd}}
	defer client.CloseIdleConnections()
	comes := make(chan int)
	var all sync.WaitGroup
	for range herd {
		all.Go(func() {
			etags := map[string]string{}
			for n := range comes {
				path := []string{"/constats/" + p.Update.ID, "/actors/mesure2"}[n%2]
				r, err := http.NewRequest(http.MethodGet, front.URL+path, nil)
				if err != nil {
					t.Error(err)
					continue
				}
				r.Host = "nous.example"
				r.Header.Set("Accept", ActivityType)
				if etags[path] != "" {
					r.Header.Set("If-None-Match", etags[path])
				}
				if err := httpsig.Sign(r, nil, httpsig.Signer{KeyID: fmt.Sprintf("https://h%d.example/users/ada#main-key", n%hosts), Key: actor.Key}, httpsig.Cavage, w.Clock.Now()); err != nil {
					t.Error(err)
				}
				resp, err := client.Do(r)
				if err != nil {
					t.Error(err)
					continue
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Error(err)
				}
				resp.Body.Close()
				want := http.StatusOK
				if etags[path] != "" {
					want = http.StatusNotModified
				}
				if etags[path] = resp.Header.Get("ETag"); resp.StatusCode != want {
					t.Errorf("%s: %s, want %d", path, resp.Status, want)
				}
			}
		})
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n := range hosts * each {
		comes <- n
	}
	close(comes)
	all.Wait()
	runtime.ReadMemStats(&after)
	if more := int64(after.HeapSys) - int64(before.HeapSys); more > 150<<20 {
		t.Errorf("%d MiB more", more>>20)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("keys were asked for %d times", n)
	}
}
