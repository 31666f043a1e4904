package remote

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"

	"embraye/internal/embraye"
)

// guard decides which socket addresses may be connected to: global unicast on
// the ports of the web, or any port in a network that the operator allowed.
// Lists of bad ranges leak (CVE-2026-22245), so ssrf's list of what is public,
// made from IANA's registries, is asked instead of netip's Is… methods.
type guard struct {
	public  *ssrf.Guardian
	allowed []netip.Prefix
	// passed sees, in tests, each address that passed, just before the connect.
	passed func(netip.AddrPort) error
}

func newGuard(allowed []netip.Prefix) *guard {
	return &guard{public: ssrf.New(), allowed: allowed}
}

// control is net.Dialer.Control: it runs on the resolved address, between the
// creation of the socket and the connect. A check before resolution, or on a
// resolution of its own, could be lied to (CVE-2024-39687).
func (g *guard) control(network, address string, conn syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return refused("dial %s: %w", address, err)
	}
	if !g.allows(to.Addr()) {
		if err := g.public.Safe(network, address, conn); err != nil {
			return fmt.Errorf("%w: dial %s: %w", ErrResolved, address, err)
		}
	}
	if g.passed != nil {
		return g.passed(to)
	}
	return nil
}

func (g *guard) allows(addr netip.Addr) bool {
	addr = addr.Unmap()
	return slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// precheck refuses before any name is resolved what can never pass: a literal
// address that control would refuse, and an unusual port while no network is
// allowed (F115).
func (g *guard) precheck(host string, port uint16) error {
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		if g.allows(addr) {
			return nil
		}
		if err := g.public.SafeAddrPort(netip.AddrPortFrom(addr, port)); err != nil {
			return refused("%w", err)
		}
		return nil
	}
	if port != 80 && port != 443 && len(g.allowed) == 0 {
		return refused("port %d is not 80 or 443", port)
	}
	return nil
}

// admit reads a URL that a stranger gave us, in a message or a redirect, and
// returns what may be requested, its host in canonical form. Every request of
// this package passes here, once per hop. Blocks are asked last: with ErrBlocked
// comes a URL with which nothing else is wrong.
func (c *Client) admit(ctx context.Context, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, refused("%w", err)
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && c.options.AllowHTTP:
	default:
		return nil, refused("scheme %q is not https", u.Scheme)
	}
	if u.User != nil || u.Opaque != "" {
		return nil, refused("a user name or password in the address")
	}
	host, err := embraye.NormaliseHost(u.Host)
	if err != nil {
		return nil, refused("%w", err)
	}
	port := portOf(u)
	u.Host, u.Fragment, u.RawFragment = host, "", ""
	u.RawQuery = strings.ReplaceAll(u.RawQuery, " ", "%20") // net/url leaves it there, where it would end the address in the request
	if port != defaultPort(u.Scheme) {
		u.Host += ":" + strconv.Itoa(int(port))
	}
	return u, c.admitHost(ctx, u.Host, host, port)
}

func (c *Client) admitHost(ctx context.Context, hostPort, host string, port uint16) error {
	if hostPort == c.ownHost && !c.options.AllowOwn {
		return refused("%s is this server", hostPort)
	}
	if err := c.guard.precheck(host, port); err != nil {
		return err
	}
	if c.options.Blocked == nil {
		return nil
	}
	switch blocked, err := c.options.Blocked(ctx, host); {
	case err != nil:
		return fmt.Errorf("%w: whether %s is blocked: %w", embraye.ErrUnavailable, host, err)
	case blocked:
		return ErrBlocked
	}
	return nil
}

// portOf is the port that would be dialled; NormaliseHost has checked it.
func portOf(u *url.URL) uint16 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(n)
	}
	return defaultPort(u.Scheme)
}

func defaultPort(scheme string) uint16 {
	if scheme == "http" {
		return 80
	}
	return 443
}
