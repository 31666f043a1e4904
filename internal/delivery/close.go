package delivery

import (
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// pause is how long a host that answered 429 is left alone: as it asked, but
// not below our shortest step, or as after as many failures.
func (t *turn) pause(a attempt) time.Duration {
	if a.wait > 0 {
		return max(a.wait, backoff(steps, 1, t.e.random()))
	}
	return backoff(steps, a.job.Attempts+1, t.e.random())
}

// close writes the host's part of the result.
func (t *turn) close(end ending, wait time.Duration) {
	if end != hostDown && (t.alive || t.answered) {
		t.result.Failures, t.result.FailingSince = 0, 0
	}
	// Unresolved suspects failed with the host.
	for _, a := range t.suspects {
		wait = max(wait, a.wait)
		t.keep(a)
	}
	t.suspects = nil
	switch end {
	case hostDown:
		t.fail(wait)
	case hostBusy:
		t.result.HostNextAt = t.at(wait) // not counted by the breaker
	default:
		if t.alive || t.answered {
			t.result.LastError = ""
		}
		t.result.HostNextAt = t.e.millis()
	}
}

func (t *turn) fail(wait time.Duration) {
	if t.alive {
		t.result.Failures, t.result.FailingSince = 0, 0
	}
	t.result.Failures++
	if t.result.FailingSince == 0 {
		t.result.FailingSince = t.e.millis()
		t.e.log.Info("server fails", "host", t.host.Host, "error", t.result.LastError)
	}
	n := t.result.Failures
	if wait > 0 && n < breakerAfter {
		n = 1 // it says when; our shortest step is only the floor
	}
	t.result.HostNextAt = t.at(max(wait, backoff(steps, n, t.e.random())))
}

// hold lets rows of this turn that wait for an earlier one come due together
// with it; its smaller id then goes first.
func (t *turn) hold(rows []*row) {
	decided := make(map[int64]bool, len(t.result.Done))
	for _, o := range t.result.Done {
		decided[o.DeliveryID] = true
	}
	for _, r := range rows {
		until, blocked := t.blockedUntil(r)
		if decided[r.ID] || !blocked || until == 0 {
			continue
		}
		t.result.Done = append(t.result.Done, store.Outcome{
			DeliveryID: r.ID, ActivityID: r.ActivityID, State: embraye.DeliveryWaiting,
			Attempts: r.Attempts, NextAt: until, LastStatus: r.LastStatus, LastError: r.LastError,
		})
	}
}
