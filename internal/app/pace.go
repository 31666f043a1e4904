package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// PaceMemory is the longest window of a Limit; older tries are forgotten.
const PaceMemory = time.Hour

// A Limit is how often somebody may try something within a window. Limits stand
// in the database, so that replicas and restarts share them, and they are never
// switched off.
type Limit struct {
	Who  string
	Most int
}

// LimitOf is a person's limit; the operator at the command line has none.
func LimitOf(what string, by embraye.Acting, most int) []Limit {
	if by.Person == nil {
		return nil
	}
	return []Limit{{fmt.Sprintf("%s %d", what, by.Person.ID), most}}
}

// Pace counts a try before it costs anything: whoever sends many at once gets no
// more than whoever waits for each answer. One too many is *embraye.TooMany with
// the time to wait, and is not counted: waiting helps.
func (a *App) Pace(ctx context.Context, window time.Duration, limits ...Limit) error {
	if len(limits) == 0 {
		return nil
	}
	now := a.Stamp()
	var wait time.Duration
	err := a.Store.InTx(ctx, func(t store.Tables) error {
		wait = 0
		for _, l := range limits {
			if err := t.Attempts.Add(ctx, l.Who, now); err != nil {
				return err
			}
			// One more than allowed, with the one that was just added.
			at, full, err := t.Attempts.Newest(ctx, l.Who, l.Most+1, now.Add(-window))
			if err != nil {
				return err
			}
			if full {
				wait = max(wait, at.Add(window).Sub(now), time.Second)
			}
		}
		if wait > 0 {
			return errTooMany
		}
		return nil
	})
	if errors.Is(err, errTooMany) {
		return &embraye.TooMany{RetryAfter: wait}
	}
	return err
}

// errTooMany rolls the try back.
var errTooMany = errors.New("too many tries")
