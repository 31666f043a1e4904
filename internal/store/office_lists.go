package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// The lists of the office: newest first, a page at a time, by the ID of the row
// before which the page starts.

const officePage = 50

// choice is a condition that grows.
type choice struct {
	where []string
	args  []any
}

func (c *choice) and(where string, args ...any) {
	c.where, c.args = append(c.where, where), append(c.args, args...)
}

func (c *choice) String() string { return strings.Join(c.where, " AND ") }

func pageOf(limit int) int {
	if limit <= 0 || limit > 500 {
		return officePage
	}
	return limit
}

// Page lists constats, newest first.
func (t Updates) Page(ctx context.Context, f embraye.ConstatFilter) ([]embraye.Update, error) {
	var c choice
	for _, by := range []struct{ column, value string }{{"measure", f.Measure}, {"territory", f.Territory},
		{"subject", string(f.Subject)}, {"stage", string(f.Stage)}} {
		if by.value != "" {
			c.and(by.column+" = ?", by.value)
		}
	}
	switch f.State {
	case "published":
		c.and("withdrawn_at IS NULL")
	case "withdrawn":
		c.and("withdrawn_at IS NOT NULL")
	}
	if f.Before != "" {
		c.and("id < ?", f.Before)
	}
	if f.Search != "" {
		return t.search(ctx, f, &c)
	}
	all, err := list[embraye.Update](ctx, t.table, "id DESC", pageOf(f.Limit), c.String(), c.args...)
	return all, wrap(err, "listing constats")
}

// searchAtOnce is how many constats a search reads at a time.
const searchAtOnce = 200

// search goes through what fits until a page is full. Both databases find the
// same: what is withdrawn is in no index of theirs, and each folds otherwise.
func (t Updates) search(ctx context.Context, f embraye.ConstatFilter, c *choice) (found []embraye.Update, err error) {
	for before := ""; len(found) < pageOf(f.Limit); {
		where, args := c.String(), c.args
		if before != "" {
			where, args = strings.TrimPrefix(where+" AND id < ?", " AND "), append(slices.Clone(args), before)
		}
		some, err := list[embraye.Update](ctx, t.table, "id DESC", searchAtOnce, where, args...)
		if err != nil {
			return nil, wrap(err, "searching constats")
		}
		for _, u := range some {
			if u.Content.Says(u.Scope, f.Search) {
				found = append(found, u)
			}
		}
		if len(some) < searchAtOnce {
			break
		}
		before = some[len(some)-1].ID
	}
	return found[:min(len(found), pageOf(f.Limit))], nil
}

// Page lists replies, newest first.
func (t Replies) Page(ctx context.Context, f embraye.ReplyFilter) ([]embraye.Reply, error) {
	var c choice
	if f.State != "" {
		c.and("state = ?", f.State)
	}
	if f.Object != "" {
		c.and("object = ?", f.Object)
	}
	if f.Before > 0 {
		c.and("id < ?", f.Before)
	}
	all, err := list[embraye.Reply](ctx, t.table, "id DESC", pageOf(f.Limit), c.String(), c.args...)
	return all, wrap(err, "listing replies")
}

// OfActor lists everything by one author.
func (t Replies) OfActor(ctx context.Context, actor embraye.IRI) ([]embraye.Reply, error) {
	all, err := list[embraye.Reply](ctx, t.table, "id", 0, "actor = ?", actor)
	return all, wrap(err, "listing the replies of %s", actor)
}

// CountPending tells how many replies wait for a decision.
func (t Replies) CountPending(ctx context.Context) (int, error) {
	n, err := count[embraye.Reply](ctx, t.table, "state = 'pending'")
	return n, wrap(err, "counting the replies that wait")
}

// Page lists likes and boosts, newest first.
func (t Interactions) Page(ctx context.Context, f embraye.InteractionFilter) ([]embraye.Interaction, error) {
	var c choice
	if f.Kind != "" {
		c.and("kind = ?", f.Kind)
	}
	if f.Object != "" {
		c.and("object = ?", f.Object)
	}
	if f.Before > 0 {
		c.and("id < ?", f.Before)
	}
	all, err := list[embraye.Interaction](ctx, t.table, "id DESC", pageOf(f.Limit), c.String(), c.args...)
	return all, wrap(err, "listing interactions")
}

// Page lists permissions to quote, newest first.
func (t Quotes) Page(ctx context.Context, before string, limit int) ([]embraye.Quote, error) {
	var c choice
	if before != "" {
		c.and("id < ?", before)
	}
	all, err := list[embraye.Quote](ctx, t.table, "id DESC", pageOf(limit), c.String(), c.args...)
	return all, wrap(err, "listing quotes")
}

