package answer

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// ask writes an answer to a request with these header lines.
func ask(a *Answer, method string, headers ...string) *httptest.ResponseRecorder {
	r, w := httptest.NewRequest(method, "https://ours.example/", nil), httptest.NewRecorder()
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	a.Write(w, r)
	return w
}

var long = []byte(strings.Repeat("Un constat de plus. ", 200))

func TestTakesGzip(t *testing.T) {
	for header, want := range map[string]bool{"": false, "gzip": true, "gzip, deflate, br, zstd": true, "br;q=1.0, gzip;q=0.8, *;q=0.1": true, "GZIP": true,
		"gzip;q=0": false, "gzip; q=0.0": false, "*": true, "*;q=0": false, "gzip;q=0, *": false, "*, gzip;q=0": false, "identity": false, "br": false,
		"gzip;q=x": false, "gzip ; q=0.5": true, "x-gzip": true, "gzipped": false} {
		r := httptest.NewRequest("GET", "/", nil)
		if header != "" {
			r.Header.Set("Accept-Encoding", header)
		}
		if TakesGzip(r) != want {
			t.Errorf("%q takes gzip: %v", header, !want)
		}
	}
}

// The compressed form is the same to the byte once it is unpacked, and has an
// ETag of its own: one that is known is answered with 304 for itself only.
func TestAnswersAreCompressedForWhoTakesIt(t *testing.T) {
	for _, contentType := range []string{TypeHTML, TypeJSON, TypeText, typeActivity, typeLD, "application/atom+xml; charset=utf-8", "application/feed+json; charset=utf-8",
		"text/css; charset=utf-8", "image/svg+xml", "application/jrd+json"} {
		a := New(http.StatusOK, contentType, long)
		plain, packed := ask(a, "GET"), ask(a, "GET", "Accept-Encoding: gzip")
		if plain.Header().Get("Content-Encoding") != "" || !bytes.Equal(plain.Body.Bytes(), long) {
			t.Errorf("%s: who takes no gzip gets %v", contentType, plain.Header())
		}
		if packed.Header().Get("Content-Encoding") != "gzip" || packed.Body.Len() > len(long)/4 {
			t.Fatalf("%s: %v", contentType, packed.Header())
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, err := io.ReadAll(z); err != nil || !bytes.Equal(unpacked, long) {
			t.Errorf("%s: unpacked to something else, %v", contentType, err)
		}
		own, other := packed.Header().Get("Etag"), plain.Header().Get("Etag")
		if own == other || own == "" || !strings.HasSuffix(own, `"`) {
			t.Errorf("%s: ETags %s and %s", contentType, own, other)
		}
		for _, w := range []*httptest.ResponseRecorder{plain, packed} {
			if !strings.Contains(w.Header().Get("Vary"), "Accept-Encoding") {
				t.Errorf("%s: Vary %q", contentType, w.Header().Get("Vary"))
			}
		}
		again := ask(a, "GET", "Accept-Encoding: gzip", "If-None-Match: "+own)
		if again.Code != http.StatusNotModified || again.Header().Get("Etag") != own || again.Header().Get("Vary") != packed.Header().Get("Vary") {
			t.Errorf("%s: who has it gets %d %v", contentType, again.Code, again.Header())
		}
		if w := ask(a, "GET", "Accept-Encoding: gzip", "If-None-Match: W/"+own); w.Code != http.StatusNotModified {
			t.Errorf("%s: compared strongly: %d", contentType, w.Code)
		}
		if w := ask(a, "GET", "If-None-Match: "+own); w.Code != http.StatusOK || w.Header().Get("Etag") != other {
			t.Errorf("%s: who has the compressed form and takes it no more gets %d", contentType, w.Code)
		}
		head := ask(a, "HEAD", "Accept-Encoding: gzip")
		if head.Body.Len() > 0 || head.Header().Get("Content-Length") != packed.Header().Get("Content-Length") || head.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: HEAD says %v", contentType, head.Header())
		}
	}
}

// What is for one person stays as it is (BREACH), and so does what is
// compressed already, or small.
func TestWhatIsNeverCompressed(t *testing.T) {
	for name, a := range map[string]*Answer{
		"for one person": New(http.StatusOK, TypeHTML, long).Unkept(),
		"a redirect":     Redirect(http.StatusSeeOther, "https://ours.example/"+strings.Repeat("a", 2000)),
		"a picture":      New(http.StatusOK, "image/png", long).Bare(),
		"small":          New(http.StatusOK, TypeJSON, long[:1000]),
	} {
		w := ask(a, "GET", "Accept-Encoding: gzip")
		if w.Header().Get("Content-Encoding") != "" || w.Body.Len() != len(a.body) {
			t.Errorf("%s: compressed", name)
		}
	}
	if v := ask(New(http.StatusOK, "image/png", long).Bare(), "GET").Header().Get("Vary"); v != "" {
		t.Errorf("a picture varies by %s", v)
	}
}

// It is compressed once, whoever asks.
func TestCompressedOnce(t *testing.T) {
	a := New(http.StatusOK, TypeHTML, long)
	first := ask(a, "GET", "Accept-Encoding: gzip")
	kept := a.packed
	second := ask(a, "GET", "Accept-Encoding: br, gzip")
	if kept == nil || a.packed != kept || !bytes.Equal(first.Body.Bytes(), second.Body.Bytes()) {
		t.Error("made twice")
	}
	if a.size() < len(a.body)+len(kept.body) {
		t.Errorf("the cache counts %d bytes of %d and %d", a.size(), len(a.body), len(kept.body))
	}
}
