// Package s3test is a store of files that speaks as much of S3 as Embraye needs,
// for tests: it holds its clients to their signatures, and fails when it is told
// to.
package s3test

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a client has to know.
const (
	Key    = "AKEY"
	Secret = "a/secret+key"
	Region = "garage"
	Name   = "evidence"
)

// Server has one bucket. Stored files may be looked at and changed behind its
// client's back.
type Server struct {
	URL string // as EMBRAYE_S3_URL takes it

	mu       sync.Mutex
	objects  map[string][]byte
	disturbs Disturbance
}

// Disturbance answers in the place of a server, which still can do so itself, and
// tells whether it has.
type Disturbance func(w http.ResponseWriter, r *http.Request, s http.Handler) bool

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{objects: map[string][]byte{}}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	host := strings.TrimPrefix(h.URL, "http://")
	s.URL = fmt.Sprintf("http://%s:%s@%s/%s?region=%s", Key, url.QueryEscape(Secret), host, Name, Region)
	return s
}

// Away answers that the store cannot be used now.
func Away(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
	_, _ = io.Copy(io.Discard, r.Body) // a client that hung up
	Refuse(w, http.StatusForbidden, "AccessDenied")
	return true
}

// Disturb makes the server fail from now on; nil ends it.
func (s *Server) Disturb(d Disturbance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disturbs = d
}

// Names lists what is stored.
func (s *Server) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.objects))
}

// Set stores something, or removes it if data is nil.
func (s *Server) Set(name string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[name] = data
	if data == nil {
		delete(s.objects, name)
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	disturb := s.disturbs
	s.mu.Unlock()
	if disturb != nil && disturb(w, r, http.HandlerFunc(s.serve)) {
		return
	}
	s.serve(w, r)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client hung up
	}
	bucket, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	sum := sha256.Sum256(body)
	switch payload := r.Header.Get("X-Amz-Content-Sha256"); {
	case !signed(r, payload):
		Refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
	case payload != hex.EncodeToString(sum[:]):
		Refuse(w, http.StatusBadRequest, "XAmzContentSHA256Mismatch")
	case bucket != Name:
		Refuse(w, http.StatusNotFound, "NoSuchBucket")
	case r.Method == http.MethodPut:
		s.Set(name, append([]byte{}, body...))
	case r.Method == http.MethodDelete:
		s.Set(name, nil)
		w.WriteHeader(http.StatusNoContent)
	case name == "":
		s.list(w, r.FormValue("prefix"))
	default:
		s.get(w, r, name)
	}
}

func (s *Server) get(w http.ResponseWriter, r *http.Request, name string) {
	s.mu.Lock()
	data, found := s.objects[name]
	s.mu.Unlock()
	if !found {
		Refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	w.Header().Set("Etag", `"x"`)
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), bytes.NewReader(data))
}

func (s *Server) list(w http.ResponseWriter, prefix string) {
	type entry struct {
		Key  string
		Size int
	}
	var all struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Name     string
		Contents []entry
	}
	all.Name = Name
	for _, name := range s.Names() {
		if strings.HasPrefix(name, prefix) {
			all.Contents = append(all.Contents, entry{name, 1})
		}
	}
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(all) // a client that hung up
}

// Refuse answers as S3 does.
func Refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
}

// signed checks the signature of a request (AWS Signature Version 4).
func signed(r *http.Request, payload string) bool {
	fields := map[string]string{}
	for _, word := range strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 "), ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		fields[key] = value
	}
	key, scope, _ := strings.Cut(fields["Credential"], "/")
	names := strings.Split(fields["SignedHeaders"], ";")
	if key != Key || !slices.Contains(names, "host") || !slices.Contains(names, "x-amz-content-sha256") || !slices.Contains(names, "x-amz-date") {
		return false
	}
	var headers strings.Builder
	for _, name := range names {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
	}
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	canonical := strings.Join([]string{r.Method, cmp.Or(r.URL.EscapedPath(), "/"), query, headers.String(), fields["SignedHeaders"], payload}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	at := r.Header.Get("X-Amz-Date")
	if want := fmt.Sprintf("%.8s/%s/s3/aws4_request", at, Region); scope != want {
		return false
	}
	secret := []byte("AWS4" + Secret)
	for _, part := range strings.Split(scope, "/") {
		secret = mac(secret, part)
	}
	want := hex.EncodeToString(mac(secret, "AWS4-HMAC-SHA256\n"+at+"\n"+scope+"\n"+hex.EncodeToString(sum[:])))
	return hmac.Equal([]byte(want), []byte(fields["Signature"]))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
