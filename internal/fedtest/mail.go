package fedtest

import (
	"bufio"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// A Letter is one message that a mail server took.
type Letter struct {
	From, To string // of the envelope
	Username string // who was signed in
	TLS      bool
	Header   mail.Header
	Body     string // as it came over the wire
}

// MailServer is an SMTP server on loopback that does what its fields say; they
// are set before anybody speaks to it.
type MailServer struct {
	Address            string         // host:port
	Roots              *x509.CertPool // trusts its certificate, which is for 127.0.0.1
	StartTLS, TLS      bool
	Auth               string // offered: PLAIN, LOGIN
	Username, Password string
	Silent             bool   // takes connections and says nothing
	Sender             string // the answer to every MAIL; empty: it is fine
	// Taking is called with each message before the answer that takes it.
	Taking func(Letter)

	mu      sync.Mutex
	refuse  string // the answer to every RCPT, if there is one
	reject  string // that to every message
	letters []Letter
	said    []string // every line of every client

	tls      *tls.Config
	listener net.Listener
	open     map[net.Conn]bool
	work     sync.WaitGroup
}

// NewMailServer starts one; it ends with the test.
func NewMailServer(t testing.TB, set func(*MailServer)) *MailServer {
	t.Helper()
	lender := httptest.NewTLSServer(nil) // has a certificate for 127.0.0.1
	defer lender.Close()
	s := &MailServer{Roots: x509.NewCertPool(), tls: &tls.Config{Certificates: lender.TLS.Certificates}, open: map[net.Conn]bool{}}
	s.Roots.AddCert(lender.Certificate())
	if set != nil {
		set(s)
	}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.Address = s.listener.Addr().String()
	s.work.Go(s.accept)
	t.Cleanup(s.close)
	return s
}

func (s *MailServer) close() {
	s.listener.Close()
	s.mu.Lock()
	for conn := range s.open {
		conn.Close()
	}
	s.mu.Unlock()
	s.work.Wait()
}

func (s *MailServer) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return // the test is over
		}
		s.mu.Lock()
		s.open[conn] = true
		s.mu.Unlock()
		s.work.Go(func() {
			s.serve(conn)
			conn.Close()
			s.mu.Lock()
			delete(s.open, conn)
			s.mu.Unlock()
		})
	}
}

// Refuse answers every recipient with a line from now on; "" takes them again.
func (s *MailServer) Refuse(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = line
}

// Reject answers every message with a line from now on; "" takes them again.
func (s *MailServer) Reject(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reject = line
}

// Letters returns what was taken so far, the oldest first.
func (s *MailServer) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// Said returns every line that clients said, but for the messages themselves.
func (s *MailServer) Said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.said, "\n")
}

// A mailTalk is one connection.
type mailTalk struct {
	*MailServer
	conn   net.Conn
	text   *textproto.Reader
	letter Letter
}

func (s *MailServer) serve(conn net.Conn) {
	if s.Silent {
		io.Copy(io.Discard, conn) // until the client has had enough
		return
	}
	talk := &mailTalk{MailServer: s}
	if s.TLS {
		conn, talk.letter.TLS = tls.Server(conn, s.tls), true
	}
	talk.use(conn)
	talk.say("220 mail.example ready")
	for {
		line, err := talk.hear()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		if verb = strings.ToUpper(verb); verb == "QUIT" {
			talk.say("221 bye")
			return
		}
		talk.answer(verb, rest)
	}
}

func (c *mailTalk) use(conn net.Conn) {
	c.conn, c.text = conn, textproto.NewReader(bufio.NewReader(conn))
}

// say ignores that the client may be gone: the next hear notices.
func (c *mailTalk) say(line string) { fmt.Fprintf(c.conn, "%s\r\n", line) }

func (c *mailTalk) hear() (string, error) {
	line, err := c.text.ReadLine()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, line)
	return line, err
}

func (c *mailTalk) answer(verb, rest string) {
	switch verb {
	case "EHLO":
		c.greet()
	case "STARTTLS":
		c.say("220 go on")
		c.use(tls.Server(c.conn, c.tls))
		c.letter.TLS = true
	case "AUTH":
		c.signIn(rest)
	case "MAIL":
		c.letter.From = between(rest)
		c.say(cmp.Or(c.Sender, "250 fine"))
	case "RCPT":
		c.mu.Lock()
		refuse := c.refuse
		c.mu.Unlock()
		if refuse != "" {
			c.say(refuse)
			return
		}
		c.letter.To = between(rest)
		c.say("250 fine")
	case "DATA":
		c.take()
	default:
		c.say("502 unknown")
	}
}

func (c *mailTalk) greet() {
	lines := []string{"mail.example"}
	if c.StartTLS && !c.letter.TLS {
		lines = append(lines, "STARTTLS")
	}
	if c.Auth != "" {
		lines = append(lines, "AUTH "+c.Auth)
	}
	for i, line := range lines {
		if i < len(lines)-1 {
			c.say("250-" + line)
		} else {
			c.say("250 " + line)
		}
	}
}

func (c *mailTalk) signIn(rest string) {
	mechanism, first, _ := strings.Cut(rest, " ")
	given, want := decode(first), "\x00"+c.Username+"\x00"+c.Password
	if mechanism == "LOGIN" {
		given = "\x00" + c.ask("Username:") + "\x00" + c.ask("Password:")
	}
	if mechanism != c.Auth || given != want {
		c.say("535 wrong")
		return
	}
	c.letter.Username = c.Username
	c.say("235 welcome")
}

func (c *mailTalk) ask(question string) string {
	c.say("334 " + base64.StdEncoding.EncodeToString([]byte(question)))
	line, err := c.hear()
	if err != nil {
		return ""
	}
	return decode(line)
}

func decode(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return s
	}
	return string(b)
}

func (c *mailTalk) take() {
	c.say("354 go on")
	raw, err := io.ReadAll(c.text.DotReader())
	if err != nil {
		return
	}
	message, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		c.say("554 not a message: " + err.Error())
		return
	}
	body, err := io.ReadAll(message.Body)
	if err != nil {
		c.say("554 not a message: " + err.Error())
		return
	}
	letter := c.letter
	letter.Header, letter.Body = message.Header, string(body)
	if c.Taking != nil {
		c.Taking(letter)
	}
	c.mu.Lock()
	answer := c.reject
	if answer == "" {
		c.letters, answer = append(c.letters, letter), "250 taken"
	}
	c.mu.Unlock()
	c.say(answer)
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}

// Text is the body as its reader sees it.
func (l Letter) Text() string {
	b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(l.Body)))
	if err != nil {
		return l.Body
	}
	return string(b)
}

// Subject is the subject as its reader sees it.
func (l Letter) Subject() string {
	s, err := new(mime.WordDecoder).DecodeHeader(l.Header.Get("Subject"))
	if err != nil {
		return l.Header.Get("Subject")
	}
	return s
}
