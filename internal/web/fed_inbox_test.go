package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"embraye/internal/embraye"
	"embraye/internal/fedtest"
	"embraye/internal/web"
)

// countingBody tells how much of a request's body was read.
type countingBody struct {
	io.Reader
	read int
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.read += n
	return n, err
}

func (s *site) post(path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", base+path, body)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	s.Web.ServeHTTP(w, r)
	return w
}

// F134: only the two names of ActivityStreams; the body is not read.
func TestF134ContentTypes(t *testing.T) {
	s := newSite(t)
	for contentType, want := range map[string]int{
		"":                                         415,
		"text/plain":                               415,
		"multipart/form-data; boundary=x":          415,
		"text/html; application/activity+json":     415,
		"application/json":                         415,
		"application/ld+json":                      415,
		`application/ld+json; profile="urn:x"`:     415,
		"application/activity+jsonx":               415,
		"application/activity+json":                401, // taken, and not signed
		"application/activity+json; charset=utf-8": 401,
		"Application/Activity+JSON":                401,
		ldProfile:                                  401,
	} {
		for _, path := range []string{"/inbox", "/actors/mesure2/inbox", "/inbox?x=1"} {
			body := &countingBody{Reader: strings.NewReader(`{"id":"https://peer.example/1","type":"Like","actor":"https://peer.example/users/ann","object":"https://ours.example/x"}`)}
			var headers []string
			if contentType != "" {
				headers = []string{"Content-Type: " + contentType}
			}
			w := s.post(path, body, headers...)
			if w.Code != want {
				t.Errorf("%q to %s: %d %s, want %d", contentType, path, w.Code, w.Body, want)
			}
			if w.Code == 415 && body.read > 0 {
				t.Errorf("%q: %d bytes were read", contentType, body.read)
			}
		}
	}
	if w := s.post("/inbox", strings.NewReader("{}"), "Content-Type: "+activity, "Content-Type: "+activity); w.Code != 415 {
		t.Errorf("two Content-Type lines: %d", w.Code)
	}
}

// F135: nothing is inflated.
func TestF135ContentEncoding(t *testing.T) {
	s := newSite(t)
	for _, encoding := range []string{"gzip", "br", "deflate", "gzip, identity"} {
		body := &countingBody{Reader: strings.NewReader("bomb")}
		w := s.post("/inbox", body, "Content-Type: "+activity, "Content-Encoding: "+encoding)
		if w.Code != 415 || body.read > 0 {
			t.Errorf("%s: %d, %d bytes read", encoding, w.Code, body.read)
		}
	}
}

// F136: methods, and unknown actors before anything else; nothing is fetched.
func TestF136Methods(t *testing.T) {
	s := newSite(t)
	tests := []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/inbox", 405, "POST"},
		{"HEAD", "/inbox", 405, "POST"},
		{"PUT", "/inbox", 405, "POST"},
		{"DELETE", "/actors/mesure2/inbox", 405, "POST"},
		{"POST", "/actors/nobody/inbox", 404, ""},
		{"POST", "/actors/Mesure2/inbox", 404, ""},
		{"POST", "/actors/mesure2", 405, "GET, HEAD"},
		{"POST", "/@mesure2", 405, "GET, HEAD"},
		{"POST", "/constats/x", 405, "GET, HEAD"},
		{"PATCH", "/", 405, "GET, HEAD"},
		{"TRACE", "/", 405, "GET, HEAD"},
		{"POST", "/nowhere", 404, ""},
	}
	for _, tt := range tests {
		w := s.request(tt.method, tt.path, "Content-Type: "+activity)
		if w.Code != tt.status || w.Header().Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d Allow %q, want %d %q", tt.method, tt.path, w.Code, w.Header().Get("Allow"), tt.status, tt.allow)
		}
	}
	if dials := s.Wire.Dials("ours.example"); len(dials) > 0 {
		t.Errorf("somebody was called: %v", dials)
	}
}

// F137: the limit, one byte more, and no end at all, over a real connection.
func TestF137BodyLimit(t *testing.T) {
	s := newSite(t)
	const limit = 256 << 10
	ann := s.Server("peer.example").Actor("ann")
	view := func(size int) []byte {
		head := `{"@context":"https://www.w3.org/ns/activitystreams","id":"https://peer.example/1","type":"View","actor":"` +
			ann.ID + `","object":"https://peer.example/video","content":"`
		return []byte(head + strings.Repeat("a", size-len(head)-2) + `"}`)
	}
	if got := s.Do(ann.Request(base+"/inbox", view(limit))); got != http.StatusAccepted {
		t.Errorf("a body of the limit: %d", got)
	}
	// Not over a connection: a sender that is still writing may meet the closed
	// connection before it reads the answer.
	if w := s.post("/inbox", strings.NewReader(string(view(limit+1))), "Content-Type: "+activity); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("one byte more: %d", w.Code)
	}
	// It goes on past the limit and then waits for the answer.
	endless := neverEnding{Reader: io.LimitReader(endlessly{}, limit+1024), answered: make(chan struct{})}
	r, err := http.NewRequest("POST", base+"/inbox", endless)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", fedtest.ActivityType)
	resp, err := s.Wire.Client().Do(r)
	close(endless.answered)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge || !resp.Close {
		t.Errorf("an endless body: %d, close %t", resp.StatusCode, resp.Close)
	}
	direct := &countingBody{Reader: endlessly{}}
	if w := s.post("/inbox", direct, "Content-Type: "+activity); w.Code != 413 || direct.read > limit+4096 {
		t.Errorf("%d after %d bytes", w.Code, direct.read)
	}
}

