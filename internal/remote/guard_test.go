package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

// errStop ends a dial that the guard let pass, so that no test leaves the machine.
var errStop = errors.New("passed the guard")

// inward are addresses of networks that a stranger must not reach through us:
// one of each entry of IANA's special-purpose registries that can be mistaken
// for a peer, and the embeddings of IPv4 in IPv6.
var inward = []string{
	"127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254",
	"0.0.0.0", "0.1.2.3", "100.64.0.1", "100.100.100.200", "192.0.0.170", "192.0.2.1", "198.18.0.1", "198.51.100.1",
	"203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
	"::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1",
	"2001::1", "2001:db8::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "5f00::1",
}

var outward = []string{"1.1.1.1", "80.67.169.12", "2001:910:800::12", "2606:4700::1111"}

// scriptedDNS is a name server in memory: it answers every name with the
// addresses of the next script line, the last one for ever.
type scriptedDNS struct {
	mu    sync.Mutex
	lines [][]string
}

func (s *scriptedDNS) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go s.serve(there)
		return here, nil
	}}
}

// serve speaks DNS over a stream. A line lasts for one A and one AAAA question.
func (s *scriptedDNS) serve(conn net.Conn) {
	defer conn.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, question); err != nil {
			return
		}
		reply := s.answer(question)
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
			return
		}
	}
}

func (s *scriptedDNS) answer(question []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil
	}
	q := m.Questions[0]
	reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}, Questions: m.Questions}
	s.mu.Lock()
	line := s.lines[0]
	s.mu.Unlock()
	for _, text := range line {
		addr := netip.MustParseAddr(text)
		head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case addr.Is4() && q.Type == dnsmessage.TypeA:
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: addr.As4()}})
		case addr.Is6() && q.Type == dnsmessage.TypeAAAA:
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	packed, err := reply.Pack()
	if err != nil {
		panic(err)
	}
	return packed
}

func (s *scriptedDNS) nextLine() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = s.lines[1:]
}

// guarded is a client with the real dialler; passed lists what would have been
// connected to.
func guarded(t *testing.T, o Options) (c *Client, passed func() []string) {
	t.Helper()
	var mu sync.Mutex
	var list []string
	c = New(o)
	t.Cleanup(c.CloseIdle)
	c.guard.passed = func(to netip.AddrPort) error {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, to.String())
		return errStop
	}
	return c, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

// everyWayOut tries a host with each kind of request.
func everyWayOut(c *Client, hostPort string) map[string]error {
	ctx := context.Background()
	signer := testSigner()
	address := embraye.IRI("https://" + hostPort + "/x")
	errs := map[string]error{}
	_, errs["document"] = c.FetchDocument(ctx, address)
	_, _, errs["object"] = c.FetchObject(ctx, address)
	_, errs["webfinger"] = c.WebFinger(ctx, embraye.Handle{User: "x", Host: hostPort})
	_, errs["page"] = c.Page(ctx, address)
	_, errs["post"] = c.Post(ctx, Delivery{Inbox: address, Body: []byte("{}"), Signer: signer, Scheme: "cavage"})
	return errs
}

func TestNamesThatLeadInward(t *testing.T) {
	for _, address := range inward {
		t.Run("F110 "+address, func(t *testing.T) {
			dns := &scriptedDNS{lines: [][]string{{address}}}
			c, passed := guarded(t, Options{Resolver: dns.resolver()})
			for way, err := range everyWayOut(c, "evil.example") {
				if !errors.Is(err, ErrRefused) {
					t.Errorf("%s: got %v; want ErrRefused", way, err)
				}
			}
			if got := passed(); got != nil {
				t.Errorf("connects to %v", got)
			}
		})
	}
	for _, address := range outward {
		t.Run("public "+address, func(t *testing.T) {
			dns := &scriptedDNS{lines: [][]string{{address}}}
			c, passed := guarded(t, Options{Resolver: dns.resolver()})
			_, err := c.FetchDocument(context.Background(), "https://good.example/")
			want := net.JoinHostPort(address, "443")
			if got := passed(); !errors.Is(err, errStop) || !slices.Equal(got, []string{want}) {
				t.Errorf("got %v, %v; want a connect to %s", got, err, want)
			}
		})
	}
}

func TestLiteralAddresses(t *testing.T) {
	for _, address := range inward {
		t.Run("T11 "+address, func(t *testing.T) {
			host := address
			if strings.Contains(address, ":") {
				host = "[" + address + "]"
			}
			c, passed := guarded(t, Options{})
			for way, err := range everyWayOut(c, host) {
				if !errors.Is(err, ErrRefused) {
					t.Errorf("%s: got %v; want ErrRefused", way, err)
				}
			}
			if got := passed(); got != nil {
				t.Errorf("connects to %v", got)
			}
			// The dialler alone refuses them too, whoever let them through.
			if err := c.guard.control("tcp4", net.JoinHostPort(address, "443"), nil); !errors.Is(err, ErrRefused) {
				t.Errorf("control: got %v; want ErrRefused", err)
			}
		})
	}
}

