package remote

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"

	"embraye/internal/embraye"
)

// Octets gets bytes of at most that many, unsigned, whatever they call
// themselves: their reader knows by a hash what they have to be.
func (c *Client) Octets(ctx context.Context, address embraye.IRI, most int64) (body []byte, err error) {
	w := want{accept: "*/*", redirects: 3, sameOrigin: true}
	err = c.get(ctx, string(address), w, func(_ *url.URL, resp *http.Response) error {
		body, err = readAll(resp, most)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", address, err)
	}
	return body, nil
}

// Submit posts plain text, unsigned, and gives back what was answered, whatever
// the status. A redirect is an answer like any other.
func (c *Client) Submit(ctx context.Context, address embraye.IRI, text []byte, most int64) (status int, said []byte, err error) {
	deadline, cancel := context.WithTimeout(ctx, c.limits.post)
	defer cancel()
	u, err := c.admit(deadline, string(address))
	if err != nil {
		return 0, nil, fmt.Errorf("submit to %s: %w", address, ended(ctx, err))
	}
	req, err := http.NewRequestWithContext(deadline, http.MethodPost, u.String(), bytes.NewReader(text))
	if err != nil {
		return 0, nil, fmt.Errorf("submit to %s: %w", address, refused("%w", err))
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	req.Header.Set("User-Agent", c.userAgent)
	resp, err := c.exchange(req)
	if err != nil {
		return 0, nil, fmt.Errorf("submit to %s: %w", address, unreachable(ctx, err))
	}
	defer resp.Body.Close()
	if said, err = readAll(resp, most); err != nil {
		return 0, nil, fmt.Errorf("submit to %s: %w", address, ended(ctx, err))
	}
	return resp.StatusCode, said, nil
}
