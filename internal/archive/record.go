package archive

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const warcVersion = "WARC/1.1"

// records writes a WARC, each record a gzip member of its own, so that readers
// can begin anywhere.
type records struct {
	out    *counter
	zip    *gzip.Writer
	random io.Reader
	index  []indexed
}

// compressors are used again: one is most of what packing takes.
var compressors = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// counter knows where the next record begins.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// A record is its headers, in order, and its block: a head and a body.
type record struct {
	headers [][2]string
	head    []byte
	body    io.ReaderAt
	size    int64
}

func (r *record) set(name, value string) {
	if value != "" {
		r.headers = append(r.headers, [2]string{name, value})
	}
}

func (r *record) content() io.Reader {
	if r.body == nil {
		return strings.NewReader("")
	}
	return io.NewSectionReader(r.body, 0, r.size)
}

// digests are of the whole block and of the body alone.
func (r *record) digests() (block, payload string, err error) {
	whole, part := sha256.New(), sha256.New()
	whole.Write(r.head)
	if _, err := io.Copy(io.MultiWriter(whole, part), r.content()); err != nil {
		return "", "", fmt.Errorf("archive: reading what was received: %w", err)
	}
	return digest(whole.Sum(nil)), digest(part.Sum(nil)), nil
}

func digest(sum []byte) string { return "sha-256:" + hex.EncodeToString(sum) }

// begin makes a record of a type, with an id of its own.
func (w *records) begin(kind, target string, at time.Time) (*record, string, error) {
	id, err := uuid(w.random)
	r := &record{}
	r.set("WARC-Type", kind)
	r.set("WARC-Record-ID", id)
	r.set("WARC-Date", at.UTC().Format(time.RFC3339))
	r.set("WARC-Target-URI", target)
	return r, id, err
}

// write ends a record and tells where it lies.
func (w *records) write(r *record) (offset, length int64, err error) {
	offset = w.out.n
	w.zip.Reset(w.out)
	var head bytes.Buffer
	head.WriteString(warcVersion + "\r\n")
	for _, h := range r.headers {
		head.WriteString(h[0] + ": " + oneLine(h[1]) + "\r\n")
	}
	fmt.Fprintf(&head, "Content-Length: %d\r\n\r\n", int64(len(r.head))+r.size)
	for _, part := range []io.Reader{&head, bytes.NewReader(r.head), r.content(), strings.NewReader("\r\n\r\n")} {
		if _, err := io.Copy(w.zip, part); err != nil {
			return 0, 0, fmt.Errorf("archive: writing a record: %w", err)
		}
	}
	if err := w.zip.Close(); err != nil {
		return 0, 0, fmt.Errorf("archive: writing a record: %w", err)
	}
	return offset, w.out.n - offset, nil
}

// info says who made the file.
func (w *records) info(c Capture) error {
	r, _, err := w.begin("warcinfo", "", c.At)
	if err != nil {
		return err
	}
	r.set("Content-Type", "application/warc-fields")
	r.head = []byte("software: " + oneLine(c.Software) + "\r\nformat: WARC File Format 1.1\r\n")
	_, _, err = w.write(r)
	return err
}

// hop writes an answer and the request that it is one to.
func (w *records) hop(h Hop) error {
	answer, id, err := w.begin("response", h.URL, h.At)
	if err != nil {
		return err
	}
	answer.set("Content-Type", "application/http; msgtype=response")
	answer.set("WARC-IP-Address", h.IP)
	answer.set("WARC-Truncated", h.Cut)
	answer.head, answer.body, answer.size = answerHead(h), h.Body, h.Size
	if err := w.indexed(answer, h.URL, h.At, mediaType(h.Header), h.Status); err != nil {
		return err
	}
	asked, _, err := w.begin("request", h.URL, h.At)
	if err != nil {
		return err
	}
	asked.set("Content-Type", "application/http; msgtype=request")
	asked.set("WARC-Concurrent-To", id)
	asked.head = requestHead(h)
	_, _, err = w.write(asked)
	return err
}

// file writes what was handed in, as it is.
func (w *records) file(c Capture) error {
	r, _, err := w.begin("resource", c.URL, c.At)
	if err != nil {
		return err
	}
	r.set("Content-Type", c.File.MediaType)
	r.body, r.size = c.File.Body, c.File.Size
	return w.indexed(r, c.URL, c.At, c.File.MediaType, http.StatusOK)
}

// indexed writes a record that readers look for.
func (w *records) indexed(r *record, url string, at time.Time, mediaType string, status int) error {
	block, payload, err := r.digests()
	if err != nil {
		return err
	}
	r.set("WARC-Block-Digest", block)
	r.set("WARC-Payload-Digest", payload)
	offset, length, err := w.write(r)
	w.index = append(w.index, indexed{URL: url, at: at, Digest: payload, Mime: mediaType, Filename: warcName,
		Offset: strconv.FormatInt(offset, 10), Length: strconv.FormatInt(length, 10), Status: strconv.Itoa(status)})
	return err
}

// answerHead is an answer's head as its body is kept: without what was about the
// way it came, and without cookies, which are somebody's.
func answerHead(h Hop) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", h.Status, http.StatusText(h.Status))
	fields(&b, h.Header, "Set-Cookie", "Set-Cookie2", "Transfer-Encoding", "Trailer", "Content-Length", "Connection")
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", h.Size)
	return b.Bytes()
}

func requestHead(h Hop) []byte {
	var b bytes.Buffer
	host, path := split(h.URL)
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\n", path, host)
	fields(&b, h.RequestHeader, "Host", "Cookie", "Authorization", "Signature")
	b.WriteString("\r\n")
	return b.Bytes()
}

func fields(b *bytes.Buffer, header map[string][]string, but ...string) {
	names := make([]string, 0, len(header))
	for name := range header {
		if !slices.ContainsFunc(but, func(b string) bool { return strings.EqualFold(b, name) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range header[name] {
			b.WriteString(oneLine(name) + ": " + oneLine(value) + "\r\n")
		}
	}
}

// oneLine keeps a value of a stranger from ending its header.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n\x00") {
		return s
	}
	return strings.NewReplacer("\r", " ", "\n", " ", "\x00", "").Replace(s)
}

func mediaType(header map[string][]string) string {
	name, _, _ := strings.Cut(http.Header(header).Get("Content-Type"), ";")
	if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
		return name
	}
	return "application/octet-stream"
}
