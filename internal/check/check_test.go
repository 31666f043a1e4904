package check

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"maps"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/embraye"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// is holds the state of a finding and what it says; whatever is not well says
// what to do.
func is(t *testing.T, what string, f Finding, want State, says ...string) {
	t.Helper()
	if f.State != want {
		t.Errorf("%s is %s, want %s: %s", what, f.State, want, f.Sentence)
	}
	if bad := f.State == Error || f.State == Warning; bad != (f.Remedy != "") {
		t.Errorf("%s is %s with the remedy %q", what, f.State, f.Remedy)
	}
	for _, s := range says {
		if !strings.Contains(f.Sentence+"\n"+f.Remedy, s) {
			t.Errorf("%s does not say %q: %s %s", what, s, f.Sentence, f.Remedy)
		}
	}
	if f.Code == "" || f.Sentence == "" {
		t.Errorf("%s: %+v", what, f)
	}
}

func TestNamesHaveToLeadSomewhereFromEverywhere(t *testing.T) {
	for name, c := range map[string]struct {
		addresses []string
		err       error
		want      State
		says      string
	}{
		"public":           {[]string{"203.0.113.7", "2001:db8::7"}, nil, OK, "203.0.113.7, 2001:db8::7"},
		"unknown":          {nil, errors.New("no such host"), Error, "A or AAAA record of suivi.example"},
		"loopback":         {[]string{"127.0.1.1"}, nil, Warning, "public address for suivi.example"},
		"private":          {[]string{"192.168.1.7", "fd00::1"}, nil, Warning, "public address"},
		"mapped loopback":  {[]string{"::ffff:127.0.0.1"}, nil, Warning, "127.0.0.1"},
		"private and more": {[]string{"10.0.0.7", "203.0.113.7"}, nil, OK, "10.0.0.7"},
	} {
		f, got := Name(t.Context(), func(context.Context, string) (list []netip.Addr, err error) {
			for _, a := range c.addresses {
				list = append(list, netip.MustParseAddr(a))
			}
			return list, c.err
		}, "suivi.example")
		is(t, name, f, c.want, c.says)
		if len(got) != len(c.addresses) {
			t.Errorf("%s: addresses %v", name, got)
		}
	}
}

// certified listens with a certificate of these dates for a name, of an authority
// of its own, and answers nothing but TLS.
func certified(t *testing.T, name string, from, until time.Time) (dial func(context.Context, string, string) (net.Conn, error), roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { conn.(*tls.Conn).Handshake(); conn.Close() }()
		}
	}()
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
	}, roots
}

func TestCertificatesAreRenewedInTime(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		host string
		left time.Duration
		own  bool // nobody knows its authority
		want State
		says string
	}{
		"fresh":             {"suivi.example", 60 * day, false, OK, "2027-01-27"},
		"three weeks":       {"suivi.example", 21 * day, false, OK, "good until"},
		"late":              {"suivi.example", 21*day - time.Second, false, Warning, "renew it now"},
		"urgent":            {"suivi.example", 7*day - time.Second, false, Error, "renew it now"},
		"over":              {"suivi.example", -time.Hour, false, Error, "is over"},
		"another name":      {"other.example", 60 * day, false, Error, "get a certificate for other.example"},
		"unknown authority": {"suivi.example", 60 * day, true, Error, "fullchain.pem"},
	} {
		dial, roots := certified(t, "suivi.example", noon.Add(-100*day), noon.Add(c.left))
		if c.own {
			roots = x509.NewCertPool()
		}
		is(t, name, TLS{Dial: dial, Roots: roots, Now: noon}.Certificate(t.Context(), c.host, "443"), c.want, c.says)
	}
	nobody := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") }
	is(t, "nobody", TLS{Dial: nobody, Now: noon}.Certificate(t.Context(), "suivi.example", "443"), Error, "start the proxy")
	plain := func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			theirs.Read(make([]byte, 1<<14))
			theirs.Write([]byte("HTTP/1.1 400 \r\n\r\n"))
			theirs.Close()
		}()
		return ours, nil
	}
	is(t, "no TLS", TLS{Dial: plain, Now: noon}.Certificate(t.Context(), "suivi.example", "443"), Error, "TLS 1.2 or 1.3")
}

