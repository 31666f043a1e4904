package answer

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

var gzipped = []string{"gzip"}

// A smaller body than this fits into one packet anyway.
const minPackedBytes = 1024

// packed is the compressed form of an answer, another representation of the
// same (RFC 9110, 8.8.3): its ETag is its own.
type packed struct {
	body         []byte
	etag, length []string
}

// packs reports whether an answer is ever compressed. What is for one person is
// not, so that nobody can learn a secret from its length beside words of their
// own (BREACH): only what has an ETag, and so may be kept, is. Pictures and
// archives are compressed already.
func (a *Answer) packs() bool {
	return a.etag != nil && len(a.body) >= minPackedBytes && isText(a.contentType[0])
}

func isText(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.Contains(contentType, "json") || strings.Contains(contentType, "xml")
}

// packedFor is the compressed form, made once and kept with the answer, if the
// request takes it and it is any smaller.
func (a *Answer) packedFor(r *http.Request) *packed {
	if !a.packs() || !TakesGzip(r) {
		return nil
	}
	a.packing.Do(func() {
		var out bytes.Buffer
		z := packer(&out)
		defer packers.Put(z)
		if _, err := z.Write(a.body); err != nil || z.Close() != nil || out.Len() >= len(a.body) {
			return // a buffer takes everything; what does not shrink stays as it is
		}
		tag := strings.TrimSuffix(a.etag[0], `"`) + `-gzip"`
		a.packed = &packed{body: bytes.Clone(out.Bytes()), etag: []string{tag}, length: []string{strconv.Itoa(out.Len())}}
	})
	return a.packed
}

// packers are kept: each has tables of a megabyte.
var packers = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

func packer(w io.Writer) *gzip.Writer {
	z := packers.Get().(*gzip.Writer)
	z.Reset(w)
	return z
}

// TakesGzip reads Accept-Encoding (RFC 9110, 12.5.3): gzip or * with a weight
// that is not 0.
func TakesGzip(r *http.Request) bool {
	takes := false
	for _, value := range r.Header["Accept-Encoding"] {
		for item := range strings.SplitSeq(value, ",") {
			name, rest, weighed := strings.Cut(item, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			if name != "gzip" && name != "x-gzip" && name != "*" {
				continue
			}
			q := 1.0
			if s, ok := strings.CutPrefix(strings.TrimSpace(strings.ToLower(rest)), "q="); weighed && ok {
				q, _ = parseWeight(strings.TrimSpace(s)) // what is no weight is no wish
			}
			if name != "*" {
				return q > 0
			}
			takes = q > 0
		}
	}
	return takes
}
