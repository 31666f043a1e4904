package delivery

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

const (
	// poll is how soon what another process queued is noticed: one indexed
	// read of one row each time.
	poll = 500 * time.Millisecond
	// sweepEvery repairs what a finisher and a fan-out might do to each other
	// (a finisher with an old snapshot); it should never find anything.
	sweepEvery = time.Minute
	// pace lies after a claim that found little: each new row wakes the engine.
	pace = 50 * time.Millisecond
	// firstClaim is the size of the first claim after a rest.
	firstClaim = 128
	// grace is how long exchanges in flight may go on after a stop, and
	// lastWrites how long their results may take to be written.
	grace      = 15 * time.Second
	lastWrites = 5 * time.Second
	// putOff is when a failing host is tried for which there was no slot.
	putOff = 20 * time.Second
	// goneAtOnce is how many lists of gone inboxes are looked behind at once.
	goneAtOnce = 4
)

// runner is one Run: a claimer, the turns in flight, a finisher.
type runner struct {
	e *Engine
	session
	work   context.Context // ends when exchanges in flight must
	finish *finisher
	turns  sync.WaitGroup
	freed  chan struct{} // a slot came free

	ready     []claimed // waiting for a slot; of dispatch alone
	nextClaim int       // hosts to claim next; 0: few

	healthy, probing atomic.Int64 // slots taken
	goneSlots        chan struct{}
	goneWork         sync.WaitGroup
}

// Run delivers until ctx ends. Then it begins nothing new, lets the exchanges
// in flight end, writes their results, gives hosts back that were not finished,
// and returns nil. A database that is away is waited for.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.release(ctx); err != nil {
		e.log.Warn("leases of an earlier process end by themselves", "error", err)
	}
	work, cancel := outlive(ctx, grace)
	defer cancel()
	writes, cancelWrites := outlive(ctx, grace+lastWrites)
	defer cancelWrites()
	r := &runner{
		e: e, session: session{stop: ctx.Done(), signers: startSigners()}, work: work,
		freed: make(chan struct{}, 1), goneSlots: make(chan struct{}, goneAtOnce),
	}
	r.finish = e.startFinisher(writes, func(d []embraye.Delivery) { r.lookBehind(ctx, d) })
	r.report = func(d done) { r.finish.results <- d }
	r.sweep(ctx)
	r.dispatch(ctx)
	r.turns.Wait()
	r.signers.stop()
	r.finish.close()
	if err := e.giveBack(writes); err != nil {
		e.log.Warn("some leases end by themselves", "error", err)
	}
	r.goneWork.Wait()
	return nil
}

// outlive returns a context that ends d after ctx, or when cancelled.
func outlive(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		rest(longer, d)
		cancel()
	})
	return longer, func() {
		stop()
		cancel()
	}
}

