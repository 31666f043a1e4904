package app

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Jobs is the queue of what the program does by itself.
type Jobs interface {
	// Enqueue asks for a job in the transaction of its cause.
	Enqueue(context.Context, store.Tables, embraye.Job) error
}

// Later asks for a job: it is done if this transaction is committed.
func (a *App) Later(ctx context.Context, t store.Tables, j embraye.Job) error {
	if a.Jobs == nil {
		return nil
	}
	return a.Jobs.Enqueue(ctx, t, j)
}

// Chores tells how what the program does by itself stands.
func (a *App) Chores(ctx context.Context, by embraye.Acting) ([]embraye.ChoreState, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("app: chores: %w", err)
	}
	return a.Store.Tables().Chores.List(ctx)
}
