package mail_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	netmail "net/mail"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"embraye/internal/fedtest"
	"embraye/internal/mail"
)

var now = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

// options speak to a server as user and password, if there are any.
func options(t *testing.T, s *fedtest.MailServer, user, password string) mail.Options {
	t.Helper()
	address := url.URL{Scheme: "smtp", Host: s.Address}
	if s.TLS {
		address.Scheme = "smtps"
	}
	if user != "" {
		address.User = url.UserPassword(user, password)
	}
	server, err := mail.ParseServer(address.String())
	if err != nil {
		t.Fatal(err)
	}
	return mail.Options{Server: server, From: netmail.Address{Name: "Les Communs réunis", Address: "suivi@ours.example"}, Host: "ours.example",
		Now: func() time.Time { return now }, RootCAs: s.Roots}
}

func message() mail.Message {
	return mail.Message{To: "ana@asso.example", Subject: "Invitation à nous rejoindre", Language: "fr",
		Text: "Bonjour,\n\n.une ligne qui commence par un point\n" + strings.Repeat("été ", 60) + "\nhttps://ours.example/invite/abc=_-def\n"}
}

func send(t *testing.T, o mail.Options, m mail.Message) error {
	t.Helper()
	return mail.New(o).Send(t.Context(), m)
}

func TestMessagesArriveAsTheyWereWritten(t *testing.T) {
	for name, set := range map[string]func(*fedtest.MailServer){
		"in clear":    nil,
		"STARTTLS":    func(s *fedtest.MailServer) { s.StartTLS = true },
		"TLS at once": func(s *fedtest.MailServer) { s.TLS = true },
		"PLAIN": func(s *fedtest.MailServer) {
			s.StartTLS, s.Auth, s.Username, s.Password = true, "PLAIN", "u@x", "p/:é"
		},
		"LOGIN":        func(s *fedtest.MailServer) { s.TLS, s.Auth, s.Username, s.Password = true, "LOGIN", "u", "p" },
		"PLAIN, local": func(s *fedtest.MailServer) { s.Auth, s.Username, s.Password = "PLAIN", "u", "p" },
	} {
		t.Run(name, func(t *testing.T) {
			s := fedtest.NewMailServer(t, set)
			if err := send(t, options(t, s, s.Username, s.Password), message()); err != nil {
				t.Fatal(err)
			}
			letters := s.Letters()
			if len(letters) != 1 {
				t.Fatalf("%d messages", len(letters))
			}
			l := letters[0]
			if l.From != "suivi@ours.example" || l.To != "ana@asso.example" || l.TLS != (s.StartTLS || s.TLS) || l.Username != s.Username {
				t.Errorf("envelope %+v", l)
			}
			if l.Subject() != message().Subject || strings.TrimSuffix(l.Text(), "\n") != strings.TrimSuffix(message().Text, "\n") {
				t.Errorf("%q\n%s", l.Subject(), l.Text())
			}
			if from, err := l.Header.AddressList("From"); err != nil || from[0].Name != "Les Communs réunis" {
				t.Errorf("From %v, %v", from, err)
			}
			for key, want := range map[string]string{"To": "<ana@asso.example>", "Date": "Fri, 01 May 2026 10:00:00 +0000", "Auto-Submitted": "auto-generated",
				"Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "quoted-printable", "Content-Language": "fr", "MIME-Version": "1.0"} {
				if got := l.Header.Get(key); got != want {
					t.Errorf("%s: %q, want %q", key, got, want)
				}
			}
			if id := l.Header.Get("Message-ID"); len(id) != len("<@ours.example>")+32 || !strings.HasSuffix(id, "@ours.example>") {
				t.Errorf("Message-ID %s", id)
			}
			if !strings.Contains(s.Said(), "EHLO ours.example") {
				t.Errorf("said:\n%s", s.Said())
			}
		})
	}
}

// A password is for the right server alone.
func TestPasswordsAreNotSentInClear(t *testing.T) {
	s := fedtest.NewMailServer(t, func(s *fedtest.MailServer) { s.Auth, s.Username, s.Password = "PLAIN", "user", "p" })
	o := options(t, s, "user", "p")
	// Not an address of this machine as far as the name tells, and reached all the same.
	o.Server.Host = "127.0.0.1.nip.example"
	o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Address)
	}
	err := send(t, o, message())
	if err == nil || !strings.Contains(err.Error(), "not sent in clear") || strings.Contains(s.Said(), "AUTH") || len(s.Letters()) > 0 {
		t.Errorf("%v; said:\n%s", err, s.Said())
	}
	for name, set := range map[string]func(*fedtest.MailServer){
		"STARTTLS": func(s *fedtest.MailServer) { s.StartTLS, s.Auth = true, "PLAIN" },
		"TLS":      func(s *fedtest.MailServer) { s.TLS, s.Auth = true, "PLAIN" },
	} {
		s := fedtest.NewMailServer(t, set)
		o := options(t, s, "user", "p")
		o.RootCAs = x509.NewCertPool()
		o.Server.Host, o.Dial = "example.com", func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.Address)
		}
		var unknown x509.UnknownAuthorityError
		if err := send(t, o, message()); !errors.As(err, &unknown) || strings.Contains(s.Said(), "AUTH") {
			t.Errorf("%s with a certificate of nobody we know: %v; said:\n%s", name, err, s.Said())
		}
	}
}

// The mail server of this machine may show a certificate of nobody, as Debian's does.
func TestTheServerOfThisMachineNeedsNoCertificate(t *testing.T) {
	s := fedtest.NewMailServer(t, func(s *fedtest.MailServer) {
		s.StartTLS, s.Auth, s.Username, s.Password = true, "PLAIN", "user", "p"
	})
	o := options(t, s, "user", "p")
	o.RootCAs = x509.NewCertPool()
	if err := send(t, o, message()); err != nil || len(s.Letters()) != 1 || !s.Letters()[0].TLS {
		t.Errorf("%v; said:\n%s", err, s.Said())
	}
}

