package check

import (
	"context"
	"net/netip"
	"strings"
	"time"
)

// patience is how long one question to the network may take.
const patience = 30 * time.Second

// Lookup finds the addresses of a host.
type Lookup func(ctx context.Context, host string) ([]netip.Addr, error)

// Name looks whether others find a host at all. An address of this machine or of
// its own network is one that nobody else reaches.
func Name(ctx context.Context, lookup Lookup, host string) (Finding, []netip.Addr) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	addresses, err := lookup(ctx, host)
	if err != nil {
		return found("dns", "%s is not found: %v", host, err).but(Error, "let an A or AAAA record of %s lead to this machine; a new one may take an hour to be seen", host), nil
	}
	var words []string
	public := false
	for i, a := range addresses {
		addresses[i] = a.Unmap()
		words = append(words, addresses[i].String())
		public = public || !addresses[i].IsLoopback() && !addresses[i].IsPrivate() && !addresses[i].IsLinkLocalUnicast() && !addresses[i].IsUnspecified()
	}
	f := found("dns", "%s leads to %s", host, strings.Join(words, ", "))
	if !public {
		return f.but(Warning, "here it leads to this machine or its own network alone: others have to get a public address for %s", host), addresses
	}
	return f, addresses
}
