package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// An answer is a whole response, made once and written many times. Its header
// values are slices made beforehand, shared by all requests and never changed.
type answer struct {
	status int
	body   []byte

	contentType, etag, vary, cacheControl, length []string
	more                                          []headerLine // Location, Retry-After, Allow…
}

type headerLine struct {
	name   string // in canonical form
	values []string
}

var ( // shared, never changed
	noCache  = []string{"private, no-cache"}
	noStore  = []string{"private, no-store"}
	anyLimit = []string{"public, max-age=86400"}

	immutable = []string{"public, max-age=31536000, immutable"}

	varyAccept   = []string{"Accept"}
	varyBoth     = []string{"Accept, Accept-Language"}
	varyLanguage = []string{"Accept-Language"}
)

// newAnswer is an answer that can be asked for again with If-None-Match.
func newAnswer(status int, contentType string, body []byte) *answer {
	sum := sha256.Sum256(append([]byte(contentType+"\n"), body...))
	return &answer{
		status:       status,
		body:         body,
		contentType:  []string{contentType},
		etag:         []string{`"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`},
		vary:         varyAccept,
		cacheControl: noCache,
		length:       []string{strconv.Itoa(len(body))},
	}
}

// streams is an ActivityStreams document under the name that was asked for.
func streams(status int, f face, body []byte) *answer {
	if f == faceLD {
		return newAnswer(status, typeLD, body)
	}
	return newAnswer(status, typeActivity, body)
}

// document is a finished document as the answer to a view, or why there is none.
func document(v *view) func([]byte, error) (*answer, error) {
	return func(doc []byte, err error) (*answer, error) {
		if err != nil {
			return nil, err
		}
		return streams(http.StatusOK, v.face, doc), nil
	}
}

// tombstone is document for what is gone: 410.
func tombstone(v *view) func([]byte, error) (*answer, error) {
	return func(doc []byte, err error) (*answer, error) {
		if err != nil {
			return nil, err
		}
		return streams(http.StatusGone, v.face, doc), nil
	}
}

// redirect sends a browser from an id to its page (303).
func redirect(status int, location string) *answer {
	a := newAnswer(status, typeText, []byte(location+"\n"))
	a.etag = nil
	return a.with("Location", location)
}

// unkept is an answer that nobody keeps: it is for one person, or for now.
func (a *answer) unkept() *answer {
	a.etag, a.cacheControl = nil, noStore
	return a
}

// bare is an answer that is the same whatever the request accepts.
func (a *answer) bare() *answer {
	a.vary = nil
	return a
}

// keptForADay may be kept by whoever passes it on.
func (a *answer) keptForADay() *answer {
	a.cacheControl = anyLimit
	return a
}

// keptForGood never changes: another content has another address.
func (a *answer) keptForGood() *answer {
	a.cacheControl, a.vary = immutable, nil
	return a
}

// with adds a header line to an answer that nobody has seen yet.
func (a *answer) with(name, value string) *answer {
	a.more = append(a.more, headerLine{name, []string{value}})
	return a
}

// write sends the answer, or 304 to who has it already.
func (a *answer) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Cache-Control"] = a.cacheControl
	if a.vary != nil {
		h["Vary"] = a.vary
	}
	for _, line := range a.more {
		h[line.name] = line.values
	}
	if a.etag != nil && a.status < 300 {
		h["Etag"] = a.etag
		if match := r.Header["If-None-Match"]; match != nil && matches(match, a.etag[0]) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h["Content-Type"] = a.contentType
	h["Content-Length"] = a.length
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		// A stranger who hung up is no error of ours.
		_, _ = w.Write(a.body)
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

// size is what the answer costs in the cache.
func (a *answer) size() int { return len(a.body) + answerOverheadBytes }

const answerOverheadBytes = 1024
