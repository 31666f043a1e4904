package web_test

import (
	"net/http/httptest"
	"slices"
	"testing"

	"embraye/internal/web"
	"embraye/internal/web/answer"
)

// Whatever is answered is told once, under names of which there is a bounded
// number, and no one-time link is told wherever somebody put it.
func TestExchangesAreObserved(t *testing.T) {
	s := newSite(t)
	h := s.handler(web.Options{Pages: failing{s.Store.Pages(), func() error { panic("of a page") }}}).(*web.Handler)
	var told []answer.Exchange
	h.Observe(func(e answer.Exchange) { told = append(told, e) })
	const token = "Zq7-a-token-that-nobody-may-read"
	for _, tt := range []struct {
		method, target, host string
		want                 answer.Exchange
	}{
		{"GET", "/livez?key=" + token, "", answer.Exchange{Method: "GET", Route: "/livez", Path: "/livez", Status: 200}},
		{"HEAD", "/livez", "", answer.Exchange{Method: "HEAD", Route: "/livez", Path: "/livez", Status: 200}},
		{"GET", "/constats/none", "", answer.Exchange{Method: "GET", Route: "/constats/{id}", Path: "/constats/none", Status: 404}},
		{"GET", "/", "", answer.Exchange{Method: "GET", Route: "/", Path: "/", Status: 500}},
		{"GET", "/livez/", "", answer.Exchange{Method: "GET", Path: "/livez/", Status: 308}},
		{"GET", "/no/such/page", "", answer.Exchange{Method: "GET", Path: "/no/such/page", Status: 404}},
		{"POST", "/livez", "", answer.Exchange{Method: "POST", Path: "/livez", Status: 405}},
		{"BREW-7", "/livez", "", answer.Exchange{Method: "_OTHER", Path: "/livez", Status: 405}},
		{"GET", "/constats/none", "evil.example", answer.Exchange{Method: "GET", Path: "/constats/none", Status: 421}},
		{"GET", "/invite/" + token, "", answer.Exchange{Method: "GET", Route: "/invite/{token}", Path: "/invite/…", Status: 404}},
		{"GET", "/reset/" + token + "/", "", answer.Exchange{Method: "GET", Path: "/reset/…", Status: 308}},
		{"GET", "//setup/" + token, "", answer.Exchange{Method: "GET", Path: "//setup/…", Status: 404}},
		{"GET", "/Setup/" + token, "", answer.Exchange{Method: "GET", Path: "/Setup/…", Status: 404}},
		{"GET", "/setup%2f" + token, "", answer.Exchange{Method: "GET", Path: "/setup/…", Status: 404}},
		{"GET", "/fr/reset/%0a" + token, "", answer.Exchange{Method: "GET", Path: "/fr/reset/…", Status: 404}},
	} {
		told = nil
		r := httptest.NewRequest(tt.method, base+tt.target, nil)
		if tt.host != "" {
			r.Host = tt.host
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		tt.want.Bytes = int64(w.Body.Len())
		if !slices.Equal(told, []answer.Exchange{tt.want}) || w.Code != tt.want.Status {
			t.Errorf("%s %s: %d, told %+v, want %+v", tt.method, tt.target, w.Code, told, tt.want)
		}
	}
}