// dispatch claims hosts whenever something may be due, somewhat more than
// there are slots: a large claim costs little more than a small one, and no
// slot waits for the database.
func (r *runner) dispatch(ctx context.Context) {
	polls, sweeps, paced := time.NewTicker(poll), time.NewTicker(sweepEvery), time.NewTimer(0)
	defer polls.Stop()
	defer sweeps.Stop()
	defer paced.Stop()
	hungry, mayClaim := true, true
	for ctx.Err() == nil {
		r.startReady()
		if hungry && mayClaim && len(r.ready) < r.reserve() {
			found := 0
			if found, hungry = r.claim(ctx); found > 0 && !hungry {
				mayClaim = false
				paced.Reset(pace)
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.e.wake:
			hungry = true
		case <-r.freed:
		case <-paced.C:
			mayClaim = true
		case <-polls.C:
			hungry = hungry || r.e.holds() || r.anythingDue(ctx)
		case <-sweeps.C:
			r.sweep(ctx)
		}
	}
	for _, c := range r.ready {
		r.finish.results <- r.e.visit(r.work, c, r.session) // gives the host back
	}
}

// startReady gives turns to claimed hosts while there are slots.
func (r *runner) startReady() {
	for len(r.ready) > 0 && int(r.healthy.Load()) < r.e.concurrency {
		c := r.ready[0]
		r.ready = r.ready[1:]
		r.start(c)
	}
}

// reserve is below how many waiting hosts the next are claimed.
func (r *runner) reserve() int { return max(1, r.e.concurrency/4) }

// anythingDue reports whether a claim is worth its while: while claims fail, to
// see whether they do.
func (r *runner) anythingDue(ctx context.Context) bool {
	next, err := r.e.tables.Deliveries.NextDue(ctx)
	if err != nil && ctx.Err() == nil {
		r.e.queueTrouble.begins(err.Error())
	}
	return err == nil && (next != 0 && next <= r.e.millis() || r.e.queueTrouble.told.Load())
}

func (r *runner) sweep(ctx context.Context) {
	r.e.forgetQuiet()
	if err := r.e.tables.Deliveries.Sweep(ctx); err != nil && ctx.Err() == nil {
		r.e.queueTrouble.begins(err.Error())
	}
}

// claim fetches hosts and reports how many, and whether there may be more. It
// begins small, so that the first exchange begins soon, and grows while there is
// more.
func (r *runner) claim(ctx context.Context) (found int, more bool) {
	limit := min(max(r.nextClaim, firstClaim), claimLimit, 2*r.e.concurrency)
	// Not ctx: a claim that is cut off might have leased hosts already.
	work, leased, err := r.e.claim(r.work, limit)
	if err != nil {
		if ctx.Err() == nil {
			r.e.queueTrouble.begins(err.Error())
		}
		return 0, false // the next poll tries again
	}
	r.e.queueTrouble.isOver()
	r.ready = append(r.ready, work...)
	r.nextClaim = 0
	if more = leased == limit; more {
		r.nextClaim = 4 * limit
	}
	return leased, more
}

// start gives a host its turn. Failing hosts have slots of their own, as many
// again: however many there are, those that are well find theirs free.
func (r *runner) start(c claimed) {
	slots, gauge := &r.healthy, &r.e.counts.hosts
	if c.host.Failures > 0 {
		slots, gauge = &r.probing, &r.e.counts.probing
		if int(slots.Load()) >= r.e.concurrency {
			t := r.e.newTurn(c, r.session)
			t.result.HostNextAt = t.at(putOff)
			r.finish.results <- done{result: t.result}
			return
		}
	}
	slots.Add(1)
	gauge.Add(1)
	r.turns.Go(func() {
		end := r.e.visit(r.work, c, r.session)
		r.finish.results <- end
		gauge.Add(-1)
		slots.Add(-1)
		select {
		case r.freed <- struct{}{}:
		default:
		}
	})
}

// visit runs a turn. A panic of ours pauses the host; the process goes on.
func (e *Engine) visit(ctx context.Context, c claimed, s session) (end done) {
	t := e.newTurn(c, s)
	defer func() {
		if p := recover(); p != nil {
			e.log.Error("turn panicked", "host", c.host.Host, "panic", p, "stack", string(debug.Stack()))
			t.result.LastError = short(fmt.Sprintf("panic: %v", p))
			t.fail(0)
		}
		end = done{t.result, t.gone}
	}()
	t.run(ctx, c.rows)
	return end
}

// lookBehind hands gone inboxes to the app without holding up results.
func (r *runner) lookBehind(ctx context.Context, gone []embraye.Delivery) {
	r.goneWork.Go(func() {
		select {
		case r.goneSlots <- struct{}{}:
			defer func() { <-r.goneSlots }()
			r.e.tellGone(ctx, gone)
		case <-ctx.Done():
		}
	})
}

// release makes hosts due at once whose lease a killed process left behind. On
// SQLite one process delivers, so at start every lease is such a one; next_at
// does not tell a lease from the end of a back-off, so hosts that have an
// error keep waiting, at most a lease longer.
func (e *Engine) release(ctx context.Context) error {
	if e.store.IsPostgres() {
		return nil
	}
	deliveries, now := e.tables.Deliveries, e.millis()
	const all = 1 << 30
	hosts, err := deliveries.ClaimHosts(ctx, now+lease.Milliseconds(), now, all)
	if err != nil {
		return fmt.Errorf("release leases: %w", err)
	}
	var waiting []store.Result
	for _, h := range hosts {
		if h.Failures > 0 || h.LastError != "" {
			waiting = append(waiting, store.Result{
				Host: h.Host, HostNextAt: now + lease.Milliseconds(), Failures: h.Failures, Scheme: h.Scheme,
				LastError: h.LastError, FailingSince: h.FailingSince, SeenAt: h.SeenAt,
			})
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	return wrapFinish(deliveries.Finish(ctx, waiting), len(waiting))
}