func TestSpellingsOfLoopback(t *testing.T) {
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "127.0.0.1.", "①②⑦.0.0.1", "127.0.0.1%00", "[::ffff:7f00:1]"} {
		for _, resolver := range []*net.Resolver{nil, {PreferGo: true}} {
			t.Run(fmt.Sprintf("F112 %s go=%v", host, resolver != nil), func(t *testing.T) {
				c, passed := guarded(t, Options{AllowHTTP: true, Resolver: resolver})
				if doc, err := c.FetchDocument(context.Background(), embraye.IRI("http://"+host+"/")); !errors.Is(err, ErrRefused) {
					t.Errorf("got %v, %v; want ErrRefused", doc, err)
				}
				if got := passed(); got != nil {
					t.Errorf("connects to %v", got)
				}
			})
		}
	}
}

func TestRebinding(t *testing.T) {
	t.Run("F113 second resolution is inward", func(t *testing.T) {
		dns := &scriptedDNS{lines: [][]string{{"1.1.1.1"}, {"127.0.0.1"}}}
		c, passed := guarded(t, Options{Resolver: dns.resolver()})
		if _, err := c.FetchDocument(context.Background(), "https://evil.example/"); !errors.Is(err, errStop) {
			t.Fatalf("first: got %v", err)
		}
		dns.nextLine()
		for way, err := range everyWayOut(c, "evil.example") {
			if !errors.Is(err, ErrRefused) {
				t.Errorf("%s: got %v; want ErrRefused", way, err)
			}
		}
		if got := passed(); !slices.Equal(got, []string{"1.1.1.1:443"}) {
			t.Errorf("connects to %v", got)
		}
	})
	t.Run("F113 public and inward in one answer", func(t *testing.T) {
		dns := &scriptedDNS{lines: [][]string{{"127.0.0.1", "1.1.1.1", "10.0.0.1", "::1"}}}
		c, passed := guarded(t, Options{Resolver: dns.resolver()})
		if _, err := c.FetchDocument(context.Background(), "https://evil.example/"); err == nil {
			t.Error("no error")
		}
		if got := passed(); !slices.Equal(got, []string{"1.1.1.1:443"}) {
			t.Errorf("connects to %v", got)
		}
	})
}

func TestPorts(t *testing.T) {
	for _, port := range []string{"22", "25", "5432", "6379", "8443", "65535"} {
		t.Run("F115 "+port, func(t *testing.T) {
			asked := false
			c, passed := guarded(t, Options{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
				asked = true
				return nil, errStop
			}}})
			for way, err := range everyWayOut(c, "good.example:"+port) {
				if !errors.Is(err, ErrRefused) {
					t.Errorf("%s: got %v; want ErrRefused", way, err)
				}
			}
			if asked || passed() != nil {
				t.Error("a name was resolved, or something dialled")
			}
		})
	}
	t.Run("F115 an allowed network opens no ports elsewhere", func(t *testing.T) {
		dns := &scriptedDNS{lines: [][]string{{"1.1.1.1"}, {"127.0.0.1"}}}
		c, passed := guarded(t, Options{Resolver: dns.resolver(), AllowNetworks: loopback})
		if _, err := c.FetchDocument(context.Background(), "https://good.example:22/"); !errors.Is(err, ErrRefused) {
			t.Errorf("public address: got %v; want ErrRefused", err)
		}
		dns.nextLine()
		if _, err := c.FetchDocument(context.Background(), "https://good.example:22/"); !errors.Is(err, errStop) {
			t.Errorf("allowed address: got %v", err)
		}
		if got := passed(); !slices.Equal(got, []string{"127.0.0.1:22"}) {
			t.Errorf("connects to %v", got)
		}
	})
}

func TestAllowedNetworkIsReached(t *testing.T) {
	server := httptest.NewServer(handlerAS(`{}`))
	defer server.Close()
	address := embraye.IRI(server.URL + "/")
	c := New(Options{AllowHTTP: true, AllowNetworks: loopback})
	defer c.CloseIdle()
	if _, err := c.FetchDocument(context.Background(), address); err != nil {
		t.Errorf("allowed: %v", err)
	}
	other := New(Options{AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	if _, err := other.FetchDocument(context.Background(), address); !errors.Is(err, ErrRefused) {
		t.Errorf("another network allowed: got %v; want ErrRefused", err)
	}
}

func TestProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	t.Run("F120", func(t *testing.T) {
		proxy, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer proxy.Close()
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"} {
			t.Setenv(name, "http://"+proxy.Addr().String())
		}
		dns := &scriptedDNS{lines: [][]string{{"1.1.1.1"}}}
		c, passed := guarded(t, Options{AllowHTTP: true, AllowNetworks: loopback, Resolver: dns.resolver()})
		for _, scheme := range []string{"http", "https"} {
			if _, err := c.FetchDocument(context.Background(), embraye.IRI(scheme+"://good.example/")); !errors.Is(err, errStop) {
				t.Errorf("%s: got %v", scheme, err)
			}
		}
		if got := passed(); !slices.Equal(got, []string{"1.1.1.1:80", "1.1.1.1:443"}) {
			t.Errorf("connects to %v", got)
		}
		if c.transport.Proxy != nil {
			t.Error("the transport has a proxy")
		}
	})
}

