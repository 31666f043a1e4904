package answer

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// An Answer is a whole response, made once and written many times. Its header
// values are slices made beforehand, shared by all requests and never changed.
type Answer struct {
	status int
	body   []byte

	contentType, etag, Vary, cacheControl, length []string
	more                                          []headerLine // Location, Retry-After, Allow…

	packing sync.Once
	packed  *packed
}

type headerLine struct {
	name   string // in canonical form
	values []string
}

// Header values, shared and never changed.
var (
	noCache  = []string{"private, no-cache"}
	NoStore  = []string{"private, no-store"}
	anyLimit = []string{"public, max-age=86400"}
	brief    = []string{"public, max-age=5"}

	immutable = []string{"public, max-age=31536000, immutable"}

	varyEncoding = []string{"Accept-Encoding"}
	varyAccept   = []string{"Accept, Accept-Encoding"}
	VaryBoth     = []string{"Accept, Accept-Language, Accept-Encoding"}
)

// New is an answer that can be asked for again with If-None-Match.
func New(status int, contentType string, body []byte) *Answer {
	sum := sha256.Sum256(append([]byte(contentType+"\n"), body...))
	return &Answer{
		status:       status,
		body:         body,
		contentType:  []string{contentType},
		etag:         []string{`"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`},
		Vary:         varyAccept,
		cacheControl: noCache,
		length:       []string{strconv.Itoa(len(body))},
	}
}

// Streams is an ActivityStreams document under the name that was asked for.
func Streams(status int, f face, body []byte) *Answer {
	if f == faceLD {
		return New(status, typeLD, body)
	}
	return New(status, typeActivity, body)
}

// Document is a finished document as the answer to a view, or why there is none.
func Document(v *View) func([]byte, error) (*Answer, error) {
	return func(doc []byte, err error) (*Answer, error) {
		if err != nil {
			return nil, err
		}
		return Streams(http.StatusOK, v.Face, doc), nil
	}
}

// Tombstone is document for what is gone: 410.
func Tombstone(v *View) func([]byte, error) (*Answer, error) {
	return func(doc []byte, err error) (*Answer, error) {
		if err != nil {
			return nil, err
		}
		return Streams(http.StatusGone, v.Face, doc), nil
	}
}

// Redirect sends a browser from an id to its page (303).
func Redirect(status int, location string) *Answer {
	a := New(status, TypeText, []byte(location+"\n"))
	a.etag = nil
	return a.With("Location", location)
}

// Unkept is an answer that nobody keeps: it is for one person, or for now.
func (a *Answer) Unkept() *Answer {
	a.etag, a.cacheControl = nil, NoStore
	return a
}

// Bare is an answer that is the same whatever type the request accepts.
func (a *Answer) Bare() *Answer {
	a.Vary = nil
	if a.packs() {
		a.Vary = varyEncoding
	}
	return a
}

// KeptForADay may be kept by whoever passes it on.
func (a *Answer) KeptForADay() *Answer {
	a.cacheControl = anyLimit
	return a
}

// KeptBriefly may be kept for seconds by whoever passes it on.
func (a *Answer) KeptBriefly() *Answer {
	a.cacheControl = brief
	return a
}

// KeptForGood never changes: another content has another address.
func (a *Answer) KeptForGood() *Answer {
	a.cacheControl = immutable
	return a.Bare()
}

// With adds a header line to an answer that nobody has seen yet.
func (a *Answer) With(name, value string) *Answer {
	a.more = append(a.more, headerLine{name, []string{value}})
	return a
}

// Without takes away a header line that every answer has.
func (a *Answer) Without(name string) *Answer {
	a.more = append(a.more, headerLine{name, nil})
	return a
}

// Write sends the answer, or 304 to who has it already: compressed to who
// takes that, which is another representation with an ETag of its own.
func (a *Answer) Write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Cache-Control"] = a.cacheControl
	if a.Vary != nil {
		h["Vary"] = a.Vary
	}
	for _, line := range a.more {
		h[line.name] = line.values
	}
	body, length, etag := a.body, a.length, a.etag
	if p := a.packedFor(r); p != nil {
		body, length, etag = p.body, p.length, p.etag
		h["Content-Encoding"] = gzipped
	}
	if etag != nil && a.status < 300 {
		h["Etag"] = etag
		if match := r.Header["If-None-Match"]; match != nil && matches(match, etag[0]) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h["Content-Type"] = a.contentType
	h["Content-Length"] = length
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		// A stranger who hung up is no error of ours.
		_, _ = w.Write(body)
	}
}

// matches compares weakly, as RFC 9110 13.1.2 wants for If-None-Match.
func matches(values []string, etag string) bool {
	for _, value := range values {
		if value == etag {
			return true
		}
		for candidate := range splitQuoted(value) {
			candidate = strings.TrimSpace(candidate)
			if candidate == "*" || strings.TrimPrefix(candidate, "W/") == etag {
				return true
			}
		}
	}
	return false
}

// size is what the answer costs in the cache, with room for its compressed
// form: pages become four times smaller and more.
func (a *Answer) size() int {
	size := len(a.body) + answerOverheadBytes
	if a.packs() {
		size += len(a.body) / 3
	}
	return size
}

const answerOverheadBytes = 1024
