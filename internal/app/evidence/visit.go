package evidence

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"embraye/internal/archive"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/remote"
)

// What one visit may take.
const (
	visitLimit  = 30 * time.Second
	robotsLimit = 10 * time.Second
	maxBody     = 10 << 20
	maxBetween  = 64 << 10 // of the body of a redirect
)

// visited is a page as it came: its bodies lie on the disk, one after the other.
type visited struct {
	*files.Spool
	hops      []archive.Hop
	words     archive.Words
	payload   string // hash of the page
	noArchive bool
}

// errTooLarge is a document that does not fit: half of one proves nothing.
var errTooLarge = errors.New("larger than what is kept of a page")

// visit reads a page and what it says. The caller discards what it returns.
func (ev *Evidence) visit(ctx context.Context, href string) (*visited, error) {
	spool, err := ev.desk.Files.Spool()
	if err != nil {
		return nil, err
	}
	v := &visited{Spool: spool}
	if ev.own(href) {
		err = ev.visitOwn(ctx, href, v.keep)
	} else {
		err = ev.desk.Remote.Visit(ctx, embraye.IRI(href), remote.Visit{Agent: ev.desk.Copies.Agent, Limit: visitLimit, Keep: v.keep})
	}
	if err == nil {
		err = ev.read(v)
	}
	if err == nil && !v.noArchive && !ev.own(href) {
		v.noArchive, err = ev.forbidden(ctx, v.last().URL)
	}
	if err != nil {
		v.Discard()
		return nil, err
	}
	return v, nil
}

func (v *visited) last() *archive.Hop { return &v.hops[len(v.hops)-1] }

// keep spools one answer.
func (v *visited) keep(a remote.Visited, body io.Reader) error {
	most := int64(maxBetween)
	if a.Last {
		most = maxBody
	}
	text := isText(a.Header.Get("Content-Type"))
	if a.Last && a.Status == http.StatusOK && a.Length > most && !text {
		return errTooLarge
	}
	h := archive.Hop{URL: a.URL, At: a.At, IP: a.IP, RequestHeader: a.RequestHeader, Status: a.Status, Header: a.Header}
	at := v.Size()
	n, err := io.Copy(v, io.LimitReader(body, most))
	if errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, embraye.ErrNoRoom) {
		return err
	}
	h.Size, h.Body = n, io.NewSectionReader(v, at, n)
	var one [1]byte
	switch {
	case err != nil && remote.IsTimeout(err) && text && n > 0:
		h.Cut = archive.CutTime
	case err != nil:
		return errors.Join(remote.ErrUnreachable, err)
	case n == most && a.Last:
		if more, _ := body.Read(one[:]); more > 0 {
			h.Cut = archive.CutLength
		}
	}
	if h.Cut == archive.CutLength && !text {
		return errTooLarge
	}
	v.noArchive = v.noArchive || archive.NoArchive(strings.Join(a.Header.Values("X-Robots-Tag"), ","))
	v.hops = append(v.hops, h)
	return nil
}

func isText(contentType string) bool { return strings.HasPrefix(strings.ToLower(contentType), "text/") }

// read finds what the page says.
func (ev *Evidence) read(v *visited) (err error) {
	ev.reading.Lock()
	defer ev.reading.Unlock()
	h := v.last()
	v.words = archive.Extract(io.NewSectionReader(h.Body, 0, h.Size), http.Header(h.Header).Get("Content-Type"), http.Header(h.Header).Get("Content-Encoding"))
	v.noArchive = v.noArchive || v.words.NoArchive
	v.payload, err = v.SumOf(v.Size()-h.Size, h.Size)
	return err
}

// forbidden asks the host whether it names us. A robots.txt that cannot be read
// says nothing.
func (ev *Evidence) forbidden(ctx context.Context, page string) (no bool, err error) {
	u, err := url.Parse(page)
	if err != nil {
		return false, err
	}
	robots := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	err = ev.desk.Remote.Visit(ctx, embraye.IRI(robots.String()), remote.Visit{Agent: ev.desk.Copies.Agent, Limit: robotsLimit, Keep: func(a remote.Visited, body io.Reader) error {
		if a.Last && a.Status == http.StatusOK {
			no = archive.RobotsForbid(body, u.RequestURI())
		}
		return nil
	}})
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if errors.Is(err, embraye.ErrUnavailable) {
		return false, err
	}
	return no, nil
}

// failureOf is why there is no copy, as the catalogue has it; again if it may be
// otherwise later. Ours is no failure of the page.
func failureOf(err error) (code string, again, ours bool) {
	var status *remote.StatusError
	switch {
	case errors.Is(err, embraye.ErrUnavailable), errors.Is(err, embraye.ErrNoRoom):
		return "", true, true
	case errors.Is(err, errTooLarge):
		return "too_large", false, false
	case errors.As(err, &status):
		s := status.Status
		return strconv.Itoa(s), s == http.StatusRequestTimeout || s == http.StatusTooManyRequests || s >= 500, false
	case errors.Is(err, remote.ErrBlocked):
		return "blocked", false, false
	case errors.Is(err, remote.ErrResolved):
		return "forbidden", true, false
	case errors.Is(err, remote.ErrRefused):
		return "forbidden", false, false
	case errors.Is(err, remote.ErrUnreachable):
		return "unreachable", true, false
	}
	return "", true, true
}
