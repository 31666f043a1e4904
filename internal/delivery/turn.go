package delivery

import (
	"context"
	"slices"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/store"
)

const (
	// breakerAfter consecutive failures a host gets one delivery per turn
	// until it takes one.
	breakerAfter = 5
	// expiryCheck is how often rows of an unavailable host are looked at: only
	// to give up what is too old.
	expiryCheck = 12 * time.Hour
	// ed25519Again is how long a host that refused Ed25519 is not asked again.
	ed25519Again = 7 * 24 * time.Hour
)

// turn is one visit to one host: its due rows in order, until the list or the
// time is over or the host fails. It writes nothing itself; what it found is
// its result.
type turn struct {
	e     *Engine
	host  embraye.Host // as claimed
	began time.Time    // with the lease
	session

	scheme   httpsig.Scheme
	alive    bool // took something in this turn
	answered bool // answered something that is no failure of the host
	noName   bool // the name system does not know it
	// suspects are activities that the host refused three times, held until
	// something else is taken (their fault) or not (the host's).
	suspects []attempt
	held     queue          // what later rows of this turn must not overtake
	told     map[voice]bool // inboxes that took an actor's new key in this turn
	result   store.Result
	gone     []embraye.Delivery
}

// session is what the turns of one Run or Batch share.
type session struct {
	stop    <-chan struct{} // closed when no new exchange may begin
	signers *signers
	// report takes what is decided before the end of a turn, so that a crash
	// repeats little; nil: it waits for the end.
	report func(done)
}

// ending says why a turn's loop ended.
type ending int

const (
	listDone ending = iota // everything that was due is decided
	cutShort               // time over or stopping: the rest is due at once
	ourFault               // we cannot go on: the rest is due when we can
	hostDown
	hostBusy // asked us to wait
)

func (e *Engine) newTurn(c claimed, s session) *turn {
	h := c.host
	return &turn{
		e: e, host: h, session: s, began: c.at,
		scheme: e.scheme(h),
		held:   newQueue(),
		told:   map[voice]bool{},
		result: store.Result{
			Host: h.Host, LeaseUntil: h.NextAt, Failures: h.Failures, Scheme: h.Scheme, LastError: h.LastError,
			FailingSince: h.FailingSince, SeenAt: h.SeenAt,
		},
	}
}

// run works the rows and fills the result. Finish sees itself to it that a host
// is not due before anything of it is.
func (t *turn) run(ctx context.Context, rows []*row) {
	t.result.HostNextAt = t.e.millis()
	if until := t.e.quietUntil(t.host.Host); until > t.e.millis() {
		t.result.HostNextAt = until
		return
	}
	rows = t.expire(rows)
	switch {
	case len(rows) == 0: // only expired ones, there may be more; or none
	case t.unavailable():
		t.result.HostNextAt = t.at(expiryCheck)
	default:
		end, wait := t.work(ctx, byActivity(rows))
		if len(t.suspects) > 0 {
			end = max(end, hostDown) // nothing else was taken either
		}
		t.close(end, wait)
	}
}

// expire gives up what was tried for 7 days, or would have been if the host
// were available, and returns the rest. A row that an operator queued again
// keeps its age but is tried at least once.
func (t *turn) expire(rows []*row) []*row {
	now, kept, reason := t.e.millis(), rows[:0:0], ""
	for _, r := range rows {
		if !t.e.expired(r, now) || r.Attempts == 0 && !t.unavailable() {
			kept = append(kept, r)
			continue
		}
		if reason = r.LastError; reason == "" {
			reason = "the server is unavailable: " + t.host.LastError
		}
		t.e.counts.givenUp.Add(1)
		t.result.Done = append(t.result.Done, store.Outcome{
			DeliveryID: r.ID, ActivityID: r.ActivityID, State: embraye.DeliveryGivenUp,
			Attempts: r.Attempts, LastStatus: r.LastStatus, LastError: short(reason),
		})
	}
	if n := len(rows) - len(kept); n > 0 {
		t.e.log.Warn("deliveries given up: they were tried for as long as we try", "host", t.host.Host, "deliveries", n, "error", short(reason))
	}
	return kept
}

