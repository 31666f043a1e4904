package store

import (
	"context"

	"embraye/internal/embraye"
)

// Deliveries is the queue. A host is what is claimed, paused and kept in order;
// its rows go oldest first. fanout.go fills it, claim.go and finish.go are the
// engine's side, deliveries_hand.go the operator's.
//
// Outside a transaction these methods open their own.
type Deliveries struct{ table }

// DeliveryFilter chooses rows for the operator; an empty Host is every host.
type DeliveryFilter struct {
	Host  string
	State embraye.DeliveryState
	Limit int
}

// DeliveryStats counts the queue.
type DeliveryStats struct {
	Waiting, GivenUp, FailingHosts int
	Oldest                         int64 // when what waits longest was queued, in ms; 0 if nothing waits
}

// OfActivity lists the deliveries of an activity in the order of their IDs.
func (t Deliveries) OfActivity(ctx context.Context, activityID string) ([]embraye.Delivery, error) {
	all, err := list[embraye.Delivery](ctx, t.table, "id", 0, "activity_id = ?", activityID)
	return all, wrap(err, "listing the deliveries of %s", activityID)
}

// List returns rows in one state, oldest first.
func (t Deliveries) List(ctx context.Context, f DeliveryFilter) ([]embraye.Delivery, error) {
	where, args := "state = ?", []any{f.State}
	if f.Host != "" {
		where, args = "host = ? AND state = ?", []any{f.Host, f.State}
	}
	all, err := list[embraye.Delivery](ctx, t.table, "id", f.Limit, where, args...)
	return all, wrap(err, "listing deliveries")
}

// Stats counts what waits, what was given up, and the hosts that fail.
func (t Deliveries) Stats(ctx context.Context) (DeliveryStats, error) {
	var s []DeliveryStats
	err := t.scan(ctx, &s, `SELECT (SELECT count(*) FROM deliveries WHERE state = 0) AS waiting,
		(SELECT count(*) FROM deliveries WHERE state = 2) AS given_up,
		(SELECT count(*) FROM hosts WHERE failing_since > 0) AS failing_hosts,
		coalesce((SELECT created_at FROM deliveries WHERE id = (SELECT min(id) FROM deliveries WHERE state = 0)), 0) AS oldest`)
	if err != nil || len(s) != 1 {
		return DeliveryStats{}, wrap(err, "counting deliveries")
	}
	return s[0], nil
}
