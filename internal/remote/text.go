package remote

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"embraye/internal/embraye"
)

// Text gets the beginning of a plain text, unsigned: at most so many bytes and
// one more, which says that there are more. A page of HTML is no text, and
// neither is anything that calls itself no text at all.
func (c *Client) Text(ctx context.Context, address embraye.IRI, most int64) (text []byte, err error) {
	w := want{accept: "text/plain, text/*;q=0.5", redirects: 5}
	err = c.get(ctx, string(address), w, func(_ *url.URL, resp *http.Response) error {
		name, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if err != nil || !strings.HasPrefix(name, "text/") || name == "text/html" {
			return refused("media type %q is not plain text", resp.Header.Get("Content-Type"))
		}
		text, _, err = readUpTo(resp, most+1)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read text %s: %w", address, err)
	}
	return text, nil
}
