package remote

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"embraye/internal/embraye"
)

// Ask speaks with a service that the operator has keys of: a form is posted, or
// nothing is and it is a GET. What is not 200 is a StatusError, with the answer.
func (c *Client) Ask(ctx context.Context, address embraye.IRI, authorization string, form url.Values) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, c.limits.post)
	defer cancel()
	u, err := c.admit(limited, string(address))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", address, ended(ctx, err))
	}
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(limited, method, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", address, err)
	}
	req.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {c.userAgent}, "Authorization": {authorization}}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.exchange(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", address, unreachable(ctx, err))
	}
	defer resp.Body.Close()
	body, err := readAll(resp, maxJRDBytes)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = &StatusError{Status: resp.StatusCode, RetryAfter: resp.Header.Get("Retry-After")}
	}
	if err != nil {
		return body, fmt.Errorf("ask %s: %w", address, ended(ctx, err))
	}
	return body, nil
}
