package answer

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

func TestCacheKeepsOneRevision(t *testing.T) {
	c := newCache(maxCacheBytes)
	key := Key{Path: "/constats/x", Face: FacePage, Lang: "fr"}
	one, two := New(200, TypeHTML, []byte("one")), New(200, TypeHTML, []byte("two"))
	c.put(1, key, one)
	if c.get(1, key) != one {
		t.Error("answer of the current revision is not found")
	}
	if c.get(2, key) != nil {
		t.Error("answer of an older revision is served")
	}
	c.put(2, key, two)
	c.put(1, key, one) // made slowly, for a revision that is past
	if c.get(2, key) != two {
		t.Error("an answer of a past revision replaced the current one")
	}
	if c.get(2, Key{Path: "/constats/x", Face: FacePage, Lang: "en"}) != nil {
		t.Error("languages share an answer")
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := newCache(100 << 10)
	for i := range 1000 {
		c.put(1, Key{Path: strconv.Itoa(i)}, New(200, TypeJSON, make([]byte, 1000)))
		if c.bytes > c.maxBytes {
			t.Fatalf("%d bytes after %d answers, at most %d", c.bytes, i+1, c.maxBytes)
		}
	}
	if c.answers.Len() < 40 {
		t.Errorf("%d answers kept, room for about 50", c.answers.Len())
	}
	c.put(1, Key{Path: "big"}, New(200, TypeJSON, make([]byte, 90<<10)))
	if c.get(1, Key{Path: "big"}) != nil {
		t.Error("one answer may push out all others")
	}
}

func TestWatchAsksOncePerTTL(t *testing.T) {
	now, reads, failure := time.Unix(1000, 0), int64(0), error(nil)
	w := &watch{
		now:  func() time.Time { return now },
		read: func(context.Context) (int64, error) { reads++; return reads, failure },
	}
	ask := func() int64 {
		t.Helper()
		revision, err := w.current(t.Context())
		if !errors.Is(err, failure) {
			t.Errorf("error %v, want %v", err, failure)
		}
		return revision
	}
	for range 2 {
		if ask() != 1 {
			t.Error("a fresh revision was read again")
		}
	}
	now = now.Add(revisionTTL)
	if ask() != 2 {
		t.Error("an old revision was not read again")
	}
	w.forget()
	if ask() != 3 {
		t.Error("a forgotten revision was not read again")
	}
	w.forget()
	failure = errors.New("away")
	ask()
	if ask(); reads != 4 {
		t.Errorf("%d reads: a database that is away is asked for each request", reads)
	}
}

// A change while the revision is being read: the reading began before, so the
// next request reads again.
func TestWatchForgetsDuringReading(t *testing.T) {
	w := &watch{now: func() time.Time { return time.Unix(1000, 0) }}
	revision := int64(1)
	w.read = func(context.Context) (int64, error) {
		before := revision
		if revision == 1 {
			revision = 2
			w.forget()
		}
		return before, nil
	}
	for want := int64(1); want <= 2; want++ {
		if got, _ := w.current(t.Context()); got != want {
			t.Errorf("revision %d, want %d", got, want)
		}
	}
}

func TestConditionalGET(t *testing.T) {
	a := New(200, typeActivity, []byte(`{}`))
	etag := a.etag[0]
	for match, want := range map[string]int{
		etag: 304, "W/" + etag: 304, `"x", ` + etag: 304, "*": 304, `"x"`: 200, "": 200, `"a,b"`: 200,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		if match != "" {
			r.Header.Set("If-None-Match", match)
		}
		w := httptest.NewRecorder()
		a.Write(w, r)
		if w.Code != want {
			t.Errorf("If-None-Match %s: %d, want %d", match, w.Code, want)
		}
		if w.Header().Get("ETag") != etag || w.Header().Get("Vary") == "" {
			t.Errorf("If-None-Match %s: headers %v", match, w.Header())
		}
		if w.Code == 304 && (w.Body.Len() > 0 || w.Header().Get("Content-Type") != "") {
			t.Errorf("304 with a body or its type")
		}
	}
	if New(200, typeLD, []byte(`{}`)).etag[0] == etag {
		t.Error("two faces share an ETag")
	}
	gone := New(http.StatusGone, typeActivity, []byte(`{}`))
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("If-None-Match", gone.etag[0])
	w := httptest.NewRecorder()
	if gone.Write(w, r); w.Code != http.StatusGone {
		t.Errorf("410 became %d", w.Code)
	}
}

// T16: what is asked for stays, what nobody asks for goes first.
func TestT16CacheForgetsTheOldestOnly(t *testing.T) {
	c := newCache(100 << 10)
	home := Key{Path: "/"}
	c.put(1, home, New(200, TypeHTML, make([]byte, 1000)))
	for i := range 1000 {
		c.put(1, Key{Path: strconv.Itoa(i)}, New(200, TypeJSON, make([]byte, 1000)))
		if c.get(1, home) == nil {
			t.Fatalf("the home page is forgotten after %d others", i+1)
		}
	}
	c.put(2, home, New(200, TypeHTML, make([]byte, 1000)))
	if c.answers.Len() != 1 || c.bytes != 1000+answerOverheadBytes {
		t.Errorf("%d answers of %d bytes after a new revision", c.answers.Len(), c.bytes)
	}
}
