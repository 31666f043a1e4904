package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"embraye/internal/embraye"
)

// Outcome is what became of one delivery.
type Outcome struct {
	DeliveryID int64
	ActivityID string
	State      embraye.DeliveryState
	Attempts   int
	NextAt     int64 // Unix milliseconds; for rows that wait on
	LastStatus int
	LastError  string
}

// Result is what became of one host's turn. The lease ends with it: the host is
// due at HostNextAt, or later if all that waits there waits longer.
type Result struct {
	Host string
	Done []Outcome
	// Ongoing: the turn goes on, nothing but Done is written.
	Ongoing bool
	// LeaseUntil is the lease of the turn. If the host has another one by now,
	// it is somebody else's and left alone; 0 ends any.
	LeaseUntil   int64
	HostNextAt   int64
	Failures     int
	Scheme       string // empty: as it was
	Ed25519From  int64  // 0: as it was
	LastError    string
	FailingSince int64
	SeenAt       int64
	AnsweredAt   int64 // 0: as it was
}

// Finish writes the results of many hosts in one transaction. A row that
// somebody dropped, or another process sent after a lease ran out, stays as it
// is and is not counted again.
func (t Deliveries) Finish(ctx context.Context, results []Result) error {
	if len(results) == 0 {
		return nil
	}
	results = slices.SortedFunc(slices.Values(results), func(a, b Result) int { return cmp.Compare(a.Host, b.Host) })
	err := t.apart(ctx, func(in table) error { return Deliveries{in}.finish(ctx, results) })
	return wrap(err, "finishing the turns of %d hosts", len(results))
}

func (t Deliveries) finish(ctx context.Context, results []Result) error {
	var outcomes, hosts [][]any
	var names []string
	for _, r := range results {
		if !r.Ongoing {
			names = append(names, r.Host)
			hosts = append(hosts, []any{r.Host, r.HostNextAt, r.Failures, r.Scheme, r.LastError, r.FailingSince, r.SeenAt, r.LeaseUntil, r.Ed25519From, r.AnsweredAt})
		}
		for _, o := range r.Done {
			outcomes = append(outcomes, []any{o.DeliveryID, o.State, o.Attempts, o.NextAt, o.LastStatus, o.LastError})
		}
	}
	slices.SortFunc(outcomes, func(a, b []any) int { return cmp.Compare(a[0].(int64), b[0].(int64)) })
	if err := t.finishRows(ctx, outcomes); err != nil {
		return err
	}
	if err := t.lockHosts(ctx, names); err != nil {
		return err
	}
	return t.finishHosts(ctx, hosts)
}

// lockHosts must be a statement of its own, before the one that tells whether
// something waits: a fan-out that commits in between would be invisible to a
// statement that began before and waited for its row, and its delivery would wait
// for ever on a host that is not pending. It comes after all else (ending). SQLite
// has one writer.
func (t Deliveries) lockHosts(ctx context.Context, names []string) error {
	if !t.s.postgres || len(names) == 0 { // an empty list would be a null
		return nil
	}
	var locked []string
	return t.scan(ctx, &locked, "SELECT host FROM hosts WHERE "+t.inJSON("host")+" ORDER BY host FOR UPDATE", asJSON(names))
}

func (t Deliveries) finishRows(ctx context.Context, outcomes [][]any) error {
	if len(outcomes) == 0 {
		return nil
	}
	tally := counts{}
	// "state < 1" keeps PostgreSQL from the index of all that waits, which it
	// takes for short while its statistics are from a quiet time.
	err := t.query(ctx, func(rows *sql.Rows) error {
		var e ended
		if err := rows.Scan(&e.ActivityID, &e.State); err != nil {
			return err
		}
		switch e.State {
		case embraye.DeliverySent:
			tally.add(e.ActivityID, 0, 1, 0)
		case embraye.DeliveryGivenUp:
			tally.add(e.ActivityID, 0, 0, 1)
		case embraye.DeliveryDropped:
			tally.add(e.ActivityID, -1, 0, 0)
		}
		return nil
	}, `UPDATE deliveries SET state = r.state, attempts = r.attempts, next_at = r.next_at,
			last_status = r.last_status, last_error = r.last_error
		FROM `+t.records("id bigint, state smallint, attempts integer, next_at bigint, last_status integer, last_error text")+` AS r
		WHERE deliveries.id = r.id AND deliveries.state < 1 RETURNING activity_id, deliveries.state`, asJSON(outcomes))
	if err != nil {
		return err
	}
	return t.count(ctx, tally)
}

