package office

import (
	"strconv"
	"strings"
)

// A Trouble is what went wrong at another server: words for everybody, and the
// line that says it exactly.
type Trouble struct{ Text, Detail, Technical string }

// troubles are the words of technical lines, the first that fits.
func troubles() []struct {
	key   string
	signs []string
} {
	return []struct {
		key   string
		signs []string
	}{
		{"refused", []string{"connection refused", "actively refused"}},
		{"certificate", []string{"certificate", "x509", "tls:", "handshake"}},
		{"no_name", []string{"no such host", "nxdomain", "server misbehaving", "name resolution"}},
		{"blocked", []string{"host is blocked"}},
		{"private", []string{"not public"}},
		{"timeout", []string{"timeout", "timed out", "deadline exceeded", "too many fetches"}},
		{"cut", []string{"connection reset", "broken pipe", "eof", "closed network"}},
		{"unreachable", []string{"no route to host", "network is unreachable", "unreachable"}},
		{"key", []string{"key"}},
	}
}

// trouble says in words what a technical line means; status is that of the
// answer, 0 where there was none or the line begins with it. It is the one place
// that turns errors into words.
func trouble(p *Page, status int, line string) *Trouble {
	if status == 0 {
		status = statusOf(line)
	}
	if status == 0 && line == "" {
		return nil
	}
	t := &Trouble{Detail: line, Technical: p.T("office.technical")}
	if t.Detail == "" {
		t.Detail = strconv.Itoa(status)
	}
	if status != 0 {
		t.Text = p.T("office.trouble."+byStatus(status), status)
		return t
	}
	low := strings.ToLower(line)
	for _, known := range troubles() {
		for _, sign := range known.signs {
			if strings.Contains(low, sign) {
				t.Text = p.T("office.trouble." + known.key)
				return t
			}
		}
	}
	t.Text = p.T("office.trouble.other")
	return t
}

// byStatus is the key of the words for an answer.
func byStatus(status int) string {
	switch {
	case status == 401 || status == 403:
		return "not_taken"
	case status == 404 || status == 410:
		return "gone"
	case status == 408 || status == 504:
		return "slow"
	case status == 429:
		return "busy"
	case status >= 300 && status < 400:
		return "moved"
	case status >= 500:
		return "broken"
	}
	return "answer"
}

// statusOf is the status that a line begins with, 0 if none.
func statusOf(line string) int {
	first, _, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(first)
	if err != nil || n < 100 || n > 599 {
		return 0
	}
	return n
}
