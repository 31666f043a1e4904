package remote

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// authority signs certificates of servers in tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: newECKey(t)}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	a.cert = sign(t, template, template, a.key, &a.key.PublicKey)
	return a
}

func newECKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey, public *ecdsa.PublicKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// serveTLS makes handler answer as host on port 443, with a certificate for
// name that ends at notAfter and the highest TLS version maxVersion.
func (a *authority) serveTLS(t *testing.T, l *lab, host, name string, notAfter time.Time, maxVersion uint16, handler http.HandlerFunc) {
	t.Helper()
	key := newECKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name},
		NotBefore: notAfter.Add(-2 * time.Hour), NotAfter: notAfter}
	cert := sign(t, template, a.cert, a.key, &key.PublicKey)
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = maxVersion >= tls.VersionTLS12
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}},
		MinVersion: tls.VersionTLS10, MaxVersion: maxVersion}
	server.StartTLS()
	t.Cleanup(server.Close)
	l.name(host+":443", server.Listener.Addr().String())
}

func TestTLS(t *testing.T) {
	known, unknown := newAuthority(t), newAuthority(t)
	later, before := time.Now().Add(time.Hour), time.Now().Add(-time.Minute)
	tests := []struct {
		name, certName string
		by             *authority
		until          time.Time
		version        uint16
		ok             bool
	}{
		{"good", "good.example", known, later, tls.VersionTLS13, true},
		{"good, TLS 1.2", "good.example", known, later, tls.VersionTLS12, true},
		{"F108 expired", "good.example", known, before, tls.VersionTLS13, false},
		{"F108 signed by nobody we know", "good.example", unknown, later, tls.VersionTLS13, false},
		{"F108 other name", "other.example", known, later, tls.VersionTLS13, false},
		{"F108 TLS 1.1", "good.example", known, later, tls.VersionTLS11, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l lab
			var proto string
			test.by.serveTLS(t, &l, "good.example", test.certName, test.until, test.version, func(w http.ResponseWriter, r *http.Request) {
				proto = r.Proto
				answerAS(w, `{}`)
			})
			c := l.client(t, func(o *Options) { o.AllowHTTP, o.RootCAs = false, known.pool() })
			_, err := c.FetchDocument(context.Background(), "https://good.example/")
			if test.ok && (err != nil || proto != "HTTP/2.0") {
				t.Errorf("got %v by %s; want success by HTTP/2.0", err, proto)
			}
			if !test.ok && (!errors.Is(err, ErrUnreachable) || proto != "") {
				t.Errorf("got %v, request seen by %q", err, proto)
			}
		})
	}
}

func TestHTTPIsRefused(t *testing.T) {
	t.Run("F108 http", func(t *testing.T) {
		var l lab
		c := l.client(t, func(o *Options) { o.AllowHTTP = false })
		for way, err := range map[string]error{
			"document": second(c.FetchDocument(context.Background(), "http://good.example/")),
			"page":     second(c.Page(context.Background(), "http://good.example/")),
			"post":     second(c.Post(context.Background(), Delivery{Inbox: "http://good.example/inbox"})),
		} {
			if !errors.Is(err, ErrRefused) {
				t.Errorf("%s: got %v; want ErrRefused", way, err)
			}
		}
		if l.dialled() != 0 {
			t.Errorf("dialled %v", l.dials)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// HTTP/2 peers must not be able to fill memory before we read.
func TestBodyLimitHTTP2(t *testing.T) {
	t.Run("F102 HTTP/2", func(t *testing.T) {
		var l lab
		a := newAuthority(t)
		sent := make(chan int, 1)
		a.serveTLS(t, &l, "good.example", "good.example", time.Now().Add(time.Hour), tls.VersionTLS13, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/activity+json")
			total, block := 0, make([]byte, 64<<10)
			for {
				n, err := w.Write(block)
				total += n
				if err != nil {
					sent <- total
					return
				}
			}
		})
		c := l.client(t, func(o *Options) { o.RootCAs = a.pool() })
		if _, err := c.FetchDocument(context.Background(), "https://good.example/"); !errors.Is(err, ErrRefused) {
			t.Errorf("got %v; want ErrRefused", err)
		}
		if total := <-sent; total > 4<<20 {
			t.Errorf("the peer could send %d bytes", total)
		}
	})
}
