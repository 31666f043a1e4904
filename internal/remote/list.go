package remote

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"embraye/internal/embraye"
)

// maxETag bounds what is kept of a server's name for a version.
const maxETag = 200

// List gets a whole text, unsigned and of any media type, as forges serve lists: at
// most so many bytes. Where the server says that nothing changed since etag, changed
// is false.
func (c *Client) List(ctx context.Context, address embraye.IRI, etag string, most int64) (text []byte, version string, changed bool, err error) {
	w := want{accept: "text/csv, text/plain, application/json;q=0.9, */*;q=0.5", redirects: 3, etag: etag}
	err = c.get(ctx, string(address), w, func(_ *url.URL, resp *http.Response) (err error) {
		if version = resp.Header.Get("ETag"); len(version) > maxETag {
			version = ""
		}
		text, err = readAll(resp, most)
		return err
	})
	if etag != "" && isStatus(err, http.StatusNotModified) {
		return nil, etag, false, nil
	}
	if err != nil {
		return nil, "", false, fmt.Errorf("read list %s: %w", address, err)
	}
	return text, version, true, nil
}