func (t Deliveries) finishHosts(ctx context.Context, hosts [][]any) error {
	if len(hosts) == 0 {
		return nil
	}
	greatest := "max"
	if t.s.postgres {
		greatest = "greatest"
	}
	_, err := t.exec(ctx, fmt.Sprintf(`UPDATE hosts SET failures = r.failures, last_error = r.last_error, leased = false,
			scheme = CASE WHEN r.scheme = '' THEN hosts.scheme ELSE r.scheme END,
			ed25519_from = CASE WHEN r.ed25519_from = 0 THEN hosts.ed25519_from ELSE r.ed25519_from END,
			failing_since = r.failing_since, seen_at = %[1]s(hosts.seen_at, r.seen_at), answered_at = %[1]s(hosts.answered_at, r.answered_at),
			pending = (SELECT 1 FROM deliveries WHERE host = r.host AND state = 0 ORDER BY id LIMIT 1) IS NOT NULL,
			next_at = CASE WHEN (SELECT 1 FROM deliveries AS w WHERE w.host = r.host AND %[2]s ORDER BY w.id LIMIT 1) IS NOT NULL THEN r.next_at
				ELSE coalesce((SELECT min(next_at) FROM deliveries WHERE host = r.host AND state = 0 AND next_at > 0
					AND next_at > r.next_at), r.next_at) END
		FROM %[3]s AS r WHERE hosts.host = r.host AND (r.lease_until = 0 OR hosts.leased AND hosts.next_at = r.lease_until)`, greatest, fmt.Sprintf(free, "r.next_at"),
		t.records("host text, next_at bigint, failures integer, scheme text, last_error text, failing_since bigint, seen_at bigint, lease_until bigint, ed25519_from bigint, answered_at bigint")),
		asJSON(hosts))
	return err
}

// ended is a row that changed state.
type ended struct {
	ActivityID string
	State      embraye.DeliveryState
}

// counts are differences of the counters total, sent and given_up by activity.
type counts map[string][3]int

func (c counts) add(activity string, total, sent, givenUp int) {
	n := c[activity]
	c[activity] = [3]int{n[0] + total, n[1] + sent, n[2] + givenUp}
}

// lockActivities takes several in the order of ids, so that replicas do not wait for
// each other in a circle.
func (t table) lockActivities(ctx context.Context, ids []string) error {
	if !t.s.postgres || len(ids) < 2 {
		return nil
	}
	var locked []string
	return t.scan(ctx, &locked, "SELECT id FROM activities WHERE "+t.inJSON("id")+" ORDER BY id FOR NO KEY UPDATE", asJSON(ids))
}

// count moves the counters.
func (t Deliveries) count(ctx context.Context, tally counts) error {
	if len(tally) == 0 {
		return nil
	}
	rows, ids := [][]any{}, []string{}
	for id, n := range tally {
		rows, ids = append(rows, []any{id, n[0], n[1], n[2]}), append(ids, id)
	}
	if err := t.lockActivities(ctx, ids); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE activities SET total = activities.total + r.total, sent = activities.sent + r.sent,
			given_up = activities.given_up + r.given_up
		FROM `+t.records("id text, total integer, sent integer, given_up integer")+` AS r WHERE activities.id = r.id`, asJSON(rows))
	return err
}
