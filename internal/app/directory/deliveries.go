package directory

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/store"
)

// RetryDeliveries sends again what was given up, or what waits, for one host
// or for all ("").
func (d *Directory) RetryDeliveries(ctx context.Context, by embraye.Acting, host string) (n int, err error) {
	return d.onDeliveries(ctx, by, "deliveries.retry", host, func(t store.Tables) (int, error) { return t.Deliveries.Retry(ctx, host) })
}

// RetryDeliveriesNow is RetryDeliveries as if no server had ever failed.
func (d *Directory) RetryDeliveriesNow(ctx context.Context, by embraye.Acting, host string) (r store.Retried, err error) {
	_, err = d.onDeliveries(ctx, by, "deliveries.retry", host, func(t store.Tables) (int, error) {
		r, err = t.Deliveries.RetryNow(ctx, host)
		return r.GivenUp + r.Waiting, err
	})
	return r, err
}

// DropDeliveries gives up for good what waits for a host, or for all ("").
func (d *Directory) DropDeliveries(ctx context.Context, by embraye.Acting, host string) (n int, err error) {
	return d.onDeliveries(ctx, by, "deliveries.drop", host, func(t store.Tables) (int, error) { return t.Deliveries.Drop(ctx, host) })
}

func (d *Directory) onDeliveries(ctx context.Context, by embraye.Acting, action, host string, f func(store.Tables) (int, error)) (n int, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return 0, fmt.Errorf("directory: %s: %w", action, err)
	}
	err = d.desk.InTx(ctx, func(t store.Tables) error {
		if n, err = f(t); err != nil {
			return err
		}
		return d.desk.Record(ctx, t, by, action, host, "", false)
	})
	return n, err
}

// maxLooked bounds how many actors are looked at behind one inbox that says
// that it is gone; the rest are looked at when it says so again.
const maxLooked = 50

// InboxGone is called when an inbox answered that it does not exist any more.
// Every follower behind it is fetched once, and dropped only if its own
// address says so too (INTEROP 0.23).
func (d *Directory) InboxGone(ctx context.Context, inbox embraye.IRI) error {
	followers, err := d.desk.Store.Tables().Followers.ByInbox(ctx, inbox, maxLooked)
	if err != nil {
		return err
	}
	checked := make(map[embraye.IRI]bool)
	for _, f := range followers {
		if checked[f.Follower] {
			continue
		}
		checked[f.Follower] = true
		_, err := d.fetchActor(ctx, f.Follower)
		var status *remote.StatusError
		if !errors.As(err, &status) || status.Status != 404 && status.Status != 410 {
			continue
		}
		err = d.desk.Store.InTx(ctx, func(t store.Tables) error {
			t.Changed()
			if err := t.Followers.RemoveAll(ctx, f.Follower); err != nil {
				return err
			}
			return t.RemoteActors.MarkGone(ctx, f.Follower)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
