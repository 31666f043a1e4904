package remote

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"embraye/internal/embraye"
)

// A Visit is how a page is read to be kept: as it is, for everybody who comes,
// unsigned and without cookies.
type Visit struct {
	Agent string        // names whom its owner can ask
	Limit time.Duration // of the whole, redirects and bodies too
	// Keep takes each answer in turn; it reads as much of the body as it likes.
	Keep func(Visited, io.Reader) error
}

// Visited is one answer on the way to a page.
type Visited struct {
	URL           string
	At            time.Time
	IP            string
	RequestHeader http.Header
	Status        int
	Header        http.Header
	Length        int64 // as it says; -1: it does not
	Last          bool  // no redirect
}

const visitRedirects = 5

// Visit reads a page and the redirects to it. The body comes as it was sent: no
// encoding is asked for, and a server that sends one all the same is taken at its
// word. What is not 200 in the end is a StatusError, after Keep has seen it.
func (c *Client) Visit(ctx context.Context, address embraye.IRI, v Visit) error {
	deadline, cancel := context.WithTimeout(ctx, v.Limit)
	defer cancel()
	u, err := c.admit(deadline, string(address))
	if err != nil {
		return fmt.Errorf("visit %s: %w", address, ended(ctx, err))
	}
	seen := []string{}
	for {
		seen = append(seen, u.String())
		location, err := c.visitHop(deadline, u, v)
		if err != nil {
			return fmt.Errorf("visit %s: %w", address, ended(ctx, err))
		}
		if location == "" {
			return nil
		}
		if u, err = c.follow(deadline, u, location, seen, want{redirects: visitRedirects}); err != nil {
			return fmt.Errorf("visit %s: %w", address, ended(ctx, err))
		}
	}
}

func (c *Client) visitHop(ctx context.Context, u *url.URL, v Visit) (location string, err error) {
	leave, err := c.gate.enter(ctx, u.Host, c.limits.slot)
	if err != nil {
		return "", unreachable(ctx, err)
	}
	defer leave()
	seen := Visited{URL: u.String(), At: c.options.Now()}
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		if host, _, err := net.SplitHostPort(got.Conn.RemoteAddr().String()); err == nil {
			seen.IP = host
		}
	}}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodGet, u.String(), nil)
	if err != nil {
		return "", refused("%w", err)
	}
	req.Header = http.Header{"Accept": {"text/html, application/xhtml+xml;q=0.9, */*;q=0.8"}, "Accept-Encoding": {"identity"}, "User-Agent": {v.Agent}}
	resp, err := c.exchange(req)
	if err != nil {
		return "", unreachable(ctx, err)
	}
	defer resp.Body.Close()
	seen.RequestHeader, seen.Status, seen.Header, seen.Length = req.Header, resp.StatusCode, resp.Header, resp.ContentLength
	if isRedirect(resp.StatusCode) {
		location = resp.Header.Get("Location")
	}
	seen.Last = location == ""
	if err := v.Keep(seen, resp.Body); err != nil {
		return "", err
	}
	if seen.Last && resp.StatusCode != http.StatusOK {
		return "", &StatusError{Status: resp.StatusCode, RetryAfter: resp.Header.Get("Retry-After")}
	}
	return location, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
