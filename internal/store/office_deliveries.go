package store

import (
	"context"

	"embraye/internal/embraye"
)

// HostLoad is what waits for a server and what was given up there.
type HostLoad struct {
	Host    string
	Waiting int
	GivenUp int
}

// Loads lists the servers that fail or that something was given up for.
func (t Deliveries) Loads(ctx context.Context) ([]HostLoad, error) {
	var all []HostLoad
	err := t.scan(ctx, &all, `SELECT troubled.host AS host,
		(SELECT count(*) FROM deliveries WHERE deliveries.host = troubled.host AND state = 0) AS waiting,
		(SELECT count(*) FROM deliveries WHERE deliveries.host = troubled.host AND state = 2) AS given_up
		FROM (SELECT host FROM hosts WHERE failing_since > 0 UNION SELECT host FROM deliveries WHERE state = 2) AS troubled ORDER BY troubled.host`)
	return all, wrap(err, "counting what waits by server")
}

// Unsent lists the deliveries of an activity that wait or were given up.
func (t Deliveries) Unsent(ctx context.Context, activityID string, limit int) ([]embraye.Delivery, error) {
	all, err := list[embraye.Delivery](ctx, t.table, "host, id", limit, "activity_id = ? AND state IN (0, 2)", activityID)
	return all, wrap(err, "listing what is left of %s", activityID)
}

// Told returns the newest of what an actor said about an object to its
// followers: its Create, Update or Delete.
func (t Activities) Told(ctx context.Context, actor string, object embraye.IRI) (*embraye.Activity, error) {
	a, err := takeFirst[embraye.Activity](ctx, t.table, "id DESC", "object = ? AND actor = ? AND type IN ('Create', 'Update', 'Delete')", object, actor)
	return a, wrap(err, "taking what was said about %s", object)
}

// CountOf tells how many activities an actor sent.
func (t Activities) CountOf(ctx context.Context, actor string) (int, error) {
	n, err := count[embraye.Activity](ctx, t.table, "actor = ?", actor)
	return n, wrap(err, "counting what %s said", actor)
}
