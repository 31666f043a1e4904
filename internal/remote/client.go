// Package remote is the one HTTP client for everything that goes out to other
// servers: documents, WebFinger, pages given as evidence, deliveries. It keeps
// nothing.
//
// What always holds, whoever calls:
//   - the address that is really dialled is public, on port 80 or 443, or the
//     operator allowed its network; it is checked when the socket exists, so a
//     name that resolves twice cannot slip through (guard.go);
//   - no request to ourselves, to a blocked host, by http:// or through a proxy;
//   - every exchange has a deadline, every body a limit after inflation, every
//     chain of redirects an end, and every hop is checked and signed anew.
//
// Start reading at get.go (how anything is fetched), then post.go.
package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

// Options says who we are and what may be reached. The zero value reaches
// public servers by https, unsigned.
type Options struct {
	AllowHTTP     bool           // also speak http://: tests only
	AllowNetworks []netip.Prefix // reachable although not public, on any port
	AllowOwn      bool           // requests to our own origin pass: for the operator's self-check only
	Version       string         // for User-Agent
	BaseURL       string         // ours: named in User-Agent, never requested

	// SignGET returns the instance actor's key; nil, or a signer without one, leaves
	// fetches unsigned. Its error is ours and no answer of the host, who may refuse what
	// nobody signed: nothing is requested, and the caller gets an embraye.ErrUnavailable.
	SignGET func(context.Context) (httpsig.Signer, error)
	// Blocked is asked with the bare host (as embraye.NormaliseHost writes it)
	// before every request and every redirect; nil blocks nothing. Its error is
	// ours and no answer about the host: nothing is requested, and the caller
	// gets an embraye.ErrUnavailable.
	Blocked func(ctx context.Context, host string) (bool, error)
	Now     func() time.Time
	PerHost int // parallel fetches to one host, 4 if zero

	// Dial replaces name resolution and dialling, for tests that wire servers
	// together in one process. What it returns is trusted: the check of the
	// connected address belongs to our own dialler, which it replaces. All
	// checks of the URL itself stay.
	Dial     func(ctx context.Context, network, addr string) (net.Conn, error)
	Resolver *net.Resolver  // nil: the system's
	RootCAs  *x509.CertPool // nil: the system's
}

// limits are the times that tests shorten.
type limits struct {
	fetch time.Duration // one fetch with its redirects, until the body is read
	post  time.Duration // one delivery, until its answer is read
	slot  time.Duration // waiting for one of a host's fetch slots (F051)
}

var defaultLimits = limits{fetch: 10 * time.Second, post: 15 * time.Second, slot: 500 * time.Millisecond}

const (
	maxDocumentBytes = 1 << 20  // Mastodon reads as much
	maxJRDBytes      = 64 << 10 // a WebFinger answer has a handful of links
	maxHeaderBytes   = 64 << 10
	connsPerHost     = 4
)

// Client is safe for concurrent use.
type Client struct {
	options   Options
	limits    limits
	guard     *guard
	gate      *gate
	transport *http.Transport
	userAgent string
	ownHost   string // host[:port] of BaseURL
	observe   func(method string, status int, took time.Duration)
}

// New makes a client with its own connections.
func New(o Options) *Client {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.PerHost <= 0 {
		o.PerHost = connsPerHost
	}
	g := newGuard(o.AllowNetworks)
	return &Client{
		options:   o,
		limits:    defaultLimits,
		guard:     g,
		gate:      newGate(o.PerHost),
		transport: newTransport(o, g),
		userAgent: userAgent(o.Version, o.BaseURL),
		ownHost:   strings.ToLower(embraye.IRI(o.BaseURL).Host()),
	}
}

// CloseIdle closes the connections that no exchange is using.
func (c *Client) CloseIdle() { c.transport.CloseIdleConnections() }

// Observe has every request told from now on: until the header of its answer, or
// with status 0 if there is none. It is called before the first request; while
// nobody observes, nothing is measured.
func (c *Client) Observe(tell func(method string, status int, took time.Duration)) { c.observe = tell }

// exchange makes one request.
func (c *Client) exchange(r *http.Request) (*http.Response, error) {
	if c.observe == nil {
		return c.transport.RoundTrip(r)
	}
	began, status := time.Now(), 0
	resp, err := c.transport.RoundTrip(r)
	if err == nil {
		status = resp.StatusCode
	}
	c.observe(r.Method, status, time.Since(began))
	return resp, err
}

// userAgent names the software and the instance: GoToSocial refuses requests
// without one, and an operator who wonders can find ours.
func userAgent(version, baseURL string) string {
	s := "Embraye"
	if version != "" {
		s += "/" + version
	}
	if baseURL != "" {
		s += " (+" + strings.TrimSuffix(baseURL, "/") + "/)"
	}
	return s
}

// newTransport makes the one pool of connections. A fan-out visits a thousand
// hosts again and again: connections and TLS sessions are kept, because a
// handshake costs as much as a signature. Requests go to the transport
// directly, never through http.Client, which would follow redirects and carry
// our signature to other hosts.
func newTransport(o Options, g *guard) *http.Transport {
	dial := o.Dial
	if dial == nil {
		d := &net.Dialer{Timeout: 5 * time.Second, Resolver: o.Resolver, Control: g.control}
		dial = d.DialContext
	}
	return &http.Transport{
		Proxy:       nil, // a proxy would hide the final address from the guard
		DialContext: dial,
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			RootCAs:            o.RootCAs,
			ClientSessionCache: tls.NewLRUClientSessionCache(4096),
		},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  defaultLimits.post,
		ExpectContinueTimeout:  2 * time.Second, // of WouldTake alone
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           2048,
		MaxIdleConnsPerHost:    connsPerHost,
		MaxConnsPerHost:        connsPerHost,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true, // inflated in body.go, where the limit is
		ForceAttemptHTTP2:      true, // own dialler and TLS settings would switch it off
		HTTP2: &http.HTTP2Config{
			// What a peer may push at us before we read it.
			MaxReceiveBufferPerConnection: maxDocumentBytes,
			MaxReceiveBufferPerStream:     maxDocumentBytes / 4,
			// A connection that died silently must not eat a host's whole turn.
			SendPingTimeout: 15 * time.Second,
			PingTimeout:     10 * time.Second,
		},
	}
}