// expired reports whether a row was tried for as long as we try.
func (e *Engine) expired(r *row, now int64) bool {
	return now-r.CreatedAt >= e.retention.Milliseconds()
}

// unavailable reports whether the host failed for as long as we try, and did
// not contact us since (store's Hosts.Touch): it is not asked any more (FT19).
func (t *turn) unavailable() bool {
	h := t.host
	return h.FailingSince != 0 && t.e.millis()-max(h.FailingSince, h.SeenAt) >= t.e.retention.Milliseconds()
}

// work goes through the activities, oldest first. While the breaker is open
// it begins with a single probe.
func (t *turn) work(ctx context.Context, groups [][]*row) (ending, time.Duration) {
	if t.host.Failures >= breakerAfter {
		probe := t.chooseProbe(groups)
		if end, wait := t.deliver(ctx, groups[probe][:1]); end != listDone || !t.alive {
			return end, wait
		}
		groups[probe] = groups[probe][1:]
	}
	for _, g := range groups {
		g = slices.DeleteFunc(g, t.held.before)
		if len(g) == 0 {
			continue
		}
		if t.over() {
			return cutShort, 0
		}
		t.reportSoFar()
		if end, wait := t.deliver(ctx, g); end != listDone {
			return end, wait
		}
	}
	return listDone, 0
}

// reportSoFar hands on what is decided, while the turn goes on.
func (t *turn) reportSoFar() {
	if t.report == nil || len(t.result.Done) == 0 {
		return
	}
	t.report(done{result: store.Result{Host: t.host.Host, Done: t.result.Done, Ongoing: true}})
	t.result.Done = nil
}

// chooseProbe is the oldest activity that the host did not refuse three times
// already and that overtakes nothing that must go first; else the one tried
// least.
func (t *turn) chooseProbe(groups [][]*row) int {
	held, least := newQueue(), 0
	for i, g := range groups {
		head := g[0]
		if held.before(head) {
			continue
		}
		if !stubborn(head.Attempts, head.LastStatus) {
			return i
		}
		held.hold(head, head.LastStatus, t.tellsKey(head))
		if head.Attempts < groups[least][0].Attempts {
			least = i
		}
	}
	return least
}

// deliver sends one activity to its inboxes here, a few at once, and settles
// what came of it.
func (t *turn) deliver(ctx context.Context, rows []*row) (ending, time.Duration) {
	var tried []attempt
	for len(rows) > 0 && !t.over() {
		n := min(t.atOnce(), len(rows))
		wave := t.wave(ctx, rows[:n])
		tried, rows = append(tried, wave...), rows[n:]
		if !t.alive && anyOf(wave, failed) || anyOf(wave, paused) || anyOf(wave, ours) {
			break
		}
		t.reportSoFar()
	}
	end, wait := t.settle(tried)
	if len(rows) > 0 && t.over() {
		end = max(end, cutShort)
	}
	return end, wait
}

// atOnce is one until the host proved well: what is dead should cost one
// connection, not four.
func (t *turn) atOnce() int {
	if t.alive || t.host.Failures == 0 && t.host.SeenAt > 0 {
		return inboxesAtOnce
	}
	return 1
}

// over reports whether the turn may begin no more exchanges.
func (t *turn) over() bool {
	select {
	case <-t.stop:
		return true
	default:
		return t.e.now().Sub(t.began) >= turnBudget
	}
}

// stoodStill reports that the turn has outlived its lease, which it ends well
// within. So it was us who stood still, a frozen machine say, and that time was
// up for an exchange tells nothing about the host.
func (t *turn) stoodStill() bool { return t.e.now().Sub(t.began) > lease }

func (t *turn) at(d time.Duration) int64 { return t.e.millis() + d.Milliseconds() }

// byActivity groups rows, which come oldest first, without changing the order.
func byActivity(rows []*row) [][]*row {
	var groups [][]*row
	index := map[string]int{}
	for _, r := range rows {
		i, ok := index[r.ActivityID]
		if !ok {
			i = len(groups)
			index[r.ActivityID] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}
