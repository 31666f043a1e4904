package httpsig

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Parse reads the signature of a request whose body is body, and checks all
// that needs no key: form, coverage, time, host, digest. Errors are ErrUnsigned
// (no signature at all) or ErrInvalid, with ErrWrongHost when the signed host
// is not ours.
func Parse(r *http.Request, body []byte, p Policy) (*Signature, error) {
	if p.BaseURL == nil {
		return nil, errors.New("httpsig: policy without base URL")
	}
	if r.URL == nil || r.URL.Opaque != "" {
		return nil, invalid("request target is no path")
	}
	m := newMessage(r, body, p.BaseURL)
	lines := r.Header.Values("Signature")
	if len(r.Header.Values("Signature-Input")) > 0 {
		return parse9421(m, lines, p)
	}
	switch len(lines) {
	case 0:
		return nil, ErrUnsigned
	case 1:
		return parseCavage(m, lines[0], p)
	}
	return nil, invalid("%d Signature lines", len(lines))
}

// timely holds a signed time against the window. The result is when it leaves it.
func (p Policy) timely(what string, t time.Time) (until time.Time, err error) {
	window, ahead := p.Window, p.Ahead
	if window == 0 {
		window = defaultWindow
	}
	if ahead == 0 {
		ahead = defaultAhead
	}
	if !t.After(p.Now.Add(-window)) { // as Until says: from then on
		return t, invalid("%s %s is %s old or more", what, t.UTC().Format(time.RFC3339), window)
	}
	if t.After(p.Now.Add(ahead)) {
		return t, invalid("%s %s is over %s ahead", what, t.UTC().Format(time.RFC3339), ahead)
	}
	return t.Add(window), nil
}

// unexpired holds an expiry against the clock.
func (p Policy) unexpired(t time.Time) error {
	if !t.After(p.Now) {
		return invalid("expired %s", t.UTC().Format(time.RFC3339))
	}
	return nil
}

// expire shortens the life of the signature to t.
func (s *Signature) expire(t time.Time) {
	if s.Until.IsZero() || t.Before(s.Until) {
		s.Until = t
	}
}

// unixTime reads seconds since 1970: digits alone, no sign, no fraction.
func unixTime(what, s string) (time.Time, error) {
	if len(s) > 12 || s == "" || strings.Trim(s, "0123456789") != "" {
		return time.Time{}, invalid("%s %.40q is no time", what, s)
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, invalid("%s %.40q is no time", what, s)
	}
	return time.Unix(seconds, 0), nil
}

// rawSignature decodes standard base64 with padding, and nothing else.
func rawSignature(s string) ([]byte, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, invalid("signature is no base64: %w", err)
	}
	if len(raw) == 0 || len(raw) > maxRSABits/8 {
		return nil, invalid("signature of %d bytes", len(raw))
	}
	return raw, nil
}
