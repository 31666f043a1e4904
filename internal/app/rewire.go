package app

import (
	"context"
	"fmt"

	"embraye/internal/store"
)

// rewireAtOnce bounds one transaction of rewire.
const rewireAtOnce = 100

// wires is a table of documents of ours.
type wires interface {
	OldWires(ctx context.Context, version, limit int) ([]store.OldWire, error)
	Rewire(ctx context.Context, id string, wire []byte, version int) error
	Outdate(ctx context.Context, author string) error
}

func wireTables(t store.Tables) []wires { return []wires{t.Updates, t.Notes, t.Reviews} }

// rewire writes what we serve in the shape of this version, with the proof of
// its author's present key. Activities and revisions keep the bytes that they
// were sent and hashed with.
func rewire(ctx context.Context, a *App) error {
	for more := true; more; {
		err := a.InTx(ctx, func(t store.Tables) (err error) {
			more, err = rewireSome(ctx, a, t)
			return err
		})
		if err != nil {
			return fmt.Errorf("app: writing documents in a new shape: %w", err)
		}
	}
	return nil
}

// ProveAnew is rewire for an author who has a new key: the proofs that the
// former one made are nobody's any more.
func (a *App) ProveAnew(ctx context.Context, t store.Tables, author string) error {
	for _, table := range wireTables(t) {
		if err := table.Outdate(ctx, author); err != nil {
			return err
		}
	}
	for more := true; more; {
		var err error
		if more, err = rewireSome(ctx, a, t); err != nil {
			return fmt.Errorf("app: proving what @%s said: %w", author, err)
		}
	}
	return nil
}

// rewireSome rewrites some documents of each table, and tells whether there may
// be more.
func rewireSome(ctx context.Context, a *App, t store.Tables) (more bool, err error) {
	for _, table := range wireTables(t) {
		old, err := table.OldWires(ctx, WireVersion, rewireAtOnce)
		if err != nil {
			return false, err
		}
		for _, o := range old {
			wire, err := rewritten(ctx, a, t, o)
			if err == nil {
				err = table.Rewire(ctx, o.ID, wire, WireVersion)
			}
			if err != nil {
				return false, fmt.Errorf("%s: %w", o.ID, err)
			}
			t.Changed()
		}
		more = more || len(old) == rewireAtOnce
	}
	return more, nil
}

func rewritten(ctx context.Context, a *App, t store.Tables, o store.OldWire) ([]byte, error) {
	if len(o.Wire) == 0 {
		return o.Wire, nil
	}
	wire, err := a.Wire().Rewire(o.Wire, o.Author)
	if err != nil {
		return nil, err
	}
	return a.Prove(ctx, t, o.Author, wire)
}