func TestClocksAreCompared(t *testing.T) {
	for off, want := range map[time.Duration]State{0: OK, 10 * time.Second: OK, -10 * time.Second: OK, 11 * time.Second: Warning, -time.Minute: Warning, 61 * time.Second: Error, -48 * time.Hour: Error} {
		is(t, off.String(), Clock("the database", noon.Add(off), noon), want, "the database")
	}
	is(t, "noted", ClockOfOthers(`{"Ours":"2026-11-28T12:00:00Z","Theirs":"2026-11-28T11:00:00Z","Host":"mastodon.example"}`), Error, "mastodon.example", "11:00:00")
	is(t, "nonsense", ClockOfOthers("x"), Warning)
}

func TestWhatWaits(t *testing.T) {
	long := noon.Add(-2 * time.Hour).UnixMilli()
	for name, c := range map[string]struct {
		queue Queue
		want  State
		says  string
	}{
		"nothing":             {Queue{}, OK, "deliveries that wait: 0"},
		"a wave under way":    {Queue{Waiting: 900, Oldest: noon.Add(-time.Minute).UnixMilli()}, OK, "900"},
		"nobody works":        {Queue{Waiting: 3, Oldest: long}, Error, "role worker"},
		"servers that fail":   {Queue{Waiting: 3, Oldest: long, FailingHosts: 2}, Warning, "servers that fail: 2"},
		"given up":            {Queue{GivenUp: 4}, Warning, "deliveries retry"},
		"given up and silent": {Queue{Waiting: 1, GivenUp: 4, Oldest: long, FailingHosts: 1}, Warning, "the oldest since 2026-11-28 10:00:00"},
	} {
		is(t, name, Deliveries(c.queue, noon), c.want, c.says)
	}
	since := func(d time.Duration) *time.Time { at := noon.Add(-d); return &at }
	if list := Peers([]embraye.Peer{{Handle: "a@a.example"}, {Handle: "b@b.example", SilentSince: since(time.Hour)}}, noon); len(list) != 1 {
		t.Errorf("peers: %v", list)
	} else {
		is(t, "peers", list[0], OK, "peers: 2")
	}
	list := Peers([]embraye.Peer{{Handle: "a@a.example", SilentSince: since(48 * time.Hour)}, {Handle: "b@b.example"}}, noon)
	if len(list) != 1 {
		t.Fatalf("%v", list)
	}
	is(t, "a silent peer", list[0], Warning, "a@a.example", "2026-11-26", "peer remove")
}

func TestFindingsAreCounted(t *testing.T) {
	list := append(Settings([]string{"a", "b"}), Settings(nil)...)
	if Count(list, Warning) != 2 || Count(list, OK) != 1 || Count(list, Error) != 0 {
		t.Errorf("%+v", list)
	}
}

// Of every matter it is decided whether somebody is told of it who does not look.
func TestEveryMatterIsDecided(t *testing.T) {
	code := regexp.MustCompile(`(?:found|ok|skipped|unreached|Room)\("([a-z]+)"|Code: "([a-z]+)"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	for _, file := range append(files, "../../cmd/embraye/check.go") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(string(text), -1) {
			met[m[1]+m[2]] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(wakes)), slices.Sorted(maps.Keys(met)); !slices.Equal(got, want) {
		t.Errorf("decided: %v\nfound: %v", got, want)
	}
	for f, want := range map[Finding]bool{
		{Code: "clock", State: Error}: true, {Code: "clock", State: Warning}: false, {Code: "secret", State: Error}: true, {Code: "dns", State: Error}: true,
		{Code: "disk", State: Warning}: true, {Code: "disk", State: Error}: true, {Code: "disk", State: OK}: false, {Code: "disk", State: Skipped}: false,
		{Code: "log", State: Warning}: true, {Code: "peers", State: Error}: false, {Code: "mail", State: Error}: false, {Code: "witness", State: Warning}: false, {Code: "else", State: Error}: false,
	} {
		if f.Wakes() != want {
			t.Errorf("%+v: %t", f, !want)
		}
	}
}
