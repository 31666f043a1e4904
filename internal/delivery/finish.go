package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

const (
	// Results are written together: one transaction for what came within
	// finishWait, or at once when so many deliveries are decided. So what a
	// kill -9 repeats is hardly more than what was in flight. A database that
	// fell behind gets more together.
	finishMost   = 64
	finishWait   = 50 * time.Millisecond
	finishAtOnce = 500 // turns
	// finishTimeout bounds one try to write.
	finishTimeout = 10 * time.Second
	// finishRetryMost is the longest pause between tries while the database is
	// away. Results are kept meanwhile: sent is sent.
	finishRetryMost = 2 * time.Second
)

// done is a turn's end on its way to the database.
type done struct {
	result store.Result
	gone   []embraye.Delivery
}

// finish writes results in one transaction, and returns those that may be
// written later because the database is away. If it fails for another reason,
// one result is the culprit: each is written alone, so that the others are not
// lost with it.
func (e *Engine) finish(ctx context.Context, ends []done) (later []done, err error) {
	results := make([]store.Result, len(ends))
	for i, d := range ends {
		results[i] = d.result
	}
	deliveries := e.tables.Deliveries
	err = deliveries.Finish(ctx, results)
	if err == nil {
		e.resultTrouble.isOver()
		return nil, nil
	}
	if mayPass(err) {
		return ends, wrapFinish(err, len(results))
	}
	var errs []error
	for i, r := range results {
		err := deliveries.Finish(ctx, []store.Result{r})
		if err != nil && mayPass(err) {
			later = append(later, ends[i])
		}
		errs = append(errs, wrapFinish(err, 1))
	}
	return later, errors.Join(errs...)
}

// mayPass reports whether the same write may succeed later.
func mayPass(err error) bool {
	return errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func wrapFinish(err error, n int) error {
	if err != nil {
		return fmt.Errorf("write results of %d hosts: %w", n, err)
	}
	return nil
}

// tellGone lets the app look at who is behind inboxes that are gone.
func (e *Engine) tellGone(ctx context.Context, deliveries []embraye.Delivery) {
	if e.gone == nil {
		return
	}
	for _, d := range deliveries {
		if ctx.Err() != nil {
			return
		}
		if err := e.gone(ctx, d.Inbox, d); err != nil {
			e.log.Warn("looking behind an inbox that is gone", "inbox", d.Inbox, "error", err)
		}
	}
}

// finisher collects results until they are worth a transaction.
type finisher struct {
	e       *Engine
	results chan done
	onGone  func([]embraye.Delivery)
	ended   sync.WaitGroup
}

func (e *Engine) startFinisher(ctx context.Context, onGone func([]embraye.Delivery)) *finisher {
	f := &finisher{e: e, results: make(chan done, finishMost), onGone: onGone}
	f.ended.Go(func() { f.loop(ctx) })
	return f
}

// close writes what is left; nothing may be added any more. ctx of
// startFinisher bounds how long a database that is away is waited for.
func (f *finisher) close() {
	close(f.results)
	f.ended.Wait()
}

func (f *finisher) loop(ctx context.Context) {
	for first := range f.results {
		f.write(ctx, f.collect(first))
	}
}

func (f *finisher) collect(first done) []done {
	batch, decided := []done{first}, len(first.result.Done)
	timer := time.NewTimer(finishWait)
	defer timer.Stop()
	for decided < finishMost && len(batch) < finishAtOnce {
		select {
		case d, open := <-f.results:
			if !open {
				return batch
			}
			batch, decided = append(batch, d), decided+len(d.result.Done)
		case <-timer.C:
			return f.drain(batch)
		}
	}
	return f.drain(batch)
}

// drain adds what waits already.
func (f *finisher) drain(batch []done) []done {
	for len(batch) < finishAtOnce {
		select {
		case d, open := <-f.results:
			if !open {
				return batch
			}
			batch = append(batch, d)
		default:
			return batch
		}
	}
	return batch
}

// write tries until it worked or ctx ends: then the leases end by themselves
// and what was sent is sent once more.
func (f *finisher) write(ctx context.Context, batch []done) {
	pause, later := 50*time.Millisecond, batch
	for {
		try, cancel := context.WithTimeout(ctx, finishTimeout)
		var err error
		later, err = f.e.finish(try, later)
		cancel()
		switch {
		case err != nil && len(later) > 0:
			f.e.resultTrouble.begins(err.Error())
		case err != nil:
			f.e.log.Error("delivery results are not written", "error", err)
		}
		if len(later) == 0 || !rest(ctx, pause) {
			break
		}
		pause = min(2*pause, finishRetryMost)
	}
	f.left(batch)
}

// left frees the hosts of a batch and looks for what came for them meanwhile.
func (f *finisher) left(batch []done) {
	var hosts []string
	var gone []embraye.Delivery
	for _, d := range batch {
		if !d.result.Ongoing {
			hosts = append(hosts, d.result.Host)
		}
		gone = append(gone, d.gone...)
	}
	f.e.leave(hosts...)
	if len(hosts) > 0 {
		f.e.Wake()
	}
	if len(gone) > 0 {
		f.onGone(gone)
	}
}

// rest waits, and reports false if ctx ended first.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
