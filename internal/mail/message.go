package mail

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// Message is plain text for one person.
type Message struct {
	To       string // a bare address
	Subject  string
	Text     string
	Language string // of the text: fr, en
	List     *List  // what goes to subscribers
}

// List is what a message to subscribers says of itself: what it belongs to
// (RFC 2919) and how one leaves with one click (RFC 8058).
type List struct {
	Label string // of the list's id, before our own name
	Leave string // address that a POST leaves by
}

func (m *Mailer) listHeaders(l *List) [][2]string {
	if l == nil {
		return nil
	}
	return [][2]string{
		{"List-Id", "<" + l.Label + "." + m.o.Host + ">"},
		{"List-Unsubscribe", "<" + l.Leave + ">"},
		{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
		{"Precedence", "bulk"},
	}
}

// compose writes the message as it goes over the wire (RFC 5322).
func (m *Mailer) compose(message Message) ([]byte, error) {
	id := make([]byte, 16)
	if _, err := io.ReadFull(m.o.Random, id); err != nil {
		return nil, fmt.Errorf("making an id: %w", err)
	}
	var b bytes.Buffer
	for _, header := range append(m.listHeaders(message.List), [][2]string{
		{"From", m.o.From.String()},
		{"To", (&mail.Address{Address: message.To}).String()},
		{"Subject", mime.QEncoding.Encode("utf-8", message.Subject)},
		{"Date", m.o.Now().UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + hex.EncodeToString(id) + "@" + m.o.Host + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: nobody's holiday notice should answer
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Language", message.Language},
		{"Content-Transfer-Encoding", "quoted-printable"},
	}...) {
		if strings.ContainsAny(header[1], "\r\n") {
			return nil, fmt.Errorf("the header %s would have several lines", header[0])
		}
		fmt.Fprintf(&b, "%s: %s\r\n", header[0], fold(header[1]))
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	if _, err := io.WriteString(w, message.Text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// fold gives each encoded word its line: a header of one line may have 998
// bytes, and one of encoded words has 76 a line (RFC 2047).
func fold(value string) string { return strings.ReplaceAll(value, "?= =?", "?=\r\n =?") }
