// Package mail hands plain text messages to one mail server over SMTP.
//
// What always holds: a password goes over TLS or to this machine, never in
// clear to another; a dialogue ends in time, whatever the server does; nothing
// that a name or an address holds can add a line to a header.
//
// Start reading at Mailer.Send.
package mail

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/smtp"
	"time"
)

// DefaultTimeout bounds one dialogue from the first packet to the last.
const DefaultTimeout = 30 * time.Second

// Options is what a Mailer needs.
type Options struct {
	Server Server
	From   mail.Address
	// Host is our own name, for the greeting and for the ids of messages.
	Host    string
	Timeout time.Duration // 0: DefaultTimeout
	Now     func() time.Time
	Random  io.Reader
	RootCAs *x509.CertPool                                                       // nil: those of the system
	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // nil: as usual
}

// Mailer sends messages, each in a dialogue of its own.
type Mailer struct{ o Options }

// New makes a mailer; it connects to nothing yet.
func New(o Options) *Mailer {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	return &Mailer{o}
}

// Send hands a message in. Without an error the server has taken it; with one
// it has most probably not.
func (m *Mailer) Send(ctx context.Context, message Message) error {
	if err := m.send(ctx, message); err != nil {
		return fmt.Errorf("mail: sending through %s: %w", m.o.Server.Host, err)
	}
	return nil
}

func (m *Mailer) send(ctx context.Context, message Message) error {
	body, err := m.compose(message)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	conn, err := m.o.Dial(ctx, "tcp", m.o.Server.Address())
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() }) // wakes whoever reads or writes
	err = m.converse(conn, message.To, body)
	if stop() {
		conn.Close() // the dialogue is over, well or badly
	} else if err != nil && ctx.Err() == context.DeadlineExceeded {
		err = fmt.Errorf("it was not over within %s: %w", m.o.Timeout, ctx.Err())
	} else if err != nil {
		err = fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// converse is the whole dialogue on a connection.
func (m *Mailer) converse(conn net.Conn, to string, body []byte) error {
	if m.o.Server.TLS {
		conn = tls.Client(conn, m.tlsConfig())
	}
	client, err := smtp.NewClient(conn, m.o.Server.Host)
	if err != nil {
		return err
	}
	if err := m.introduce(client); err != nil {
		return err
	}
	if err := deliver(client, m.o.From.Address, to, body); err != nil {
		return err
	}
	_ = client.Quit() // the message is taken: a bad farewell does not give it back
	return nil
}

func (m *Mailer) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: m.o.Server.Host, RootCAs: m.o.RootCAs, MinVersion: tls.VersionTLS12}
}

// introduce says who we are, over TLS if the server can.
func (m *Mailer) introduce(client *smtp.Client) error {
	if err := client.Hello(m.o.Host); err != nil {
		return err
	}
	if ok, _ := client.Extension("STARTTLS"); ok && !m.o.Server.TLS {
		config := m.tlsConfig()
		// Debian's Postfix shows a certificate of nobody; nobody stands between us on
		// this machine, where the password would be sent in clear too.
		config.InsecureSkipVerify = m.o.Server.local()
		if err := client.StartTLS(config); err != nil {
			return fmt.Errorf("STARTTLS: %w", err)
		}
	}
	if m.o.Server.Username == "" {
		return nil
	}
	if err := client.Auth(m.o.Server.auth(client)); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	return nil
}

func deliver(client *smtp.Client, from, to string, body []byte) error {
	if err := client.Mail(from); err != nil {
		return fmt.Errorf("as %s: %w", from, err)
	}
	if err := client.Rcpt(to); err != nil {
		return &refusedAddress{to, err}
	}
	w, err := client.Data()
	if err != nil {
		return &refusedMessage{err}
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil { // the server's answer to the message
		return &refusedMessage{err}
	}
	return nil
}
