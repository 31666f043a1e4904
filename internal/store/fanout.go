package store

import (
	"context"
	"strings"

	"embraye/internal/embraye"
)

// Targets says who must hear of an activity. The sets are joined; an inbox
// that is in several gets one delivery.
type Targets struct {
	FollowersOf []string // local handles
	// Object stands for everybody who has to do with one of our posts: likers,
	// boosters, quoters, repliers, and every inbox that its Create or Announce
	// went to.
	Object  embraye.IRI
	Inboxes []embraye.IRI
	// Activity stands for every inbox that took an activity of ours, or will
	// when its turn comes.
	Activity string
}

// FanOut queues the activity, which must be in the database already, for every
// target that is not blocked, and returns how many deliveries that added. It is
// a few statements whatever their number, and a repetition adds nothing.
func (t Deliveries) FanOut(ctx context.Context, a *embraye.Activity, to Targets) (total int, err error) {
	err = t.writing(ctx, func(in table) error {
		total, err = Deliveries{in}.fanOut(ctx, a, to)
		return err
	})
	if err != nil {
		return 0, wrap(err, "queueing the activity %s", a.ID)
	}
	a.Total += total
	return total, nil
}

func (t Deliveries) fanOut(ctx context.Context, a *embraye.Activity, to Targets) (int, error) {
	targets, args := t.targets(to)
	if targets == "" {
		return 0, nil
	}
	refused, blocked := "EXISTS (SELECT 1 FROM domain_blocks WHERE "+suspended+" AND "+t.inColumn("domain", "domains")+")", []any(nil)
	if !to.onlyInboxes() {
		hosts, err := t.blockedAmong(ctx, targets, args)
		if err != nil {
			return 0, err
		}
		refused, blocked = t.inJSON("host"), []any{asJSON(hosts)}
	}
	now := t.s.now().UnixMilli()
	args = append([]any{a.ID, a.Object, now}, args...)
	added, err := t.exec(ctx, `INSERT INTO deliveries (activity_id, inbox, host, object, state, attempts, next_at,
			last_status, last_error, created_at)
		SELECT CAST(? AS text), inbox, host, CAST(? AS text), 0, 0, 0, 0, '', CAST(? AS bigint)
		FROM (`+targets+`) AS targets WHERE inbox <> '' AND host <> '' AND NOT `+refused+`
		ON CONFLICT (activity_id, inbox) DO NOTHING`, append(args, blocked...)...)
	if err != nil || added == 0 {
		return 0, err
	}
	t.tx.sent = append(t.tx.sent, a.ID)
	found, err := t.exec(ctx, "UPDATE activities SET total = total + ? WHERE id = ?", added, a.ID)
	if err == nil && found == 0 {
		err = embraye.ErrNotFound
	}
	return int(added), err
}

// onlyInboxes: few rows, which are compared with the blocks in the one statement.
func (to Targets) onlyInboxes() bool {
	return len(to.FollowersOf) == 0 && to.Object == "" && to.Activity == ""
}

// targets is the union of the sets as a SELECT of inbox and host.
func (t Deliveries) targets(to Targets) (query string, args []any) {
	var sets []string
	add := func(set string, arg any) {
		sets, args = append(sets, set), append(args, arg)
	}
	if len(to.FollowersOf) > 0 {
		add(t.followersInboxes(), asJSON(to.FollowersOf))
	}
	if to.Object != "" {
		for _, table := range []string{"interactions", "quotes", "replies"} {
			add("SELECT delivery AS inbox, delivery_host AS host FROM "+table+" WHERE object = ?", to.Object)
		}
		// A dropped row is one that an operator or a block ended.
		add(`SELECT inbox, host FROM deliveries WHERE state <> 3 AND activity_id IN
			(SELECT id FROM activities WHERE object = ? AND type IN ('Create', 'Announce'))`, to.Object)
	}
	if to.Activity != "" {
		add("SELECT inbox, host FROM deliveries WHERE state IN (0, 1) AND activity_id = ?", to.Activity)
	}
	if len(to.Inboxes) > 0 {
		rows, columns := make([][3]any, len(to.Inboxes)), "inbox, host"
		for i, inbox := range to.Inboxes {
			rows[i] = [3]any{inbox, inbox.Host(), domainsOf(inbox.Host())}
		}
		if to.onlyInboxes() {
			columns += ", domains"
		}
		add("SELECT "+columns+" FROM "+t.records("inbox text, host text, domains jsonb")+" AS given", asJSON(rows))
	}
	return strings.Join(sets, " UNION "), args
}

// followersInboxes are the inboxes of the followers of the actors in a list. It
// goes through the index from each inbox to the next: a million people on a few
// thousand servers cost what the servers do.
func (t Deliveries) followersInboxes() string {
	actors := "json_each(?)"
	if t.s.postgres {
		actors = "jsonb_array_elements_text(CAST(? AS jsonb)) AS listed(value)"
	}
	return `SELECT inbox, host FROM (WITH RECURSIVE stop(actor, inbox) AS (
			SELECT value, (SELECT min(delivery) FROM followers WHERE actor = value) FROM ` + actors + `
			UNION ALL
			SELECT actor, (SELECT min(delivery) FROM followers AS f WHERE f.actor = stop.actor AND f.delivery > stop.inbox) FROM stop WHERE inbox IS NOT NULL)
		SELECT inbox, (SELECT min(delivery_host) FROM followers AS f WHERE f.actor = stop.actor AND f.delivery = stop.inbox) AS host
		FROM stop WHERE inbox IS NOT NULL) AS followed`
}

// blockedAmong returns those hosts of the targets that are blocked. Blocks are
// looked up here: a join by suffix would compare every block with every row.
func (t Deliveries) blockedAmong(ctx context.Context, targets string, args []any) ([]string, error) {
	blocked := []string{}
	var domains, hosts []string
	if err := t.scan(ctx, &domains, "SELECT domain FROM domain_blocks WHERE "+suspended); err != nil || len(domains) == 0 {
		return blocked, err
	}
	if err := t.scan(ctx, &hosts, "SELECT DISTINCT host FROM ("+targets+") AS targets", args...); err != nil {
		return nil, err
	}
	refused := make(map[string]bool, len(domains))
	for _, domain := range domains {
		refused[domain] = true
	}
	for _, host := range hosts {
		for _, domain := range domainsOf(host) {
			if refused[domain] {
				blocked = append(blocked, host)
				break
			}
		}
	}
	return blocked, nil
}

// wake makes the hosts of activities' deliveries due, at the end of the
// transaction that sends them. A host that only waits for the time of one of its
// rows is due now; a lease and the back-off of a failing host stay. In order,
// because PostgreSQL locks each row: two in different orders would wait for each
// other.
func (t Deliveries) wake(ctx context.Context, activities []string) error {
	which, arg := t.among("activity_id", activities)
	return t.later(ctx, `INSERT INTO hosts (host, pending, next_at)
		SELECT DISTINCT host, true, CAST(? AS bigint) FROM deliveries WHERE `+which+` AND state = 0 ORDER BY host
		ON CONFLICT (host) DO UPDATE SET pending = true,
			next_at = CASE WHEN hosts.leased OR hosts.failures > 0 THEN hosts.next_at ELSE excluded.next_at END
		WHERE NOT hosts.pending OR NOT hosts.leased AND hosts.failures = 0 AND hosts.next_at > excluded.next_at`,
		t.s.now().UnixMilli(), arg)
}
