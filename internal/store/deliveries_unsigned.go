package store

import (
	"context"
)

// unsigned are the rows of an actor that its key kept from leaving: the delivery
// engine writes so when it cannot sign.
const unsigned = `last_status = 0 AND last_error LIKE 'key %' AND activity_id IN (SELECT id FROM activities WHERE actor = ?)`

// RetryUnsigned puts back into the queue what an actor could not sign, given up
// or waiting for another try, and tells how many rows these are. It is called
// when the key can be used again.
func (t Deliveries) RetryUnsigned(ctx context.Context, actor string) (n int, err error) {
	err = t.apart(ctx, func(in table) error {
		n, err = Deliveries{in}.retryUnsigned(ctx, actor)
		return err
	})
	return n, wrap(err, "retrying what %s could not sign", actor)
}

func (t Deliveries) retryUnsigned(ctx context.Context, actor string) (int, error) {
	var hosts []string
	err := t.scan(ctx, &hosts, "SELECT DISTINCT host FROM deliveries WHERE state IN (0, 2) AND "+unsigned+" ORDER BY host", actor)
	if err != nil || len(hosts) == 0 {
		return 0, err
	}
	now := t.s.now().UnixMilli()
	var back []ended
	err = t.scan(ctx, &back, `UPDATE deliveries SET state = 0, attempts = 0, next_at = 0, created_at = ?
		WHERE state = 2 AND `+unsigned+` RETURNING activity_id, state`, now, actor)
	if err != nil {
		return 0, err
	}
	tally := counts{}
	for _, row := range back {
		tally.add(row.ActivityID, 0, 0, -1)
	}
	if err := t.count(ctx, tally); err != nil {
		return 0, err
	}
	waited, err := t.exec(ctx, "UPDATE deliveries SET attempts = 0, next_at = 0 WHERE state = 0 AND next_at > 0 AND "+unsigned, actor)
	if err != nil {
		return 0, err
	}
	if err := t.lockHosts(ctx, hosts); err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, "UPDATE hosts SET pending = true, next_at = CASE WHEN leased THEN next_at ELSE ? END WHERE "+t.inJSON("host"), now, asJSON(hosts))
	return len(back) + int(waited), err
}
