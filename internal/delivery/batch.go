package delivery

import (
	"context"
	"sync"
)

// Batch works on everything that is due, once, and returns when all of it is
// written: the number of deliveries that were tried or given up. Nothing goes
// on afterwards. What becomes due by the clock alone waits for another Batch.
func (e *Engine) Batch(ctx context.Context) (n int, err error) {
	s := session{stop: ctx.Done(), signers: startSigners()}
	defer s.signers.stop()
	for {
		work, leased, err := e.claim(ctx, claimLimit)
		if err != nil || leased == 0 && len(work) == 0 {
			return n, err
		}
		ends := e.batchTurns(ctx, s, work)
		_, err = e.finish(context.WithoutCancel(ctx), ends)
		for i := range ends {
			e.leave(ends[i].result.Host)
			n += len(ends[i].result.Done)
		}
		if err != nil {
			return n, err
		}
		for i := range ends {
			e.tellGone(ctx, ends[i].gone)
		}
		if ctx.Err() != nil {
			return n, ctx.Err()
		}
	}
}

// batchTurns visits all hosts, as many at once as Run would.
func (e *Engine) batchTurns(ctx context.Context, s session, work []claimed) []done {
	ends := make([]done, len(work))
	slots := make(chan struct{}, e.concurrency)
	var turns sync.WaitGroup
	for i, c := range work {
		slots <- struct{}{}
		turns.Go(func() {
			defer func() { <-slots }()
			ends[i] = e.visit(ctx, c, s)
		})
	}
	turns.Wait()
	return ends
}
