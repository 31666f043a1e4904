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
}

// rewire writes what we serve in the shape of this version. Activities and
// revisions keep the bytes that they were sent and hashed with.
func (a *App) rewire(ctx context.Context) error {
	for more := true; more; {
		err := a.InTx(ctx, func(t store.Tables) error {
			more = false
			for _, table := range []wires{t.Updates, t.Notes, t.Reviews} {
				n, err := a.rewireSome(ctx, table)
				if err != nil {
					return err
				}
				if n > 0 {
					t.Changed()
				}
				more = more || n == rewireAtOnce
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("app: writing documents in a new shape: %w", err)
		}
	}
	return nil
}

func (a *App) rewireSome(ctx context.Context, table wires) (int, error) {
	old, err := table.OldWires(ctx, WireVersion, rewireAtOnce)
	for _, o := range old {
		wire := o.Wire
		if len(wire) > 0 {
			if wire, err = a.Wire().Rewire(wire, o.Author); err != nil {
				return 0, fmt.Errorf("%s: %w", o.ID, err)
			}
		}
		if err := table.Rewire(ctx, o.ID, wire, WireVersion); err != nil {
			return 0, err
		}
	}
	return len(old), err
}
