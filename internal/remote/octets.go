package remote

import (
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