// Take returns the report of that number.
func (t Reports) Take(ctx context.Context, id int64) (*embraye.Report, error) {
	r, err := take[embraye.Report](ctx, t.table, "id = ?", id)
	return r, wrap(err, "taking the report %d", id)
}

// TakeToWrite is Take before a Save: whoever else would save it waits.
func (t Reports) TakeToWrite(ctx context.Context, id int64) (*embraye.Report, error) {
	r, err := takeToWrite[embraye.Report](ctx, t.table, "id = ?", id)
	return r, wrap(err, "taking the report %d", id)
}

// CountOpen tells how many reports are open.
func (t Reports) CountOpen(ctx context.Context) (int, error) {
	n, err := count[embraye.Report](ctx, t.table, "state = 'open'")
	return n, wrap(err, "counting reports")
}

// Page lists followers of an actor, or of all ("" ), newest first.
func (t Followers) Page(ctx context.Context, actor string, before int64, limit int) ([]embraye.Follower, error) {
	var c choice
	if actor != "" {
		c.and("actor = ?", actor)
	}
	if before > 0 {
		c.and("id < ?", before)
	}
	all, err := list[embraye.Follower](ctx, t.table, "id DESC", pageOf(limit), c.String(), c.args...)
	return all, wrap(err, "listing followers")
}

// Total counts everybody who follows any of our actors, once each.
func (t Followers) Total(ctx context.Context) (n int, err error) {
	err = t.scan(ctx, &n, "SELECT count(*) FROM (SELECT DISTINCT follower FROM followers) AS everyone")
	return n, wrap(err, "counting followers")
}

// TotalSince is Total for those who came since then.
func (t Followers) TotalSince(ctx context.Context, since time.Time) (n int, err error) {
	err = t.scan(ctx, &n, `SELECT count(DISTINCT follower) FROM followers WHERE created_at > ?
		AND NOT EXISTS (SELECT 1 FROM followers AS before WHERE before.follower = followers.follower AND before.created_at <= ?)`, since.UTC(), since.UTC())
	return n, wrap(err, "counting new followers")
}

// CountHosts tells on how many servers they are.
func (t Followers) CountHosts(ctx context.Context) (n int, err error) {
	err = t.scan(ctx, &n, "SELECT count(*) FROM (SELECT DISTINCT host FROM followers) AS servers")
	return n, wrap(err, "counting the servers of followers")
}

// Hosts counts followers by server, most first.
func (t Followers) Hosts(ctx context.Context) ([]embraye.HostCount, error) {
	var all []embraye.HostCount
	err := t.scan(ctx, &all, "SELECT host, count(DISTINCT follower) AS followers FROM followers GROUP BY host ORDER BY 2 DESC, host")
	return all, wrap(err, "counting followers by server")
}

// Reach tells how many follow one of two actors, and through how many inboxes
// they are reached.
func (t Followers) Reach(ctx context.Context, first, second string) (followers, inboxes int, err error) {
	var all []struct{ Followers, Inboxes int }
	err = t.scan(ctx, &all, `SELECT count(DISTINCT follower) AS followers, count(DISTINCT delivery) AS inboxes
		FROM followers WHERE actor IN (?, ?)`, first, second)
	if err != nil || len(all) != 1 {
		return 0, 0, wrap(err, "counting whom %s reaches", first)
	}
	return all[0].Followers, all[0].Inboxes, nil
}

// Page lists entries before an ID, 0 for the newest, newest first.
func (t Audit) Page(ctx context.Context, before int64, limit int) ([]embraye.AuditEntry, error) {
	var c choice
	if before > 0 {
		c.and("id < ?", before)
	}
	all, err := list[embraye.AuditEntry](ctx, t.table, "id DESC", limit, c.String(), c.args...)
	return all, wrap(err, "listing the audit")
}

// Recent lists the newest entries of one action.
func (t Audit) Recent(ctx context.Context, action string, limit int) ([]embraye.AuditEntry, error) {
	all, err := list[embraye.AuditEntry](ctx, t.table, "id DESC", limit, "action = ?", action)
	return all, wrap(err, "listing %s", action)
}

// By lists whom an actor of ours refuses, newest first.
func (t ActorBlocks) By(ctx context.Context, blocker embraye.IRI) ([]embraye.ActorBlock, error) {
	all, err := list[embraye.ActorBlock](ctx, t.table, "id DESC", 0, "blocker = ?", blocker)
	return all, wrap(err, "listing the blocks of %s", blocker)
}
