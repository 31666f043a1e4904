package answer

import (
	"net/http"
	"net/netip"
	"regexp"
)

// ClientOf is the address of whoever asks, for the log: without the port, which
// a proxy does not tell and nobody bans.
func ClientOf(r *http.Request) string {
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return at.Addr().Unmap().WithZone("").String()
	}
	return r.RemoteAddr
}

// doors open with a one-time token, which is good for its address even where
// somebody mistyped that.
var doors = regexp.MustCompile(`(?is)/(setup|invite|reset|suivre/courriel)/.*`)

// PathOf is the path of a request for the log: who reads it must not be able to
// use a one-time link.
func PathOf(r *http.Request) string { return doors.ReplaceAllString(r.URL.Path, "/${1}/…") }
