package delivery

import (
	"log/slog"
	"sync/atomic"
	"time"
)

// troublePause is when a host is visited again whose turn ended for a reason
// of ours.
const troublePause = 2 * time.Second

// pause is how long a host that answered 429 is left alone: as it asked, but
// not below our shortest step, or as after as many failures.
func (t *turn) pause(a attempt) time.Duration {
	if a.soon {
		return a.wait
	}
	if a.wait > 0 {
		return max(a.wait, backoff(steps, 1, t.e.random()))
	}
	return backoff(steps, a.job.Attempts+1, t.e.random())
}

// close writes the host's part of the result.
func (t *turn) close(end ending, wait time.Duration) {
	if t.alive || t.answered {
		t.result.Failures, t.result.FailingSince = 0, 0
	}
	// Unresolved suspects failed with the host.
	for _, a := range t.suspects {
		wait = max(wait, a.wait)
		t.keep(a)
	}
	t.suspects = nil
	switch end {
	case ourFault:
		t.result.HostNextAt = t.at(troublePause)
	case hostDown:
		t.fail(wait)
	case hostBusy:
		t.result.HostNextAt = t.at(wait) // not counted by the breaker
		t.e.quiet(t.host.Host, t.result.HostNextAt)
	default:
		if t.alive || t.answered {
			t.result.LastError = ""
		}
		t.result.HostNextAt = t.e.millis()
	}
}

func (t *turn) fail(wait time.Duration) {
	t.result.Failures++
	if t.result.FailingSince == 0 {
		t.result.FailingSince = t.e.millis()
		t.e.log.Info("server fails", "host", t.host.Host, "error", t.result.LastError)
	}
	n := t.result.Failures
	if wait > 0 && n < breakerAfter {
		n = 1 // it says when; our shortest step is only the floor
	}
	step := backoff(steps, n, t.e.random())
	if t.noName && t.result.Failures >= noNameAfter {
		step = noNameEvery
	}
	t.result.HostNextAt = t.at(max(wait, step))
	t.e.quiet(t.host.Host, min(t.result.HostNextAt, t.at(max(wait, backoff(steps, 1, 0)))))
}

// quiet forbids exchanges with a host before a time. The table's next_at is
// brought forward by new activities and by contact from a failing host; what a
// peer asked for with Retry-After must hold nevertheless, and a host that
// talks to us without pause must not be tried without pause. Kept in memory:
// another replica or a restart may try once too early.
func (e *Engine) quiet(host string, until int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.quietHosts[host] = until
}

func (e *Engine) quietUntil(host string) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.quietHosts[host]
}

// longestQuiet is beyond what a server may ask for.
const longestQuiet = maxRetryAfter + time.Hour

// trouble on our side is told once when it begins and once when it is over.
type trouble struct {
	log   *slog.Logger
	what  string
	told  atomic.Bool
	times atomic.Int64 // that it began
}

func (t *trouble) begins(text string) {
	if !t.told.Swap(true) {
		t.times.Add(1)
		t.log.Error("deliveries wait: "+t.what, "error", text)
	}
}

func (t *trouble) isOver() {
	if t.told.Swap(false) {
		t.log.Info("deliveries go on: it is over that " + t.what)
	}
}

// forgetQuiet drops what is over.
func (e *Engine) forgetQuiet() {
	now := e.millis()
	e.mu.Lock()
	defer e.mu.Unlock()
	for host, until := range e.quietHosts {
		if until <= now || until > now+longestQuiet.Milliseconds() { // our clock was wrong
			delete(e.quietHosts, host)
		}
	}
}
