// Package gather reads what peers published before we followed them: the
// outboxes of their measures, newest first, a few pages at a time.
//
// What always holds: a constat is taken from the address of its own id, by the
// law for those that are sent to us; how far the reading has come is in the
// database, so that a restart goes on; one peer at a time is read of a host; and
// every peer has an end, whatever its outbox says: so many constats, so many
// items, so many pages.
//
// Start reading at Peer, then page.go, which ends in compare.go.
package gather

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/app/inbox"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Bounds of what is read of one peer.
const (
	maxConstats = 2000 // of one peer
	maxPages    = 500  // of one measure
	maxRefused  = 500  // of one measure
	maxTries    = 40   // in vain, up to six hours apart: ten days
	atOnce      = 100  // documents fetched in one go; the next one goes on
	busyAgain   = 15 * time.Second
	maxWait     = 6 * time.Hour
)

// Gather is the reading of peers' past.
type Gather struct {
	desk      *app.App
	directory *directory.Directory
	inbox     *inbox.Inbox

	mu   sync.Mutex
	busy map[string]bool // hosts that are read now
}

// New opens it over a desk.
func New(desk *app.App, d *directory.Directory, in *inbox.Inbox) *Gather {
	return &Gather{desk: desk, directory: d, inbox: in, busy: map[string]bool{}}
}

// Due asks for the reading of every peer that is not read to its end.
func (g *Gather) Due(ctx context.Context) error {
	return g.desk.InTx(ctx, func(t store.Tables) error {
		peers, err := t.Backfills.Due(ctx, g.desk.Now())
		if err != nil {
			return err
		}
		for _, id := range peers {
			if err := g.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreGather, Subject: strconv.FormatInt(id, 10)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Peer reads on with the past of a peer, a little, and tells when to go on; the
// zero time is that there is no more.
func (g *Gather) Peer(ctx context.Context, id int64) (next time.Time, err error) {
	peer, err := g.desk.Store.Tables().Peers.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	if !g.enter(peer.Host) {
		return g.desk.Now().Add(busyAgain), nil
	}
	defer g.leave(peer.Host)
	r := &reading{Gather: g, left: atOnce}
	for r.left > 0 {
		row, next, err := g.turn(ctx, id)
		if err != nil || row == nil {
			return next, err
		}
		if err := r.on(ctx, row); err != nil {
			return time.Time{}, err
		}
	}
	return g.desk.Now(), nil
}

func (g *Gather) enter(host string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy[host] {
		return false
	}
	g.busy[host] = true
	return true
}

func (g *Gather) leave(host string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.busy, host)
}

// turn is the measure whose turn it is, that of which the fewest pages were
// read, so that the newest of all come first; nil if none is due, and then when
// the next one is. Enough constats end the reading of all.
func (g *Gather) turn(ctx context.Context, id int64) (row *embraye.Backfill, next time.Time, err error) {
	t := g.desk.Store.Tables()
	rows, err := t.Backfills.OfPeer(ctx, id)
	if err != nil {
		return nil, time.Time{}, err
	}
	kept, now := 0, g.desk.Now()
	for i := range rows {
		b := &rows[i]
		kept += b.Kept
		switch {
		case b.NextAt == nil:
		case b.NextAt.After(now):
			if next.IsZero() || b.NextAt.Before(next) {
				next = *b.NextAt
			}
		case row == nil || b.Pages < row.Pages:
			row = b
		}
	}
	if kept < maxConstats {
		return row, next, nil
	}
	for i := range rows {
		if rows[i].NextAt != nil {
			end(&rows[i], "enough", now)
			if err := g.save(ctx, &rows[i]); err != nil {
				return nil, time.Time{}, err
			}
		}
	}
	return nil, time.Time{}, nil
}

func (g *Gather) save(ctx context.Context, b *embraye.Backfill) error {
	return g.desk.Store.InTx(ctx, func(t store.Tables) error { return t.Backfills.Save(ctx, b) })
}

// end is the end of a reading, early if there is a reason.
func end(b *embraye.Backfill, reason string, at time.Time) {
	at = at.UTC().Truncate(time.Second)
	b.NextAt, b.DoneAt = nil, &at
	if reason != "" {
		b.Reason = reason
	}
}
