package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"embraye/internal/embraye"
)

const (
	// roomEvery is how long it is believed that something can be kept, or not:
	// asking writes to the disk, and anybody may ask.
	roomEvery = 15 * time.Second
	// roomWithin ends a write that waits for others: then it says nothing.
	roomWithin = 2 * time.Second
)

// roomMemory is what the last write for a trial said.
type roomMemory struct {
	mu    sync.Mutex
	asked time.Time
	err   error
}

// Ready reports whether requests can be served: the database answers, and what
// people and servers send can be kept.
func (a *App) Ready(ctx context.Context) error {
	if err := a.Store.Ping(ctx); err != nil {
		return err
	}
	m := &a.room
	m.mu.Lock()
	now := a.Now()
	known, err := now.Sub(m.asked).Abs() < roomEvery, m.err
	if !known {
		m.asked = now // whoever asks meanwhile gets the answer before
	}
	m.mu.Unlock()
	if known {
		return err
	}
	err = a.tryRoom(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
	return err
}

// tryRoom writes, for everybody: not ended by one who hangs up.
func (a *App) tryRoom(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roomWithin)
	defer cancel()
	err := a.Store.Writable(ctx)
	if errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, embraye.ErrUnavailable) {
		err = nil // a long transaction is under way
	}
	if err == nil && a.Files != nil {
		err = a.Files.Room()
	}
	return err
}
