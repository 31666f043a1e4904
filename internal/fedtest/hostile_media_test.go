package fedtest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// H, continued. What HTTP itself says: media type, encoding, method, size.
func mediaRows() []row {
	return []row{
		{number: "F134", name: "media types", run: inboxMediaTypes},
		{number: "F135", name: "compressed body", run: compressedBody},
		{number: "F136", name: "methods and unknown inboxes", run: methods},
		{number: "F137", name: "size", run: sizes, out: 1, stores: likes},
	}
}

func inboxMediaTypes(b *bench) {
	a, like := b.likeable()
	for _, mediaType := range []string{"text/plain", "multipart/form-data; boundary=x", "", "text/html; application/activity+json", "application/json",
		"application/activity+json-x", "application/ld+json", `application/ld+json; profile="https://evil.example/"`, "application/activity+json, text/html"} {
		r := a.Request(b.inbox(), like)
		r.Header.Set("Content-Type", mediaType)
		if mediaType == "" {
			r.Header.Del("Content-Type")
		}
		read := &counted{Reader: strings.NewReader("{}")}
		r.Body, r.ContentLength = io.NopCloser(read), 2
		b.want(415, b.send(r), "Content-Type: %s", mediaType)
	}
	r := a.Request(b.inbox(), like)
	r.Header.Add("Content-Type", ActivityType)
	b.want(415, b.send(r), "two Content-Types")
}

// counted counts what was read of it.
type counted struct {
	io.Reader
	n atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func compressedBody(b *bench) {
	a, _ := b.likeable()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, 10<<20))
	z.Close()
	b.ready()
	for _, encoding := range []string{"gzip", "GZIP", "br", "deflate", "identity, gzip"} {
		r := a.Request(b.inbox(), bomb.Bytes())
		r.Header.Set("Content-Encoding", encoding)
		b.want(415, b.send(r), "Content-Encoding: %s", encoding)
	}
}

func methods(b *bench) {
	a, like := b.likeable()
	method := func(want int, method, path string) {
		b.t.Helper()
		r := a.Request(b.url(path), like)
		r.Method = method
		if method == http.MethodGet {
			r.Body, r.ContentLength = nil, 0
		}
		b.want(want, b.send(r), "%s %s", method, path)
	}
	for _, m := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		method(405, m, "/inbox")
		method(405, m, "/actors/water/inbox")
	}
	method(404, http.MethodPost, "/actors/nobody/inbox")
	method(404, http.MethodPost, "/actors/seed_bank/inbox") // switched off
	method(405, http.MethodPost, "/actors/water")
	method(405, http.MethodPost, "/@water")
	method(405, http.MethodPost, "/actors/water/outbox")
}

const inboxLimit = 256 << 10

func sizes(b *bench) {
	a, like := b.likeable()
	id := like["object"].(string)
	short := raw(a, id, `,"summary":""`)
	filled := func(n int) string { return raw(a, id, `,"summary":"`+strings.Repeat("x", n-len(short))+`"`) }
	b.want(202, b.post(a, filled(inboxLimit)), "exactly the limit")
	equal(b, 1, b.likeCount(), "likes")
	b.want(413, b.post(a, filled(inboxLimit+1)), "one byte more")

	r := a.Request(b.inbox(), filled(inboxLimit+1))
	r.ContentLength = -1
	b.want(413, b.send(r), "one byte more, in chunks")

	endless := &counted{Reader: io.LimitReader(forever{}, 1<<30)}
	r = a.Request(b.inbox(), like)
	r.Body, r.ContentLength = io.NopCloser(endless), -1
	resp := b.exchange(r)
	b.want(413, resp.StatusCode, "chunks without end")
	equal(b, true, resp.Close, "the connection is closed")
	if n := endless.n.Load(); n > 16<<20 {
		b.t.Errorf("%d bytes were taken", n)
	}
}

// forever is blanks.
type forever struct{}

func (forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
