package store

import (
	"context"
	"fmt"
	"time"

	"embraye/internal/embraye"
)

// Retry puts given-up rows of a host, or of all hosts if it is empty, back into
// the queue with a fresh week, and ends every back-off there. It returns how
// many rows it put back.
func (t Deliveries) Retry(ctx context.Context, host string) (n int, err error) {
	err = t.apart(ctx, func(in table) error {
		n, err = Deliveries{in}.retry(ctx, host)
		return err
	})
	return n, wrap(err, "retrying deliveries to %q", host)
}

// Retried says what RetryNow touched.
type Retried struct{ GivenUp, Waiting, Hosts int }

// RetryNow is Retry, and forgets that the host, or all hosts if it is empty,
// ever failed: all that waits there is due, and back-off begins anew.
func (t Deliveries) RetryNow(ctx context.Context, host string) (r Retried, err error) {
	err = t.apart(ctx, func(in table) error {
		if r.GivenUp, err = (Deliveries{in}).retry(ctx, host); err != nil {
			return err
		}
		where, args := "pending", []any{}
		if host != "" {
			where, args = "pending AND host = ?", []any{host}
		}
		hosts, err := in.exec(ctx, "UPDATE hosts SET failures = 0, failing_since = 0 WHERE "+where, args...)
		if err != nil {
			return err
		}
		var waiting []int
		err = in.scan(ctx, &waiting, "SELECT count(*) FROM deliveries WHERE state = 0 AND host IN (SELECT host FROM hosts WHERE "+where+")", args...)
		if err != nil {
			return err
		}
		r.Hosts, r.Waiting = int(hosts), waiting[0]-r.GivenUp
		return nil
	})
	return r, wrap(err, "retrying deliveries to %q now", host)
}

func (t Deliveries) retry(ctx context.Context, host string) (int, error) {
	hosts, err := t.hostsNamed(ctx, host)
	if err != nil || len(hosts) == 0 {
		return 0, err
	}
	now, names := t.s.now().UnixMilli(), asJSON(hosts)
	var back []ended
	err = t.scan(ctx, &back, `UPDATE deliveries SET state = 0, attempts = 0, next_at = 0, created_at = ?
		WHERE state = 2 AND `+t.inJSON("host")+` RETURNING activity_id, state`, now, names)
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
	if _, err := t.exec(ctx, "UPDATE deliveries SET next_at = 0 WHERE state = 0 AND next_at > 0 AND "+t.inJSON("host"), names); err != nil {
		return 0, err
	}
	if err := t.lockHosts(ctx, hosts); err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, `UPDATE hosts SET pending = true, next_at = CASE WHEN leased THEN next_at ELSE ? END
		WHERE EXISTS (SELECT 1 FROM deliveries WHERE deliveries.host = hosts.host AND state = 0) AND `+t.inJSON("host"), now, names)
	return len(back), err
}

// Drop ends everything that waits for a host or was given up there.
func (t Deliveries) Drop(ctx context.Context, host string) (int, error) {
	if host == "" {
		return 0, fmt.Errorf("store: dropping deliveries: no host: %w", embraye.ErrInvalid)
	}
	return t.drop(ctx, host, "", func(t Deliveries) ([]string, error) { return t.hostsNamed(ctx, host) })
}

// DropHostSuffix is Drop for a domain and every host below it, which is about to
// be blocked. A Reject still goes: it is the last word to whom it sends away.
func (t Deliveries) DropHostSuffix(ctx context.Context, domain string) (int, error) {
	return t.drop(ctx, domain, "Reject", func(t Deliveries) ([]string, error) {
		return t.hostsUnder(ctx, domain, "SELECT host FROM hosts ORDER BY host")
	})
}

func (t Deliveries) drop(ctx context.Context, what, but string, hosts func(Deliveries) ([]string, error)) (n int, err error) {
	err = t.apart(ctx, func(in table) error {
		names, err := hosts(Deliveries{in})
		if err == nil && len(names) > 0 {
			n, err = Deliveries{in}.dropHosts(ctx, names, but)
		}
		return err
	})
	return n, wrap(err, "dropping the deliveries to %s", what)
}

// dropHosts ends what is for the hosts, activities of one type excepted.
func (t Deliveries) dropHosts(ctx context.Context, hosts []string, but string) (int, error) {
	names, tally, n := asJSON(hosts), counts{}, 0
	for _, from := range []embraye.DeliveryState{embraye.DeliveryWaiting, embraye.DeliveryGivenUp} {
		var gone []ended
		err := t.scan(ctx, &gone, fmt.Sprintf("UPDATE deliveries SET state = 3 WHERE state = %d AND ", from)+
			t.inJSON("host")+` AND coalesce((SELECT type FROM activities WHERE id = activity_id), '') <> ? RETURNING activity_id, state`, names, but)
		if err != nil {
			return 0, err
		}
		for _, row := range gone {
			givenUp := 0
			if from == embraye.DeliveryGivenUp {
				givenUp = -1
			}
			tally.add(row.ActivityID, -1, 0, givenUp)
		}
		n += len(gone)
	}
	if err := t.count(ctx, tally); err != nil {
		return 0, err
	}
	if err := t.lockHosts(ctx, hosts); err != nil {
		return 0, err
	}
	_, err := t.exec(ctx, `UPDATE hosts SET pending = EXISTS (SELECT 1 FROM deliveries WHERE deliveries.host = hosts.host AND state = 0)
		WHERE `+t.inJSON("host"), names)
	return n, err
}

// hostsNamed is the host, or all hosts if it is empty.
func (t Deliveries) hostsNamed(ctx context.Context, host string) (hosts []string, err error) {
	if host != "" {
		return []string{host}, nil
	}
	err = t.scan(ctx, &hosts, "SELECT host FROM hosts ORDER BY host")
	return hosts, err
}

// longestWait is beyond every back-off and what a server may ask for.
const longestWait = 30 * time.Hour

// Sweep makes every host pending that has something waiting: a belt for rows
// that came into the queue by another way than FanOut, a restored backup say.
// What waits longer than anything may was written by a clock that was wrong: it
// is due now.
func (t Deliveries) Sweep(ctx context.Context) error {
	err := t.apart(ctx, func(in table) error {
		now := in.s.now()
		for _, draw := range []string{
			"UPDATE deliveries SET next_at = ? WHERE state = 0 AND next_at > 0 AND next_at > ?",
			"UPDATE hosts SET next_at = ? WHERE pending AND next_at > ?",
		} {
			if _, err := in.exec(ctx, draw, now.UnixMilli(), now.Add(longestWait).UnixMilli()); err != nil {
				return err
			}
		}
		_, err := in.exec(ctx, `INSERT INTO hosts (host, pending, next_at)
			SELECT DISTINCT d.host, true, CAST(? AS bigint) FROM deliveries AS d LEFT JOIN hosts AS h ON h.host = d.host
			WHERE d.state = 0 AND (h.host IS NULL OR NOT h.pending) ORDER BY d.host
			ON CONFLICT (host) DO UPDATE SET pending = true`, now.UnixMilli())
		return err
	})
	return wrap(err, "sweeping the queue")
}

// Prune forgets what ended before a time. Deliveries of a Create or Announce
// stay: its Update and Delete go to every inbox that got it.
func (t Deliveries) Prune(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, `DELETE FROM deliveries WHERE state <> 0 AND created_at < ?
		AND activity_id IN (SELECT id FROM activities WHERE type NOT IN ('Create', 'Announce') AND created_at < ?)`, before.UnixMilli(), before.UTC())
	return wrap(err, "forgetting old deliveries")
}
