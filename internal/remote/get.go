package remote

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

// want says how something is fetched.
type want struct {
	accept     string
	signed     bool // by the instance actor, on every hop anew
	redirects  int
	sameOrigin bool   // redirects stay on the origin of the first URL
	etag       string // of the version that we have; empty: none
}

// get follows redirects by hand and gives the first answer that is none to
// read, while the host's slot is held. The whole of it ends at the deadline.
func (c *Client) get(ctx context.Context, raw string, w want, read func(*url.URL, *http.Response) error) error {
	deadline, cancel := context.WithTimeout(ctx, c.limits.fetch)
	defer cancel()
	u, err := c.admit(deadline, raw)
	if err != nil {
		return ended(ctx, err)
	}
	seen := make([]string, 0, w.redirects+1)
	for {
		seen = append(seen, u.String())
		location, err := c.hop(deadline, u, w, read)
		if err != nil {
			return ended(ctx, err)
		}
		if location == "" {
			return nil
		}
		if u, err = c.follow(deadline, u, location, seen, w); err != nil {
			return ended(ctx, err)
		}
	}
}

// follow decides whether a redirect leads anywhere that we go.
func (c *Client) follow(ctx context.Context, from *url.URL, location string, seen []string, w want) (*url.URL, error) {
	if len(seen) > w.redirects {
		return nil, refused("more than %d redirects", w.redirects)
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, refused("redirect: %w", err)
	}
	next, err := c.admit(ctx, to.String())
	if err != nil {
		return nil, fmt.Errorf("redirect: %w", err)
	}
	switch {
	case w.sameOrigin && (next.Scheme != from.Scheme || next.Host != from.Host):
		return nil, refused("redirect to another origin, %s", next.Host)
	case from.Scheme == "https" && next.Scheme == "http":
		return nil, refused("redirect from https to http")
	case slices.Contains(seen, next.String()):
		return nil, refused("redirect in a circle")
	}
	return next, nil
}

// hop is one request and its answer: a location to go on to, or what read says.
func (c *Client) hop(ctx context.Context, u *url.URL, w want, read func(*url.URL, *http.Response) error) (location string, err error) {
	leave, err := c.gate.enter(ctx, u.Host, c.limits.slot)
	if err != nil {
		return "", unreachable(ctx, err)
	}
	defer leave()
	req, err := c.newGet(ctx, u, w)
	if err != nil {
		return "", err
	}
	resp, err := c.exchange(req)
	if err != nil {
		return "", unreachable(ctx, err)
	}
	defer resp.Body.Close()
	switch {
	case isRedirect(resp.StatusCode):
		if location = resp.Header.Get("Location"); location != "" {
			discard(resp.Body)
			return location, nil
		}
	case resp.StatusCode == http.StatusOK:
		return "", read(u, resp)
	}
	discard(resp.Body)
	return "", &StatusError{Status: resp.StatusCode, RetryAfter: resp.Header.Get("Retry-After")}
}

func (c *Client) newGet(ctx context.Context, u *url.URL, w want) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, refused("%w", err)
	}
	req.Header.Set("Accept", w.accept)
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("User-Agent", c.userAgent)
	if w.etag != "" {
		req.Header.Set("If-None-Match", w.etag)
	}
	if !w.signed || c.options.SignGET == nil {
		return req, nil
	}
	signer, err := c.options.SignGET(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: the key that signs: %w", embraye.ErrUnavailable, err)
	}
	if signer.Key == nil {
		return req, nil
	}
	if err := httpsig.Sign(req, nil, signer, httpsig.Cavage, c.options.Now()); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return req, nil
}
