package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
)

const maxSnippetBytes = 512

// Delivery is one activity to one inbox.
type Delivery struct {
	Inbox  embraye.IRI
	Body   []byte // the stored bytes of the activity
	Signer httpsig.Signer
	Scheme httpsig.Scheme
	// LastWord goes to a blocked host too: a Reject tells its people that they
	// do not follow any more.
	LastWord bool
}

// Answer is what the peer said, whatever it was.
type Answer struct {
	Status     int
	RetryAfter string    // as sent
	Date       time.Time // the peer's clock; zero if it did not say
	Snippet    string    // how the body of a refusal begins, on one printable line
}

// Post signs anew, because Friendica takes a Date of a few minutes only, and
// posts. A redirect is an answer like any other: inboxes do not move. An error
// is ErrUnreachable (no HTTP answer), ErrRefused (we would not connect), the
// caller's own cancellation, or a signature that could not be made.
func (c *Client) Post(ctx context.Context, d Delivery) (Answer, error) {
	a, err := c.post(ctx, d)
	if err != nil {
		return Answer{}, fmt.Errorf("post to %s: %w", d.Inbox, err)
	}
	return a, nil
}

func (c *Client) post(ctx context.Context, d Delivery) (Answer, error) {
	deadline, cancel := context.WithTimeout(ctx, c.limits.post)
	defer cancel()
	u, err := c.admit(deadline, string(d.Inbox))
	if err != nil && !(d.LastWord && errors.Is(err, ErrBlocked)) {
		return Answer{}, ended(ctx, err)
	}
	req, err := c.newPost(deadline, u, d)
	if err != nil {
		return Answer{}, err
	}
	resp, err := c.exchange(req)
	if err != nil {
		return Answer{}, unreachable(ctx, err)
	}
	defer resp.Body.Close()
	return answer(resp), nil
}

// PostToOurselves is Post for an operator's look at the way to their own instance:
// it gives back what is said there.
func (c *Client) PostToOurselves(ctx context.Context, d Delivery) (a Answer, said []byte, err error) {
	deadline, cancel := context.WithTimeout(ctx, 2*c.limits.post) // larger than any activity
	defer cancel()
	u, err := c.admit(deadline, string(d.Inbox))
	if err != nil {
		return a, nil, ended(ctx, err)
	}
	req, err := c.newPost(deadline, u, d)
	if err != nil {
		return a, nil, err
	}
	resp, err := c.exchange(req)
	if err != nil {
		return a, nil, unreachable(ctx, err)
	}
	defer resp.Body.Close()
	said, err = readAll(resp, maxJRDBytes)
	return answer(resp), said, ended(ctx, err)
}

// WouldTake announces a body to our own instance and sends nothing of it: status 0
// if whoever answers there asks for it, else what it is refused with. A proxy that
// only counts what comes, as Caddy does, refuses nothing here.
func (c *Client) WouldTake(ctx context.Context, address embraye.IRI, size int64) (status int, err error) {
	deadline, cancel := context.WithTimeout(ctx, c.limits.post)
	defer cancel()
	u, err := c.admit(deadline, string(address))
	if err != nil {
		return 0, ended(ctx, err)
	}
	body := &askedFor{}
	req, err := http.NewRequestWithContext(deadline, http.MethodPost, u.String(), body)
	if err != nil {
		return 0, refused("%w", err)
	}
	req.ContentLength = size
	req.Header.Set("Expect", "100-continue")
	req.Header.Set("Content-Type", activityJSON)
	req.Header.Set("User-Agent", c.userAgent)
	resp, err := c.exchange(req)
	switch {
	case err == nil:
		resp.Body.Close()
		return resp.StatusCode, nil
	case body.read.Load():
		return 0, nil
	}
	return 0, unreachable(ctx, err)
}

// askedFor is a body that is only waited for.
type askedFor struct{ read atomic.Bool }

func (a *askedFor) Read([]byte) (int, error) {
	a.read.Store(true)
	return 0, errors.New("it would be taken")
}

func (c *Client) newPost(ctx context.Context, u *url.URL, d Delivery) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(d.Body))
	if err != nil {
		return nil, refused("%w", err)
	}
	req.Header.Set("Content-Type", activityJSON)
	req.Header.Set("Accept", acceptAS)
	req.Header.Set("User-Agent", c.userAgent)
	// Never sent, but it tells net/http that the request may be repeated when a
	// kept connection turns out to be closed: receivers know repetitions by id.
	req.Header["Idempotency-Key"] = nil
	if err := httpsig.Sign(req, d.Body, d.Signer, d.Scheme, c.options.Now()); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return req, nil
}

// answer keeps what delivery decides by. The status is the answer: a body that
// breaks off afterwards changes nothing.
func answer(resp *http.Response) Answer {
	a := Answer{Status: resp.StatusCode, RetryAfter: resp.Header.Get("Retry-After")}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		a.Date = date
	}
	if a.Status >= 200 && a.Status <= 299 {
		discard(resp.Body)
		return a
	}
	var start [maxSnippetBytes]byte
	n, err := io.ReadFull(resp.Body, start[:])
	a.Snippet = oneLine(start[:n])
	if err == nil {
		discard(resp.Body)
	}
	return a
}

// oneLine makes a stranger's text fit for a log and a table: no control
// characters, no line breaks, no broken UTF-8.
func oneLine(b []byte) string {
	printable := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, string(b))
	return strings.Join(strings.Fields(printable), " ")
}
