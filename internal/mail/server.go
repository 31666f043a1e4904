package mail

import (
	"errors"
	"net"
	"net/mail"
	"net/netip"
	"net/smtp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Server is where messages are handed in.
type Server struct {
	Host, Port         string
	TLS                bool // from the first byte; otherwise as soon as the server offers it
	Username, Password string
}

// Address is what is dialled.
func (s Server) Address() string { return net.JoinHostPort(s.Host, s.Port) }

// ParseServer reads smtp(s)://user:password@host:port. Ports left out are those
// of message submission (RFC 6409, RFC 8314). Its errors never hold the value,
// which may be a password.
func ParseServer(value string) (Server, error) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return Server{}, errors.New("should be smtp://user:password@host:port or smtps://…; what is not a letter or a digit in the password is written as %XX")
	}
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return Server{}, errors.New("should have nothing after the port; / ? # in the password are written as %2F %3F %23")
	}
	s := Server{Host: u.Hostname(), Port: u.Port(), TLS: u.Scheme == "smtps", Username: u.User.Username()}
	s.Password, _ = u.User.Password()
	if (s.Username == "") != (s.Password == "") {
		return Server{}, errors.New("should have a user and a password, or neither")
	}
	if s.Port == "" {
		s.Port = map[bool]string{false: "587", true: "465"}[s.TLS]
	}
	if n, err := strconv.ParseUint(s.Port, 10, 16); err != nil || n == 0 {
		return Server{}, errors.New("has no usable port")
	}
	return s, nil
}

// ParseSender reads « Name <address> » or a bare address.
func ParseSender(value string) (mail.Address, error) {
	a, err := mail.ParseAddress(value)
	if err != nil || len(value) > maxSender || strings.ContainsFunc(a.Address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return mail.Address{}, errors.New("should be an address such as suivi@example.org, or Name <suivi@example.org>")
	}
	return *a, nil
}

const maxSender = 254

// errClear is why a password was kept back.
var errClear = errors.New("the server offers no encryption, and a password is not sent in clear to another machine: use smtps://, or a server with STARTTLS")

// auth is how the server wants to be told the password: PLAIN, or LOGIN where
// that is all there is.
func (s Server) auth(client *smtp.Client) smtp.Auth {
	_, mechanisms := client.Extension("AUTH")
	offered := strings.Fields(strings.ToUpper(mechanisms))
	mechanism := "PLAIN"
	if !slices.Contains(offered, "PLAIN") && slices.Contains(offered, "LOGIN") {
		mechanism = "LOGIN"
	}
	return &credentials{server: s, mechanism: mechanism}
}

// credentials answers a server's questions, once it is clear who listens.
type credentials struct {
	server    Server
	mechanism string
}

// Start implements smtp.Auth.
func (c *credentials) Start(info *smtp.ServerInfo) (mechanism string, first []byte, err error) {
	if !info.TLS && !c.server.local() {
		return "", nil, errClear
	}
	if c.mechanism == "LOGIN" {
		return c.mechanism, nil, nil
	}
	return c.mechanism, []byte("\x00" + c.server.Username + "\x00" + c.server.Password), nil
}

// Next implements smtp.Auth: LOGIN asks for the one, then for the other, in
// whatever words (Username:, User Name…).
func (c *credentials) Next(question []byte, more bool) ([]byte, error) {
	switch {
	case !more:
		return nil, nil
	case c.mechanism != "LOGIN":
		return nil, errors.New("the server asks a question that PLAIN does not know")
	case strings.HasPrefix(strings.ToLower(string(question)), "pass"):
		return []byte(c.server.Password), nil
	}
	return []byte(c.server.Username), nil
}

// local reports whether the server is on this machine. A name is not looked up:
// whoever answers for it could lie.
func (s Server) local() bool {
	if s.Host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(s.Host)
	return err == nil && addr.Unmap().IsLoopback()
}
