package answer

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks whose X-Forwarded-* headers count. From anybody
// else the headers are dropped, so that nothing behind can believe them.
type proxies []netip.Prefix

// resolve makes r.RemoteAddr the client's and r.Host the name that the client
// asked for. Of a chain of proxies the right-most address that is not one of
// them is the client: what stands further left was written by the client.
func (p proxies) resolve(r *http.Request) {
	forwarded, named := r.Header["X-Forwarded-For"], r.Header["X-Forwarded-Host"]
	if forwarded == nil && named == nil {
		return
	}
	if p.trustsPeer(r.RemoteAddr) {
		if client := p.client(forwarded); client.IsValid() {
			r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
		}
		if len(named) == 1 && named[0] != "" && !strings.ContainsAny(named[0], ", ") {
			r.Host = named[0]
		}
	}
	r.Header.Del("X-Forwarded-For")
	r.Header.Del("X-Forwarded-Host")
}

func (p proxies) trustsPeer(remoteAddr string) bool {
	if len(p) == 0 {
		return false
	}
	host, _, err := net.SplitHostPort(remoteAddr)
	if err != nil {
		return true // a Unix socket: whoever reaches it is on this machine
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && p.contains(addr)
}

func (p proxies) contains(addr netip.Addr) bool {
	addr = addr.Unmap()
	for _, prefix := range p {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// client walks from the right to the first address that is no proxy of ours.
func (p proxies) client(forwarded []string) (client netip.Addr) {
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, err := parseHop(strings.TrimSpace(hops[i]))
		if err != nil {
			return client
		}
		client = addr
		if !p.contains(addr) {
			return client
		}
	}
	return client
}

// parseHop reads an address with or without port.
func parseHop(s string) (netip.Addr, error) {
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr().Unmap(), nil
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.Unmap(), err
}