func TestRefusalsAreErrors(t *testing.T) {
	s := fedtest.NewMailServer(t, func(s *fedtest.MailServer) { s.Auth, s.Username, s.Password = "PLAIN", "u", "right" })
	if err := send(t, options(t, s, "u", "wrong"), message()); err == nil || !strings.Contains(err.Error(), "signing in: 535") {
		t.Errorf("a wrong password: %v", err)
	} else if strings.Contains(err.Error(), "wrong password") {
		t.Errorf("the password is told: %v", err)
	}
	s.Refuse("550 nobody of that name")
	if err := send(t, options(t, s, "u", "right"), message()); err == nil || !strings.Contains(err.Error(), "to ana@asso.example: 550") {
		t.Errorf("a refused address: %v", err)
	}
	if n := len(s.Letters()); n != 0 {
		t.Errorf("%d messages", n)
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = closed.Addr().String()
	closed.Close()
	err = send(t, options(t, s, "", ""), message())
	if why := mail.Why(err, "x"); err == nil || !errors.Is(why, syscall.ECONNREFUSED) || why.Error() != err.Error() {
		t.Errorf("nobody listens: %v", err)
	}
}

// A server that says nothing, with and without TLS, holds nobody for ever; nor
// does one that is waited for when the program stops.
func TestSilentServersAreLeft(t *testing.T) {
	for _, tls := range []bool{false, true} {
		s := fedtest.NewMailServer(t, func(s *fedtest.MailServer) { s.Silent, s.TLS = true, tls })
		o := options(t, s, "", "")
		o.Timeout = 20 * time.Millisecond
		if err := send(t, o, message()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("TLS %t: %v", tls, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		o.Timeout = time.Hour
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			defer cancel()
			return new(net.Dialer).DialContext(context.WithoutCancel(ctx), network, address)
		}
		if err := mail.New(o).Send(ctx, message()); !errors.Is(err, context.Canceled) {
			t.Errorf("TLS %t, stopped: %v", tls, err)
		}
	}
}

// Names and addresses add no line, whatever they hold.
func TestHeadersCannotBeInjected(t *testing.T) {
	s := fedtest.NewMailServer(t, nil)
	o := options(t, s, "", "")
	o.From.Name = "Communs\r\nBcc: evil@evil.example"
	m := message()
	m.Subject = "Bonjour\r\nBcc: evil@evil.example\r\n\r\nCorps " + strings.Repeat("é", 400)
	if err := send(t, o, m); err != nil {
		t.Fatal(err)
	}
	l := s.Letters()[0]
	if l.Header.Get("Bcc") != "" || l.Subject() != m.Subject {
		t.Errorf("%v", l.Header)
	}
	for _, bad := range []string{"a@b.example\r\nRCPT TO:<evil@evil.example>", "a@b.example>\r\nBcc: x", "a@b.example\n"} {
		m := message()
		m.To = bad
		if err := send(t, o, m); err == nil {
			t.Errorf("%q is written to", bad)
		}
	}
	m = message()
	m.Language = "fr\r\nBcc: evil@evil.example"
	if err := send(t, o, m); err == nil {
		t.Error("a language of several lines is sent")
	}
	if n := len(s.Letters()); n != 1 || strings.Contains(s.Said(), "evil") {
		t.Errorf("%d messages; said:\n%s", n, s.Said())
	}
}

func TestParseServer(t *testing.T) {
	for value, want := range map[string]mail.Server{
		"smtp://mail.example":            {Host: "mail.example", Port: "587"},
		"smtps://mail.example/":          {Host: "mail.example", Port: "465", TLS: true},
		"smtp://u%40x:p%2F@127.0.0.1:25": {Host: "127.0.0.1", Port: "25", Username: "u@x", Password: "p/"},
		"smtps://u:p@[::1]:2525":         {Host: "::1", Port: "2525", TLS: true, Username: "u", Password: "p"},
	} {
		if got, err := mail.ParseServer(value); got != want || err != nil {
			t.Errorf("%s: %+v, %v", value, got, err)
		}
	}
	for _, bad := range []string{"mail.example:25", "http://mail.example", "smtp://", "smtp://:25", "smtp://u@mail.example", "smtp://:secret@mail.example", "smtp://mail.example:0",
		"smtp://mail.example:99999", "smtp://mail.example/x", "smtp://mail.example?x", "smtp://u:sec#ret@mail.example", "smtp://u:sec ret@mail.example", "smtp://u:secret%@mail.example"} {
		if _, err := mail.ParseServer(bad); err == nil || strings.Contains(err.Error(), "sec") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestParseSender(t *testing.T) {
	for value, want := range map[string]netmail.Address{
		"suivi@ours.example":                {Address: "suivi@ours.example"},
		"Les Communs <suivi@ours.example>":  {Name: "Les Communs", Address: "suivi@ours.example"},
		"\"Communs, les\" <a@ours.example>": {Name: "Communs, les", Address: "a@ours.example"},
	} {
		if got, err := mail.ParseSender(value); got != want || err != nil {
			t.Errorf("%s: %+v, %v", value, got, err)
		}
	}
	for _, bad := range []string{"", "suivi", "a@b.example, c@d.example", "é@b.example", "a@é.example", "a@b.example\r\nBcc: x@y.example", strings.Repeat("a", 254) + " <a@b.example>"} {
		if _, err := mail.ParseSender(bad); err == nil {
			t.Errorf("%q is a sender", bad)
		}
	}
}
