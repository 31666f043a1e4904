package fedtest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"embraye/internal/httpsig"
	"embraye/internal/proof"
)

// ActivityType is the media type that strangers send and serve.
const ActivityType = "application/activity+json"

// Server is a scripted server of somebody else: documents that it serves, and
// a record of what its inboxes received.
type Server struct {
	Host string
	Base string
	w    *World

	mu       sync.Mutex
	docs     map[string]doc
	inbox    []Message
	answer   func(*http.Request) int // status of the inboxes; nil: 202
	handlers map[string]http.HandlerFunc
}

type doc struct {
	status      int
	contentType string
	body        []byte
}

// Message is something that arrived in an inbox of a scripted server.
type Message struct {
	Path   string
	Header http.Header
	Body   []byte
	JSON   map[string]any
}

// Type and Object read the message.
func (m Message) Type() string { s, _ := m.JSON["type"].(string); return s }

// ObjectID is the id of the object, embedded or not.
func (m Message) ObjectID() string {
	switch o := m.JSON["object"].(type) {
	case string:
		return o
	case map[string]any:
		s, _ := o["id"].(string)
		return s
	}
	return ""
}

// Server puts a scripted server on the wire.
func (w *World) Server(host string) *Server {
	w.T.Helper()
	s := &Server{Host: host, Base: "https://" + host, w: w, docs: make(map[string]doc), handlers: make(map[string]http.HandlerFunc)}
	w.Wire.Serve(host, s)
	return s
}

// Loopback is a scripted server on http://127.0.0.1:PORT, for instances that
// speak to loopback instead of a wire. It ends with the test.
func Loopback(t testing.TB, clock *Clock) *Server {
	t.Helper()
	s := &Server{w: &World{T: t, Clock: clock}, docs: make(map[string]doc), handlers: make(map[string]http.HandlerFunc)}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	s.Base = listening.URL
	s.Host = strings.TrimPrefix(s.Base, "http://")
	return s
}

// ServeHTTP answers documents and records inboxes.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	handler, scripted := s.handlers[r.URL.Path]
	d, ok := s.docs[r.URL.RequestURI()]
	answer := s.answer
	s.mu.Unlock()
	switch {
	case scripted:
		handler(rw, r)
	case r.Method == http.MethodPost:
		body, _ := io.ReadAll(r.Body)
		m := Message{Path: r.URL.Path, Header: r.Header.Clone(), Body: body}
		json.Unmarshal(body, &m.JSON)
		s.mu.Lock()
		s.inbox = append(s.inbox, m)
		s.mu.Unlock()
		status := http.StatusAccepted
		if answer != nil {
			status = answer(r)
		}
		rw.WriteHeader(status)
	case ok:
		rw.Header().Set("Content-Type", d.contentType)
		rw.WriteHeader(d.status)
		rw.Write(d.body)
	default:
		http.NotFound(rw, r)
	}
}

// Handle scripts one path.
func (s *Server) Handle(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handlers[path] = h
}

// Answer scripts the status of the inboxes.
func (s *Server) Answer(f func(*http.Request) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// Put serves a document at a path.
func (s *Server) Put(path, contentType string, status int, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.docs[path] = doc{status: status, contentType: contentType, body: body}
}

// PutJSON serves an ActivityStreams document at a path.
func (s *Server) PutJSON(path string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.w.T.Fatal(err)
	}
	s.Put(path, ActivityType+"; charset=utf-8", http.StatusOK, body)
}

// Inbox lists what arrived so far.
func (s *Server) Inbox() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.inbox...)
}

// Take returns what arrived so far and forgets it.
func (s *Server) Take() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.inbox
	s.inbox = nil
	return out
}

// Actor is a scripted actor: a document, a key and what it says.
type Actor struct {
	Server *Server
	Name   string
	ID     string
	KeyID  string
	Key    *rsa.PrivateKey
	Doc    map[string]any // change it, then call Publish
}

// Actor makes an actor of type Person, served at /users/NAME and found by
// WebFinger, with a personal inbox and the server's shared inbox.
func (s *Server) Actor(name string) *Actor {
	s.w.T.Helper()
	return s.ActorAt(s.Base+"/users/"+name, name)
}

