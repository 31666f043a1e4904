package evidence

import (
	"context"
	"errors"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
	"embraye/internal/translog"
)

const (
	lease    = 5 * time.Minute  // how long a try may take before another may begin
	punctual = 30 * time.Second // after which a turn at a host is over
	maxTries = 3
	noRoom   = 6 * time.Hour // until a full store is looked at again
	ourFault = 10 * time.Minute
)

// waits is after how long a page is tried again.
func waits(tries int) time.Duration {
	if tries < 2 {
		return 10 * time.Minute
	}
	return 4 * time.Hour
}

// capture makes one copy, if it is due and nobody else makes it.
func (w work) capture(ctx context.Context, id string) (next time.Time, err error) {
	c, err := w.desk.Store.Tables().EvidenceCopies.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && (c.State != embraye.CopyWaiting || c.NextAt == nil) {
		return next, nil
	}
	if err != nil {
		return next, err
	}
	now := w.desk.Now()
	if now.Before(*c.NextAt) {
		return *c.NextAt, nil
	}
	if now.Sub(*c.NextAt) > punctual {
		return w.newTurn(ctx, c, now)
	}
	full, err := w.makeRoom(ctx)
	if err != nil {
		return next, err
	}
	if full {
		return w.wait(ctx, c, now.Add(noRoom), "no_room")
	}
	mine := false
	err = w.desk.Store.InTx(ctx, func(t store.Tables) (err error) {
		mine, err = t.EvidenceCopies.Claim(ctx, c, now.Add(lease))
		return err
	})
	if err != nil || !mine {
		return next, err
	}
	c.Tries++
	return w.try(ctx, c)
}

// newTurn is for a job that comes late: others may have had its turn.
func (w work) newTurn(ctx context.Context, c *embraye.EvidenceCopy, now time.Time) (at time.Time, err error) {
	err = w.desk.Store.InTx(ctx, func(t store.Tables) error {
		if at, err = t.EvidenceCopies.Reserve(ctx, embraye.IRI(c.Href).Host(), now, apart); err != nil {
			return err
		}
		c.NextAt = &at
		return t.EvidenceCopies.Due(ctx, c)
	})
	return at, err
}

// wait puts a copy off, and says why.
func (w work) wait(ctx context.Context, c *embraye.EvidenceCopy, at time.Time, why string) (time.Time, error) {
	c.NextAt, c.Failure = &at, why
	return at, w.desk.Store.InTx(ctx, func(t store.Tables) error { return t.EvidenceCopies.Due(ctx, c) })
}

// try visits the page and keeps what came of it.
func (w work) try(ctx context.Context, c *embraye.EvidenceCopy) (next time.Time, err error) {
	if err := w.forgetFile(ctx, c.File); err != nil { // what a crash has left
		return next, err
	}
	c.File, c.Size = "", 0
	v, err := w.visit(ctx, c.Href)
	if err == nil {
		defer v.Discard()
		return next, w.keepVisit(ctx, c, v)
	}
	if ctx.Err() != nil {
		return next, ctx.Err()
	}
	code, again, ours := failureOf(err)
	if ours {
		c.Tries--
		if _, waiting := w.wait(context.WithoutCancel(ctx), c, w.desk.Now().Add(ourFault), c.Failure); waiting != nil {
			return next, errors.Join(err, waiting)
		}
		return next, err
	}
	if again && c.Tries < maxTries {
		return w.wait(ctx, c, w.desk.Now().Add(waits(c.Tries)), code)
	}
	c.State, c.Failure, c.NextAt = embraye.CopyFailed, code, nil
	return next, w.settle(ctx, c)
}

// settle writes what became of a try, unless somebody has dropped the copy
// meanwhile.
func (w work) settle(ctx context.Context, c *embraye.EvidenceCopy) error {
	dropped := false
	err := w.desk.InTx(ctx, func(t store.Tables) error {
		mine, err := stillMine(ctx, t, c)
		if err != nil {
			return err
		}
		if dropped = !mine; dropped {
			return w.finish(ctx, t)
		}
		if c.State == embraye.CopyKept {
			leaf := translog.Leaf{Kind: translog.Evidence, ID: w.address(c.ID), SHA256: c.SHA256(), At: *c.MadeAt}
			if err := errors.Join(w.askOutside(ctx, t, c), t.Log.Record(leaf)); err != nil {
				return err
			}
		}
		if err := t.EvidenceCopies.Save(ctx, c); err != nil {
			return err
		}
		t.Changed()
		return w.finish(ctx, t)
	})
	if err == nil && dropped {
		err = w.forgetFile(ctx, c.File)
	}
	return err
}