func TestInjectedHeaders(t *testing.T) {
	for _, address := range []string{
		"http://good.example/a\r\nX-Injected: 1", "http://good.example\r\nX-Injected: 1/", "http://good.example%0d%0aX-Injected: 1/",
		"http://good.example/a%0d%0aX-Injected:%201", "http://good.example/a?b=\r\nX-Injected: 1",
	} {
		t.Run(fmt.Sprintf("F122 %q", address), func(t *testing.T) {
			var l lab
			l.serve(t, "good.example", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("X-Injected") != "" || strings.ContainsAny(r.Host, "\r\n") {
					t.Errorf("injected: %q %v", r.Host, r.Header)
				}
				answerAS(w, `{}`)
			})
			c := l.client(t)
			_, err := c.FetchDocument(context.Background(), embraye.IRI(address))
			escaped := strings.HasPrefix(address, "http://good.example/a%0d")
			if !escaped && !errors.Is(err, ErrRefused) || escaped && err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOwnAndBlockedHosts(t *testing.T) {
	var l lab
	for _, host := range []string{"ours.example", "bad.example"} {
		l.serve(t, host, handlerAS(`{}`))
	}
	block := func(o *Options) {
		o.Blocked = func(_ context.Context, h string) (bool, error) { return h == "bad.example", nil }
	}
	c := l.client(t, block)
	for _, address := range []embraye.IRI{"http://ours.example/a", "http://OURS.example:80/a", "http://ours.example./a", "http://bad.example/a", "http://bad.example:8080/a"} {
		if _, err := c.FetchDocument(context.Background(), address); !errors.Is(err, ErrRefused) {
			t.Errorf("F055 %s: got %v; want ErrRefused", address, err)
		}
	}
	if _, err := c.FetchDocument(context.Background(), "http://bad.example/a"); !errors.Is(err, ErrBlocked) {
		t.Errorf("got %v; want ErrBlocked", err)
	}
	if l.dialled() != 0 {
		t.Errorf("dialled %v", l.dials)
	}
	check := l.client(t, func(o *Options) { o.AllowOwn = true })
	if _, err := check.FetchDocument(context.Background(), "http://ours.example/a"); err != nil {
		t.Errorf("self-check: %v", err)
	}
}

// A key that cannot be read is our trouble: who is asked without a signature may
// refuse, and that would be taken for an answer.
func TestNothingIsFetchedWithoutTheKeyThatSigns(t *testing.T) {
	var l lab
	l.serve(t, "peer.example", handlerAS(`{}`))
	away := errors.New("the database is away")
	c := l.client(t, func(o *Options) {
		o.SignGET = func(context.Context) (httpsig.Signer, error) { return httpsig.Signer{}, away }
	})
	_, _, err := c.FetchObject(t.Context(), "http://peer.example/a")
	if !errors.Is(err, embraye.ErrUnavailable) || !errors.Is(err, away) || IsFinal(err) {
		t.Errorf("got %v", err)
	}
	if l.dialled() != 0 {
		t.Errorf("dialled %v", l.dials)
	}
	if _, err := c.WebFinger(t.Context(), embraye.Handle{User: "x", Host: "peer.example"}); l.dialled() == 0 { // which nobody signs
		t.Errorf("webfinger was not asked: %v", err)
	}
}

// A database that hangs holds nobody longer than the exchange may take that it is
// asked for, and no longer than the caller waits.
func TestWhoeverAsksForBlocksHasAnEnd(t *testing.T) {
	var l lab
	c := l.client(t, func(o *Options) {
		o.Blocked = func(ctx context.Context, _ string) (bool, error) { <-ctx.Done(); return false, ctx.Err() }
	})
	c.limits.fetch, c.limits.post = time.Millisecond, time.Millisecond
	for way, err := range everyWayOut(c, "peer.example") {
		if !errors.Is(err, embraye.ErrUnavailable) || IsFinal(err) {
			t.Errorf("%s: %v", way, err)
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.FetchDocument(ctx, "https://peer.example/x"); !errors.Is(err, context.Canceled) || errors.Is(err, embraye.ErrUnavailable) {
		t.Errorf("whoever left: %v", err)
	}
}
