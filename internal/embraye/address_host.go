package embraye

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// MaxHostBytes is as long as the name of a host (RFC 1035, 2.3.4) and its port
// can be.
const MaxHostBytes = 260

// NormaliseHost brings the host of a block list, a setting or a request into
// the form that blocks are kept and compared in: ASCII, lower case, no trailing
// dot, no port. IPv6 addresses keep their brackets, as in IRI.Host.
func NormaliseHost(s string) (string, error) {
	host, _, err := splitPort(s)
	if err == nil {
		host, err = canonicalHost(host)
	}
	if err != nil {
		return "", fmt.Errorf("host %s: %w: %w", quoteShort(s), err, ErrInvalid)
	}
	return host, nil
}

// HostMatches reports whether blocked covers host: the same host or a domain
// above it, whatever the port. blocked is in the form of NormaliseHost.
func HostMatches(host, blocked string) bool {
	for _, h := range HostSuffixes(host) {
		if h == blocked {
			return true
		}
	}
	return false
}

// HostSuffixes lists the normalised host and every domain above it, longest
// first: what a block list is asked for in one query. An IP address has
// nothing above it; a host that cannot be one gives nothing.
func HostSuffixes(host string) []string {
	h, err := NormaliseHost(host)
	if err != nil {
		return nil
	}
	suffixes := []string{h}
	if isAddress(h) {
		return suffixes
	}
	for {
		_, above, ok := strings.Cut(h, ".")
		if !ok {
			return suffixes
		}
		suffixes = append(suffixes, above)
		h = above
	}
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

// splitPort cuts host:port; brackets stay on an IPv6 address.
func splitPort(authority string) (host, port string, err error) {
	at := strings.LastIndexByte(authority, ':')
	if at < 0 || strings.HasSuffix(authority, "]") {
		return authority, "", nil
	}
	host, port = authority[:at], authority[at+1:]
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port != strconv.FormatUint(n, 10) {
		return "", "", fmt.Errorf("bad port %s", quoteShort(port))
	}
	return host, port, nil
}

// canonicalHost returns the one spelling of a host name or IP address.
func canonicalHost(host string) (string, error) {
	if strings.HasPrefix(host, "[") || strings.HasSuffix(host, "]") {
		return canonicalIPv6(host)
	}
	if strings.ContainsAny(host, ":/?#@% \t\r\n") {
		return "", errors.New("not a host name")
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return "", errors.New("not a valid host name")
	}
	ascii = strings.TrimSuffix(ascii, ".")
	// Some names turn into punycode that is itself refused: they have no
	// canonical form.
	if again, err := idna.Lookup.ToASCII(ascii); err != nil || again != ascii {
		return "", errors.New("not a valid host name")
	}
	if err := checkLabels(ascii); err != nil {
		return "", err
	}
	return ascii, nil
}

func canonicalIPv6(host string) (string, error) {
	if !strings.HasPrefix(host, "[") || !strings.HasSuffix(host, "]") {
		return "", errors.New("not a host name")
	}
	addr, err := netip.ParseAddr(host[1 : len(host)-1])
	if err != nil || !addr.Is6() || addr.Zone() != "" {
		return "", errors.New("not an IPv6 address")
	}
	return "[" + addr.String() + "]", nil
}

// checkLabels keeps to the limits of DNS, and refuses the other spellings of
// IPv4 addresses (127.1, 0x7f000001, 017700000001) that resolvers understand.
func checkLabels(host string) error {
	if host == "" || len(host) > 253 {
		return errors.New("no host name, or one too long for DNS")
	}
	last := ""
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return errors.New("host has a label that is empty or too long")
		}
		last = label
	}
	if looksNumeric(last) {
		if addr, err := netip.ParseAddr(host); err != nil || addr.String() != host {
			return errors.New("host is a number but not an IPv4 address")
		}
	}
	return nil
}

func looksNumeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}
