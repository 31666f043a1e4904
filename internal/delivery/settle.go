package delivery

import (
	"context"
	"slices"
	"sync"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"
)

// wave makes a few exchanges of one activity at the same time.
func (t *turn) wave(ctx context.Context, rows []*row) []attempt {
	tried, used := make([]attempt, len(rows)), make([]string, len(rows))
	one := func(i int) {
		a, scheme := t.attempt(ctx, rows[i], t.scheme)
		tried[i], used[i] = a, string(scheme)
	}
	var others sync.WaitGroup
	for i := 1; i < len(rows); i++ {
		others.Go(func() { one(i) })
	}
	one(0)
	others.Wait()
	for i := range tried {
		t.note(&tried[i], used[i])
	}
	return tried
}

// note keeps what an attempt says about the host.
func (t *turn) note(a *attempt, scheme string) {
	if a.told || a.verdict == taken && t.tellsKey(a.job) {
		t.told[voiceOf(a.job)] = true
	}
	if a.refused {
		t.result.Ed25519From = t.at(ed25519Again)
		t.scheme = firstScheme(t.host.Scheme)
	}
	if a.status != 0 {
		t.result.AnsweredAt = t.e.millis()
	}
	switch a.verdict {
	case taken:
		t.alive = true
		t.result.SeenAt = t.e.millis()
		t.tookScheme(httpsig.Scheme(scheme))
		t.keep(*a) // whatever becomes of the others
		// What was on its way when our trouble began needed nothing of it since.
		if a.during == t.e.ownTrouble.times.Load() {
			t.e.ownTrouble.isOver()
		}
	case final, aside:
		t.answered = t.answered || a.status != 0
	}
}

// tookScheme remembers how a host was spoken to. That it takes Ed25519 is known
// already, and says nothing about the others.
func (t *turn) tookScheme(scheme httpsig.Scheme) {
	if scheme == httpsig.Ed25519 {
		return
	}
	t.result.Scheme, t.host.Scheme = string(scheme), string(scheme)
	if t.scheme != httpsig.Ed25519 {
		t.scheme = firstScheme(string(scheme))
	}
}

// settle decides what the attempts of one activity mean for their rows and for
// the host. The host failed if one exchange failed and none was taken.
func (t *turn) settle(tried []attempt) (ending, time.Duration) {
	end, wait := listDone, time.Duration(0)
	took := anyOf(tried, taken)
	for _, a := range tried {
		switch a.verdict {
		case untried:
			end = max(end, cutShort)
		case ours:
			end = max(end, ourFault)
			t.e.ownTrouble.begins(a.text)
		case taken: // kept already
		case final, dropped:
			t.keep(a)
		case aside, mute:
			t.setAside(a)
		case paused:
			t.keep(a)
			end, wait = hostBusy, max(wait, t.pause(a))
		case failed:
			if t.suspect(a, took) {
				continue
			}
			t.keep(a)
			t.noName = a.noName
			end, wait = max(end, hostDown), max(wait, a.wait)
		}
	}
	if took {
		t.clearSuspects()
	}
	return end, wait
}

// suspect takes an attempt that failed off the host's account: the host took
// something else, the same activity at another inbox say, or it refused this
// one so often that the next is tried. A host behind the breaker gets its one
// delivery and no more.
func (t *turn) suspect(a attempt, took bool) bool {
	again := stubborn(a.job.Attempts+1, a.status)
	switch {
	case took, again && t.alive:
	case again && t.host.Failures < breakerAfter:
	default:
		return false
	}
	t.held.hold(a.job, a.status, t.tellsKey(a.job))
	t.suspects = append(t.suspects, a)
	if t.alive {
		t.clearSuspects()
	}
	return true
}

// clearSuspects is called when the host took something: what it refused before
// goes on by its own back-off, and only later activities on the same object
// wait for it.
func (t *turn) clearSuspects() {
	for _, a := range t.suspects {
		a.verdict = aside
		a.wait = max(a.wait, backoff(steps, a.job.Attempts+1, t.e.random()))
		t.setAside(a)
	}
	t.suspects = nil
}

// setAside keeps a row that waits on its own, and with it its lane.
func (t *turn) setAside(a attempt) {
	t.keep(a)
	t.held.hold(a.job, a.status, t.tellsKey(a.job))
}

// keep adds the row to the result.
func (t *turn) keep(a attempt) store.Outcome {
	o := t.e.outcome(&a, t.e.millis())
	t.result.Done = append(t.result.Done, o)
	if a.gone {
		t.gone = append(t.gone, a.job.Delivery)
	}
	if a.text != "" && a.verdict != mute {
		t.result.LastError = a.text
	}
	if o.State == embraye.DeliveryGivenUp {
		t.e.log.Warn("delivery given up", "inbox", a.job.Inbox, "activity", a.job.ActivityID, "tries", o.Attempts, "error", a.text)
	}
	return o
}

func anyOf(tried []attempt, v verdict) bool {
	return slices.ContainsFunc(tried, func(a attempt) bool { return a.verdict == v })
}
