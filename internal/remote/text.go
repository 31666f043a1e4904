package remote

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"unicode/utf8"

	"embraye/internal/embraye"
)

// maxTextBytes is far more than a list of a thousand handles.
const maxTextBytes = 256 << 10

// Text gets a plain text, unsigned, from wherever its address leads.
func (c *Client) Text(ctx context.Context, address embraye.IRI) (text string, err error) {
	w := want{accept: "text/plain, */*;q=0.1", redirects: 5}
	err = c.get(ctx, string(address), w, func(_ *url.URL, resp *http.Response) error {
		if name, _, err := embraye.MediaType(resp.Header.Get("Content-Type")); err != nil || name != "text/plain" {
			return refused("media type %q is not plain text", resp.Header.Get("Content-Type"))
		}
		body, err := readAll(resp, maxTextBytes)
		if err != nil {
			return err
		}
		if !utf8.Valid(body) {
			return refused("the text is not UTF-8")
		}
		text = string(body)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("read %s: %w", address, err)
	}
	return text, nil
}
