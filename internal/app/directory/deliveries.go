package directory

import (
	"context"
	"fmt"

	"embraye/internal/embraye"
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
