package answer

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// revisionTTL is how long a public revision is believed. Commands and other
// replicas write beside us: what they changed is noticed within it.
const revisionTTL = 250 * time.Millisecond

// revisionWithin ends a question that the database does not answer: everybody
// waits for it.
const revisionWithin = 5 * time.Second

// A watch knows the public revision without asking the database for each
// request: at most one question per revisionTTL, or at once after forget.
type watch struct {
	read func(context.Context) (int64, error)
	now  func() time.Time

	generation atomic.Int64 // raised by forget
	last       atomic.Pointer[reading]
	mu         sync.Mutex // held while reading, so that one asks for all
}

type reading struct {
	revision   int64
	err        error
	generation int64
	until      time.Time
}

// forget makes the next request ask the database. A reading that is under way
// may have begun before the change, so it does not count as newer.
func (w *watch) forget() { w.generation.Add(1) }

func (w *watch) current(ctx context.Context) (int64, error) {
	if r := w.fresh(); r != nil {
		return r.revision, r.err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.fresh(); r != nil {
		return r.revision, r.err
	}
	r := &reading{generation: w.generation.Load()}
	// The reading is for everybody who waits: not ended by one who hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revisionWithin)
	defer cancel()
	r.revision, r.err = w.read(ctx)
	r.until = w.now().Add(revisionTTL)
	w.last.Store(r)
	return r.revision, r.err
}

func (w *watch) fresh() *reading {
	r := w.last.Load()
	if r == nil || r.generation != w.generation.Load() || !w.now().Before(r.until) {
		return nil
	}
	return r
}
