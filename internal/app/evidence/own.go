package evidence

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"embraye/internal/app"
	"embraye/internal/remote"
)

// own reports whether a page is a document that we publish ourselves. Our other pages
// are made of what is in the database, and are no evidence of anything else.
func (ev *Evidence) own(page string) bool {
	return ev.desk.Copies.Own != nil && page == ev.desk.Site.Base+app.MemoirePath
}

// visitOwn asks ourselves for a page, as a reader would get it. It does not go through
// the network: our address may lead elsewhere from inside, and the client asks for
// none of ours.
func (ev *Evidence) visitOwn(ctx context.Context, page string, keep func(remote.Visited, io.Reader) error) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, page, http.NoBody)
	if err != nil {
		return fmt.Errorf("evidence: asking for %s: %w", page, err)
	}
	r.Header = http.Header{"Accept": {"text/html"}, "User-Agent": {ev.desk.Copies.Agent}}
	r.RemoteAddr = "127.0.0.1:0"
	w := &answered{header: http.Header{}, status: http.StatusOK}
	ev.desk.Copies.Own.ServeHTTP(w, r)
	err = keep(remote.Visited{URL: page, At: ev.desk.Now(), RequestHeader: r.Header, Status: w.status, Header: w.header, Length: int64(w.body.Len()), Last: true}, &w.body)
	if err == nil && w.status != http.StatusOK {
		err = &remote.StatusError{Status: w.status}
	}
	return err
}

// answered is what a handler of ours has answered.
type answered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *answered) Header() http.Header         { return w.header }
func (w *answered) WriteHeader(status int)      { w.status = status }
func (w *answered) Write(p []byte) (int, error) { return w.body.Write(p) }
