package answer

import (
	"context"
	"net/http"
)

// SelfCheckPath is where the instance says to itself, and to nobody else, how a
// request arrived.
const SelfCheckPath = "/check"

// Arrival is how a request came in, before anything was believed of it.
type Arrival struct {
	Bytes   int      `json:"bytes"`   // of its body
	Host    string   `json:"host"`    // the name that it is for
	Client  string   `json:"client"`  // whom limits count it for
	Peer    string   `json:"peer"`    // who connected
	Trusted bool     `json:"trusted"` // the settings name the peer as a proxy
	For     []string `json:"forwardedFor,omitempty"`
	Proto   []string `json:"forwardedProto,omitempty"`
}

type arrivalKey struct{}

// noting remembers how a request arrived that will be asked about it.
func (h *Server) noting(r *http.Request) *http.Request {
	if r.URL.Path != SelfCheckPath {
		return r
	}
	a := Arrival{Peer: ClientOf(r), Trusted: h.proxies.trustsPeer(r.RemoteAddr), For: r.Header["X-Forwarded-For"], Proto: r.Header["X-Forwarded-Proto"]}
	return r.WithContext(context.WithValue(r.Context(), arrivalKey{}, a))
}

// ArrivalOf is what was noted.
func ArrivalOf(r *http.Request) Arrival {
	a, _ := r.Context().Value(arrivalKey{}).(Arrival)
	a.Host, a.Client = r.Host, ClientOf(r)
	return a
}
