package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
)

// verdict is what one attempt means (INTEROP 0.23).
type verdict int

const (
	untried verdict = iota // we stopped before there was an answer: nothing happened
	ours                   // the trouble is on our side, the database is away say: nothing happened
	mute                   // the actor's key cannot be used: what it says waits, nobody else's
	taken                  // 2xx
	final                  // this inbox will never take this activity
	dropped                // the host was blocked meanwhile
	aside                  // this row alone tries again later
	failed                 // the host failed: it is tried again later
	paused                 // the host is well and wants us to wait
)

const (
	// stubbornAfter is how often one activity may fail by an answer before
	// the next is tried.
	stubbornAfter = 3
	maxNotFound   = 3
	// maxPoison is how often we try what can never be sent: bytes that are no
	// JSON, a key that is not there, what makes us panic (FT25).
	maxPoison = 5
	// muteFor is when a key that could not be used is tried again.
	muteFor = 5 * time.Minute
	// A name that the name system did not know this often in a row is asked
	// for once a day: a wrong answer is soon put right, a dead name is not.
	noNameAfter = 3
	noNameEvery = 24 * time.Hour
)

// attempt is one row's try and what became of it.
type attempt struct {
	job     *row
	verdict verdict
	status  int // HTTP status, 0 = no answer
	text    string
	wait    time.Duration // aside: the row's own; failed, paused: what the host asked, or 0
	gone    bool          // whoever is behind the inbox has to be looked at
	noName  bool          // the name system does not know the host
	soon    bool          // paused: exactly as long as wait says
	told    bool          // the inbox took the actor's new key in this attempt
	during  int64         // how often our own trouble had begun before it
	refused bool          // a signature by Ed25519 was refused before the other was tried
}

// judge fills in what an answer means.
func (e *Engine) judge(a *attempt, answer remote.Answer) {
	e.compareClocks(a.job.Host, answer.Date)
	a.status = answer.Status
	a.verdict = byStatus(answer.Status)
	if a.verdict == taken {
		return
	}
	a.text = describe(answer)
	switch {
	case answer.Status == http.StatusNotFound:
		e.judgeNotFound(a)
	case answer.Status == http.StatusGone:
		a.gone = true
	case a.verdict == failed || a.verdict == paused:
		if wait, ok := retryAfter(answer.RetryAfter, answer.Date, e.now()); ok {
			a.wait = wait
		}
	}
}

func byStatus(status int) verdict {
	switch {
	case status >= 200 && status <= 299:
		return taken
	case status >= 300 && status <= 399:
		return failed // inboxes do not move: as a 503
	case status == http.StatusTooManyRequests:
		return paused
	case status == http.StatusUnauthorized, status == http.StatusRequestTimeout:
		// A peer that could not fetch our key, or has a wrong clock, answers 401.
		return failed
	case status == http.StatusNotFound:
		return aside
	case status >= 400 && status <= 499, status == http.StatusNotImplemented:
		return final
	}
	return failed
}

// judgeNotFound ends after three tries; ones that failed otherwise, while the
// host was down, are not held against the inbox alone.
func (e *Engine) judgeNotFound(a *attempt) {
	tries := a.job.Attempts + 1
	if tries >= maxNotFound && a.job.LastStatus == http.StatusNotFound {
		a.verdict, a.gone = final, true
		return
	}
	a.wait = backoff(notFoundSteps, tries, e.random())
}

// judgeError fills in what an exchange without an answer means. What went wrong
// on our side says nothing about the host.
func (e *Engine) judgeError(ctx context.Context, a *attempt, err error) {
	a.text = short(err.Error())
	switch {
	case ctx.Err() != nil:
		a.verdict = untried // we are stopping
	case errors.Is(err, embraye.ErrUnavailable):
		a.verdict = ours
	case errors.Is(err, errKey):
		a.verdict, a.wait = mute, muteFor
	case errors.Is(err, remote.ErrBlocked):
		a.verdict = dropped
	case errors.Is(err, remote.ErrResolved):
		a.verdict = failed // resolvers lie for a moment
	case errors.Is(err, remote.ErrRefused):
		a.verdict = final // we would not connect: a private address, an odd port
	case errors.Is(err, remote.ErrUnreachable):
		a.verdict, a.noName = failed, remote.IsNoSuchName(err)
	default:
		e.judgePoison(a)
	}
}

// judgePoison is for what can never be sent: no key, broken bytes, a panic. It
// must neither stop the host's other rows nor be tried for ever.
func (e *Engine) judgePoison(a *attempt) {
	tries := a.job.Attempts + 1
	if tries >= maxPoison {
		a.verdict = final
		return
	}
	a.verdict = aside
	a.wait = backoff(steps, tries, e.random())
}

// stubborn reports whether the host refused this activity so often, by
// answers, that the next one is tried: it may be this one that it cannot take.
func stubborn(attempts, status int) bool {
	answered := status >= 500 || status == http.StatusUnauthorized || status >= 300 && status <= 399
	return attempts >= stubbornAfter && answered
}

func describe(answer remote.Answer) string {
	s := fmt.Sprintf("%d %s", answer.Status, http.StatusText(answer.Status))
	if answer.Snippet != "" {
		s += ": " + answer.Snippet
	}
	return short(s)
}

// short keeps an error to what a column and a table cell hold. Strangers write
// parts of it.
func short(s string) string {
	const most = 500
	s = embraye.Straight(s)
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut-- // never inside a character
	}
	return s[:cut] + "…"
}
