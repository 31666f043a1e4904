package answer

import (
	"net/http"
	"net/netip"
	"strings"
)

// ClientOf is the address of whoever asks, for the log: without the port, which
// a proxy does not tell and nobody bans.
func ClientOf(r *http.Request) string {
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return at.Addr().Unmap().WithZone("").String()
	}
	return r.RemoteAddr
}

// PathOf is the path of a request for the log: who reads it must not be able to
// use a one-time link.
func PathOf(r *http.Request) string {
	for _, door := range []string{"/setup/", "/invite/", "/reset/"} {
		if strings.HasPrefix(r.URL.Path, door) {
			return door + "…"
		}
	}
	return r.URL.Path
}
