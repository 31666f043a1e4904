package embraye

import (
	"errors"
	"fmt"
	"strings"
)

// Handle is how people name an actor: @user@host. The host may carry a port,
// in tests and on private networks only.
type Handle struct {
	User string // as written; compared without case
	Host string // canonical, host or host:port
}

// maxHandleUser is what we keep of a preferredUsername.
const maxHandleUser = 64

// ParseHandle reads @user@host, user@host or acct:user@host as people type
// them. Anything that could steer a request elsewhere (a path, a query, a
// fragment, an IPv6 literal, a second @) is refused before any request
// (CVE-2025-25194).
func ParseHandle(s string) (Handle, error) {
	h, err := parseHandle(strings.Trim(s, " "))
	if err != nil {
		return Handle{}, fmt.Errorf("handle %s: %w; write it as @name@server: %w", quoteShort(s), err, ErrInvalid)
	}
	return h, nil
}

func parseHandle(s string) (Handle, error) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "acct:"), "@")
	user, server, ok := strings.Cut(s, "@")
	if !ok {
		return Handle{}, errors.New("no @ between name and server")
	}
	if !validHandleUser(user) {
		return Handle{}, errors.New("the name may have letters, digits, _ and, inside, . and -")
	}
	host, port, err := splitPort(server)
	if err != nil {
		return Handle{}, err
	}
	if host, err = canonicalHost(host); err != nil {
		return Handle{}, err
	}
	if strings.HasPrefix(host, "[") {
		return Handle{}, errors.New("the server is an IPv6 address")
	}
	if port != "" && port != "443" {
		host += ":" + port
	}
	return Handle{User: user, Host: host}, nil
}

// validHandleUser is Mastodon's rule for user names, with a limit of length.
func validHandleUser(user string) bool {
	if user == "" || len(user) > maxHandleUser || !isWordByte(user[0]) || !isWordByte(user[len(user)-1]) {
		return false
	}
	for i := range len(user) {
		if c := user[i]; !isWordByte(c) && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

func isWordByte(c byte) bool { return isAlphanumeric(c) || c == '_' }

// String is @user@host.
func (h Handle) String() string { return "@" + h.User + "@" + h.Host }

// Acct is acct:user@host, the name that WebFinger asks for.
func (h Handle) Acct() string { return "acct:" + h.User + "@" + h.Host }
