package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"embraye/internal/embraye"
)

// Job is one delivery with all that sending it needs.
type Job struct {
	embraye.Delivery
	Body  []byte // shared between jobs: not to be changed
	KeyID int64
	Actor string
	Type  string
}

// ClaimHosts leases hosts that are due, the longest waiting first: until
// leaseUntil nobody else gets them, and a crash needs no repair. Times are Unix
// milliseconds.
func (t Deliveries) ClaimHosts(ctx context.Context, now, leaseUntil int64, limit int) ([]embraye.Host, error) {
	lock := ""
	if t.s.postgres {
		lock = "FOR UPDATE SKIP LOCKED"
	}
	var hosts []embraye.Host
	claim := func(in table) error {
		return in.scan(ctx, &hosts, `WITH due AS (SELECT host FROM hosts WHERE pending AND next_at <= ?
				ORDER BY next_at LIMIT ? `+lock+`)
			UPDATE hosts SET next_at = ?, leased = true WHERE host IN (SELECT host FROM due) RETURNING *`,
			now, limit, leaseUntil)
	}
	if t.s.postgres { // one statement, which need not wait for this process's other writers
		return hosts, wrap(claim(t.table), "claiming hosts")
	}
	return hosts, wrap(t.writing(ctx, claim), "claiming hosts")
}

// free is the condition that a waiting row w may be sent at a time: its own
// back-off is over, and no older row to the same inbox is held back that it
// would overtake: one about the same object, or the Update that tells the key
// with which it is signed. A row that got no answer at all holds back its own
// actor's only: it may be that actor's key that is amiss. It takes the time
// three times.
//
// The two looks are scalar subqueries: PostgreSQL makes a join over everything
// that waits of a NOT EXISTS.
const free = `w.state = 0 AND w.next_at <= %[1]s
	AND (w.object = '' OR NOT coalesce((SELECT true FROM deliveries AS held WHERE ` + heldBefore + ` AND held.object = w.object
		AND (held.last_status <> 0 OR (SELECT actor FROM activities WHERE id = held.activity_id) = (SELECT actor FROM activities WHERE id = w.activity_id))
		LIMIT 1), false))
	AND NOT coalesce((SELECT true FROM deliveries AS held WHERE ` + heldBefore + ` AND EXISTS (
		SELECT 1 FROM activities AS telling, activities AS said WHERE telling.id = held.activity_id AND said.id = w.activity_id
			AND telling.actor = said.actor AND telling.key_id < said.key_id
			AND telling.type = 'Update' AND telling.object LIKE '%%/actors/' || telling.actor)
		LIMIT 1), false)`

const heldBefore = `held.host = w.host AND held.state = 0 AND held.next_at > 0 AND held.next_at > %[1]s
	AND held.inbox = w.inbox AND held.id < w.id`

// Due returns up to perHost rows of each of the hosts that may be sent now,
// oldest first.
func (t Deliveries) Due(ctx context.Context, hosts []string, now int64, perHost int) ([]Job, error) {
	if len(hosts) == 0 {
		return nil, nil
	}
	waiting := "FROM deliveries AS w WHERE w.host = claimed.value AND " + fmt.Sprintf(free, "?") + " ORDER BY w.id LIMIT ?"
	from := "json_each(?) AS claimed CROSS JOIN deliveries AS d ON d.id IN (SELECT w.id " + waiting + ")"
	if t.s.postgres {
		from = "jsonb_array_elements_text(CAST(? AS jsonb)) AS claimed(value) CROSS JOIN LATERAL (SELECT w.* " + waiting + ") AS d"
	}
	var rows []embraye.Delivery
	err := t.query(ctx, func(r *sql.Rows) error { // by hand: this is read for every delivery
		var d embraye.Delivery
		err := r.Scan(&d.ID, &d.ActivityID, &d.Inbox, &d.Host, &d.Object, &d.Attempts, &d.NextAt, &d.LastStatus, &d.LastError, &d.CreatedAt)
		rows = append(rows, d)
		return err
	}, "SELECT d.id, d.activity_id, d.inbox, d.host, d.object, d.attempts, d.next_at, d.last_status, d.last_error, d.created_at FROM "+from,
		asJSON(hosts), now, now, now, perHost)
	if err != nil {
		return nil, wrap(err, "reading due deliveries")
	}
	slices.SortFunc(rows, func(a, b embraye.Delivery) int { return cmp.Compare(a.ID, b.ID) })
	return t.jobs(ctx, rows)
}

// jobs adds the activities, each read once for all of its rows.
func (t Deliveries) jobs(ctx context.Context, rows []embraye.Delivery) ([]Job, error) {
	said := map[string]*embraye.Activity{}
	ids := []string{}
	for i := range rows {
		if id := rows[i].ActivityID; said[id] == nil {
			said[id] = &embraye.Activity{}
			ids = append(ids, id)
		}
	}
	var activities []embraye.Activity
	err := t.scan(ctx, &activities, "SELECT id, actor, type, body, key_id FROM activities WHERE "+t.inJSON("id"), asJSON(ids))
	if err != nil {
		return nil, wrap(err, "reading the activities of due deliveries")
	}
	for i := range activities {
		said[activities[i].ID] = &activities[i]
	}
	jobs := make([]Job, 0, len(rows))
	for _, row := range rows {
		a := said[row.ActivityID]
		if a.ID == "" { // no code of ours removes one; the others must not wait for the repair
			t.s.log.ErrorContext(ctx, "delivery without its activity", "delivery", row.ID, "activity", row.ActivityID)
			continue
		}
		jobs = append(jobs, Job{row, a.Body, a.KeyID, a.Actor, a.Type})
	}
	return jobs, nil
}

// NextDue is when the next host is due, 0 if none waits.
func (t Deliveries) NextDue(ctx context.Context) (int64, error) {
	var next []int64
	err := t.scan(ctx, &next, "SELECT next_at FROM hosts WHERE pending ORDER BY next_at LIMIT 1")
	if err != nil || len(next) == 0 {
		return 0, wrap(err, "reading when the next host is due")
	}
	return max(next[0], 1), nil
}
