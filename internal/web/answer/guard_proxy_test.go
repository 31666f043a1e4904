package answer

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestClientBehindProxies(t *testing.T) {
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	tests := []struct {
		name, peer, forwarded string
		want                  string
	}{
		{"direct", "203.0.113.9:4000", "", "203.0.113.9:4000"},
		{"stranger who lies", "203.0.113.9:4000", "198.51.100.1", "203.0.113.9:4000"},
		{"proxy", "10.0.0.1:4000", "198.51.100.1", "198.51.100.1:0"},
		{"client who lies to the proxy", "10.0.0.1:4000", "127.0.0.1, 198.51.100.1", "198.51.100.1:0"},
		{"two proxies", "10.0.0.1:4000", "198.51.100.1, 10.0.0.2", "198.51.100.1:0"},
		{"only proxies", "10.0.0.1:4000", "10.0.0.3, 10.0.0.2", "10.0.0.3:0"},
		{"nonsense", "10.0.0.1:4000", "unknown", "10.0.0.1:4000"},
		{"nonsense before an address", "10.0.0.1:4000", "x, 198.51.100.1", "198.51.100.1:0"},
		{"with port", "10.0.0.1:4000", "198.51.100.1:77", "198.51.100.1:0"},
		{"IPv6", "[::1]:4000", "2001:db8::1", "[2001:db8::1]:0"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:4000", "::ffff:198.51.100.1", "198.51.100.1:0"},
		{"Unix socket", "@", "198.51.100.1", "198.51.100.1:0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://ours.example/", nil)
			r.RemoteAddr = tt.peer
			r.Header.Set("X-Forwarded-Host", "other.example")
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			trusts := trusted.trustsPeer(tt.peer)
			trusted.resolve(r)
			if r.RemoteAddr != tt.want {
				t.Errorf("client %s, want %s", r.RemoteAddr, tt.want)
			}
			if named := r.Host == "other.example"; named != trusts {
				t.Errorf("host %s from a peer trusted=%t", r.Host, trusts)
			}
			if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("X-Forwarded-Host") != "" {
				t.Error("forwarded headers are still there")
			}
		})
	}
}

func TestNoProxyIsTrustedByDefault(t *testing.T) {
	r := httptest.NewRequest("GET", "http://ours.example/", nil)
	r.RemoteAddr = "@"
	r.Header.Set("X-Forwarded-For", "198.51.100.1")
	if proxies(nil).resolve(r); r.RemoteAddr != "@" {
		t.Errorf("client %s", r.RemoteAddr)
	}
}