// ActorAt is Actor at an address of the caller's choice.
func (s *Server) ActorAt(id, name string) *Actor {
	s.w.T.Helper()
	key, err := Key()
	if err != nil {
		s.w.T.Fatal(err)
	}
	a := &Actor{Server: s, Name: name, ID: id, Key: key}
	a.KeyID = a.ID + "#main-key"
	a.Doc = map[string]any{
		"@context": []any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":       a.ID, "type": "Person", "preferredUsername": name, "name": name, "url": s.Base + "/@" + name,
		"inbox": a.ID + "/inbox", "outbox": a.ID + "/outbox", "followers": a.ID + "/followers", "following": a.ID + "/following",
		"endpoints": map[string]any{"sharedInbox": s.Base + "/inbox"},
		"publicKey": map[string]any{"id": a.KeyID, "owner": a.ID, "publicKeyPem": PEM(s.w.T, &key.PublicKey)},
	}
	a.Publish()
	return a
}

// PEM encodes a public key as SPKI.
func PEM(t testing.TB, key *rsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// Publish serves the actor's document and its WebFinger answer as they are now.
func (a *Actor) Publish() {
	path := strings.TrimPrefix(a.ID, a.Server.Base)
	if path == "" { // an id that is the root without its slash
		path = "/"
	}
	a.Server.PutJSON(path, a.Doc)
	acct := "acct:" + a.Name + "@" + a.Server.Host
	jrd, err := json.Marshal(map[string]any{"subject": acct, "links": []any{
		map[string]any{"rel": "self", "type": ActivityType, "href": a.ID}}})
	if err != nil {
		a.Server.w.T.Fatal(err)
	}
	a.Server.Put("/.well-known/webfinger?resource="+strings.ReplaceAll(strings.ReplaceAll(acct, ":", "%3A"), "@", "%40"), "application/jrd+json", http.StatusOK, jrd)
}

// Request makes a signed request of an activity to an inbox; tests break it
// before they send it.
func (a *Actor) Request(inbox string, activity any) *http.Request {
	return a.RequestAs(inbox, Body(a.Server.w.T, activity), httpsig.Cavage)
}

// Body encodes an activity; raw bytes and strings stay as they are.
func Body(t testing.TB, activity any) []byte {
	switch v := activity.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	b, err := json.Marshal(activity)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RequestAs is Request with a given signature scheme.
func (a *Actor) RequestAs(inbox string, body []byte, scheme httpsig.Scheme) *http.Request {
	a.Server.w.T.Helper()
	return a.requestBy(a.Key, inbox, body, scheme)
}

func (a *Actor) requestBy(key crypto.Signer, inbox string, body []byte, scheme httpsig.Scheme) *http.Request {
	t := a.Server.w.T
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, inbox, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", ActivityType)
	if err := httpsig.Sign(r, body, httpsig.Signer{KeyID: a.KeyID, Key: key}, scheme, a.Server.w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	return r
}

// Post signs and sends an activity, and returns the status.
func (a *Actor) Post(inbox string, activity any) int {
	t := a.Server.w.T
	t.Helper()
	return a.Server.w.Do(a.Request(inbox, activity))
}

// Do sends a request over the wire and returns the status.
func (w *World) Do(r *http.Request) int {
	w.T.Helper()
	client := http.DefaultClient
	if w.Wire != nil {
		client = w.Wire.Client()
	}
	resp, err := client.Do(r)
	if err != nil {
		w.T.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp.StatusCode
}

// Multikey lists an Ed25519 key in the actor's document (FEP-521a), made of a
// word, so that the same word is the same key.
func (a *Actor) Multikey(word string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(word))
	key := ed25519.NewKeyFromSeed(seed[:])
	a.Doc["assertionMethod"] = []any{map[string]any{"id": a.ID + "#ed25519-key", "type": "Multikey", "controller": a.ID,
		"publicKeyMultibase": proof.Multikey(key.Public().(ed25519.PublicKey))}}
	a.Publish()
	return key
}

// Proved is a document with a proof by that key of the actor's.
func (a *Actor) Proved(key ed25519.PrivateKey, doc map[string]any) map[string]any {
	w := a.Server.w
	w.T.Helper()
	body, err := proof.Add(Body(w.T, doc), key, a.ID+"#ed25519-key", w.Clock.Now())
	if err != nil {
		w.T.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(body, &out); err != nil {
		w.T.Fatal(err)
	}
	return out
}

// PostEd25519 is Post, signed by RFC 9421 with an Ed25519 key.
func (a *Actor) PostEd25519(key ed25519.PrivateKey, inbox string, activity any) int {
	by := *a
	by.KeyID = a.ID + "#ed25519-key"
	w := a.Server.w
	w.T.Helper()
	return w.Do(by.requestBy(key, inbox, Body(w.T, activity), httpsig.Ed25519))
}