// neverEnding is a body without an end: once its reader is empty, it waits for
// the answer.
type neverEnding struct {
	io.Reader
	answered chan struct{}
}

func (b neverEnding) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		<-b.answered
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

type endlessly struct{}

func (endlessly) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// The answers of the inbox that servers count on (INTEROP 0.22).
func TestInboxAnswers(t *testing.T) {
	s := newSite(t)
	ann := s.Server("peer.example").Actor("ann")
	follow := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": "https://peer.example/follow/1",
		"type": "Follow", "actor": ann.ID, "object": base + "/actors/mesure2"}
	r := ann.Request(base+"/actors/mesure2/inbox", follow)
	resp, err := s.Wire.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusAccepted || len(body) > 0 {
		t.Errorf("Follow: %d %q %v", resp.StatusCode, body, err)
	}
	if got := s.json("/actors/mesure2/followers")["totalItems"]; got != 1.0 {
		t.Errorf("%v followers right after the 202", got)
	}
	if w := s.post("/inbox", bytes.NewReader([]byte(`{"type":7}`)), "Content-Type: "+activity); w.Code != 400 {
		t.Errorf("a broken shape: %d", w.Code)
	}
	wrong := ann.Request(base+"/inbox", follow)
	wrong.Header.Set("Digest", "SHA-256="+strings.Repeat("A", 43)+"=")
	if got := s.Do(wrong); got != 401 {
		t.Errorf("a wrong digest: %d", got)
	}
}

// Who hangs up before the answer, as senders do whose patience ends while this
// machine stands still, has met no failure of ours. Who closed only the half on which
// nothing more is sent looks the same, and reads no success, but for a message, which
// is taken.
func TestASenderThatHungUpIsNoFailure(t *testing.T) {
	s := newSite(t)
	var log bytes.Buffer
	h := s.handler(web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	ann := s.Server("peer.example").Actor("ann")
	follow := ann.Request(base+"/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": "https://peer.example/follow/1",
		"type": "Follow", "actor": ann.ID, "object": base + "/actors/mesure2"})
	form := httptest.NewRequest("POST", base+"/login", strings.NewReader("email=lea%40ours.example&password=un+mot+de+passe"))
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	form.Header.Set("Origin", base)
	page := httptest.NewRequest("GET", base+"/donnees/constats.csv", nil)
	for _, r := range []*http.Request{follow, form, page} {
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(gone))
		if taken := w.Code == http.StatusAccepted; taken != (r == follow) || !taken && w.Code < 500 || log.Len() > 0 {
			t.Errorf("%s: %d %s", r.URL.Path, w.Code, &log)
		}
		log.Reset()
	}
}

// goneActors are pages that know that somebody is gone.
type goneActors struct{ web.Pages }

func (goneActors) ActorPage(context.Context, string) (*embraye.ActorPage, error) {
	return nil, embraye.ErrGone
}

// Whatever is the matter, an inbox neither says that it is gone, for which Misskey and
// PieFed forget us, nor leads elsewhere (INTEROP 0.22).
func TestAnInboxIsNeverGoneAndNeverMoves(t *testing.T) {
	s := newSite(t)
	gone := s.handler(web.Options{Pages: goneActors{s.Store.Pages()}})
	whole := s.handler(web.Options{})
	ann := s.Server("peer.example").Actor("ann")
	for _, tt := range []struct {
		path string
		h    http.Handler
	}{{"/actors/mesure2/inbox", gone}, {"/inbox/", whole}, {"/actors/mesure2/inbox/", whole}, {"/actors/Mesure2/inbox/", whole}} {
		w := httptest.NewRecorder()
		tt.h.ServeHTTP(w, ann.Request(base+tt.path, map[string]any{"id": "https://peer.example/follow/1", "type": "Follow", "actor": ann.ID, "object": base + "/actors/mesure2"}))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", tt.path, w.Code)
		}
	}
}

// hangingUp is the body of somebody who closes their side of the connection behind
// it: the server sees that, and ends the context of the request.
type hangingUp struct {
	io.ReadCloser
	hangUp context.CancelFunc
}

func (b *hangingUp) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.hangUp()
	}
	return n, err
}

// Whoever sends a message and closes their side, or does not wait for the answer, has
// sent it: what came of it must not depend on who is the faster.
func TestAMessageIsTakenThoughItsSenderHangsUp(t *testing.T) {
	s := newSite(t)
	ann := s.Server("ailleurs.example").Actor("ann")
	r := ann.Request(base+"/inbox", map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": ann.ID + "#1", "type": "Follow", "actor": ann.ID, "object": base + "/actors/mesure2"})
	ctx, hangUp := context.WithCancel(t.Context())
	r = r.WithContext(ctx)
	r.Body = &hangingUp{r.Body, hangUp}
	w := httptest.NewRecorder()
	s.Web.ServeHTTP(w, r)
	if n, err := s.Store.Tables().Followers.Count(t.Context(), "mesure2"); w.Code != http.StatusAccepted || n != 1 || err != nil || ctx.Err() == nil {
		t.Errorf("%d %s, %d followers, %v", w.Code, w.Body, n, err)
	}
}
