package fedtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Wire connects host names with handlers, and records who was dialled and
// asked for what.
type Wire struct {
	t         testing.TB
	clock     *Clock // of all hosts
	authority *x509.CertPool
	ca        *x509.Certificate
	caKey     *ecdsa.PrivateKey

	mu       sync.Mutex
	hosts    map[string]*http.Server // by name; Addr is where it listens
	dials    []Dial
	requests []Request
}

// Dial is one attempt to connect: an instance's, or a test's if From is empty.
type Dial struct {
	From, To string
	OK       bool
}

// Request is one request that a host of the wire received.
type Request struct {
	Host, Method, Path string
	Header             http.Header
}

func newWire(t testing.TB, clock *Clock) *Wire {
	w := &Wire{t: t, clock: clock, hosts: make(map[string]*http.Server)}
	var err error
	if w.caKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "fedtest authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true,
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &w.caKey.PublicKey, w.caKey)
	if err != nil {
		t.Fatal(err)
	}
	if w.ca, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	w.authority = x509.NewCertPool()
	w.authority.AddCert(w.ca)
	return w
}

// Authority is what a client has to trust to speak to the wire.
func (w *Wire) Authority() *x509.CertPool { return w.authority }

// Serve puts a handler on the wire under a host name until the test ends.
func (w *Wire) Serve(host string, h http.Handler) {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	server := &http.Server{Addr: l.Addr().String(), ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, Request{Host: host, Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone()})
		w.mu.Unlock()
		rw.Header().Set("Date", w.clock.Now().UTC().Format(http.TimeFormat))
		h.ServeHTTP(rw, r)
	})}
	cert := w.certificate(host)
	go server.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}}))
	w.t.Cleanup(func() { server.Close() })
	w.mu.Lock()
	w.hosts[host] = server
	w.mu.Unlock()
}

// Remove takes a host off the wire: connections to it are refused.
func (w *Wire) Remove(host string) {
	w.mu.Lock()
	server, ok := w.hosts[host]
	delete(w.hosts, host)
	w.mu.Unlock()
	if ok {
		server.Close()
	}
}

func (w *Wire) certificate(host string) tls.Certificate {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		w.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, w.ca, &key.PublicKey, w.caKey)
	if err != nil {
		w.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Dial connects to a host of the wire by name; all other names do not exist.
func (w *Wire) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return w.dial(ctx, "", network, addr)
}

// DialFrom is Dial for an instance, under whose name it is recorded.
func (w *Wire) DialFrom(from string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		return w.dial(ctx, from, network, addr)
	}
}

func (w *Wire) dial(ctx context.Context, from, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	to, ok := w.hosts[host]
	w.dials = append(w.dials, Dial{From: from, To: addr, OK: ok})
	w.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("fedtest: no such host %s", host)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, to.Addr)
}

// Client is a plain client on the wire.
func (w *Wire) Client() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DialContext: w.Dial, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: w.authority}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Dials lists whom an instance tried to reach since the last Forget.
func (w *Wire) Dials(from string) []Dial {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Dial
	for _, d := range w.dials {
		if d.From == from {
			out = append(out, d)
		}
	}
	return out
}

// Requests lists what a host was asked since the last Forget; "" means all.
func (w *Wire) Requests(host string) []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Request
	for _, r := range w.requests {
		if host == "" || r.Host == host {
			out = append(out, r)
		}
	}
	return out
}

// Forget empties the records.
func (w *Wire) Forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dials, w.requests = nil, nil
}
