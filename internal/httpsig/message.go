package httpsig

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// message is a received request as it must be read to judge its signature:
// under our configured origin, whatever Host and proxies say.
type message struct {
	r         *http.Request
	body      []byte
	scheme    string // of our origin
	authority string // of our origin, without a default port
}

func newMessage(r *http.Request, body []byte, base *url.URL) *message {
	return &message{r: r, body: body, scheme: base.Scheme, authority: normalHost(base.Host, base.Scheme)}
}

// needsDigest: only a bodyless GET may leave its body unsigned.
func (m *message) needsDigest() bool {
	read := method(m.r) == http.MethodGet || method(m.r) == http.MethodHead
	return !read || len(m.body) > 0
}

// checkHost compares the Host of the request, when it is signed, with ours: a
// delivery captured elsewhere must not be taken here.
func (m *message) checkHost() error {
	if normalHost(m.r.Host, m.scheme) != m.authority {
		return fmt.Errorf("%w: %w: %.100q", ErrInvalid, ErrWrongHost, m.r.Host)
	}
	return nil
}

// field is the value of a header field as both schemes sign it: lines trimmed
// and joined by a comma and a space.
func (m *message) field(name string) (string, error) {
	if !isToken(name) {
		return "", invalid("covers %.100q, which is no header field", name)
	}
	if name == "host" {
		return m.r.Host, m.checkHost()
	}
	value, ok, err := joined(m.r.Header, name)
	if err == nil && !ok {
		if name == "content-length" { // net/http may keep it outside of the header
			return strconv.Itoa(len(m.body)), nil
		}
		return "", invalid("covers %.100q, which the request lacks", name)
	}
	return value, err
}

func method(r *http.Request) string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// normalHost is a host (and port) in lower case without the scheme's default port.
func normalHost(host, scheme string) string {
	host = strings.ToLower(host)
	switch scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}

// singleLine is the value of a header that must not come in several lines or
// be long; ok is false if it is not there at all.
func singleLine(h http.Header, name string) (value string, ok bool, err error) {
	lines := h.Values(name)
	switch {
	case len(lines) == 0:
		return "", false, nil
	case len(lines) > 1:
		return "", true, invalid("%d %s lines", len(lines), name)
	case len(lines[0]) > maxHeader:
		return "", true, invalid("%s of %d bytes", name, len(lines[0]))
	}
	return trimOWS(lines[0]), true, nil
}

// joined is the value of a header field over all its lines.
func joined(h http.Header, name string) (value string, ok bool, err error) {
	lines := h.Values(name)
	if len(lines) > maxLines {
		return "", true, invalid("%d %.40s lines", len(lines), name)
	}
	for i, line := range lines {
		if len(value)+len(line) > maxHeader {
			return "", true, invalid("%.40s of over %d bytes", name, maxHeader)
		}
		if i > 0 {
			value += ", "
		}
		value += trimOWS(line)
	}
	return value, len(lines) > 0, nil
}

func trimOWS(s string) string { return strings.Trim(s, " \t") }

// isToken tells a token of RFC 9110.
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}
