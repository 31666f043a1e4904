package app

import (
	"context"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// FrameIn is Frame for what is new: nothing begins on a measure that is
// switched off. What was published on one is corrected within Frame.
func (a *App) FrameIn(ctx context.Context, t store.Tables) (embraye.Frame, error) {
	f := a.Frame()
	actors, err := t.Actors.List(ctx)
	for _, actor := range actors {
		if actor.Kind == embraye.MeasureActor && !actor.Enabled {
			f.Off = append(f.Off, actor.Measure)
		}
	}
	return f, err
}

// Measures are those that are switched on, in the order of the reference text:
// what is offered wherever one chooses a measure.
func (a *App) Measures(ctx context.Context) ([]embraye.Measure, error) {
	f, err := a.FrameIn(ctx, a.Store.Tables())
	return f.Measures(), err
}
