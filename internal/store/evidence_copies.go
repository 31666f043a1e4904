package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"embraye/internal/embraye"
)

// EvidenceCopies are the copies of pages that constats name as evidence.
type EvidenceCopies struct{ table }

// Insert adds a copy.
func (t EvidenceCopies) Insert(ctx context.Context, c *embraye.EvidenceCopy) error {
	return wrap(insert(ctx, t.table, c), "adding the copy %s", c.ID)
}

// Take returns a copy.
func (t EvidenceCopies) Take(ctx context.Context, id string) (*embraye.EvidenceCopy, error) {
	c, err := take[embraye.EvidenceCopy](ctx, t.table, "id = ?", id)
	return c, wrap(err, "taking the copy %s", id)
}

// TakeToWrite is Take before a Save: whoever else would save it waits.
func (t EvidenceCopies) TakeToWrite(ctx context.Context, id string) (*embraye.EvidenceCopy, error) {
	c, err := takeToWrite[embraye.EvidenceCopy](ctx, t.table, "id = ?", id)
	return c, wrap(err, "taking the copy %s", id)
}

// Save writes all of a copy.
func (t EvidenceCopies) Save(ctx context.Context, c *embraye.EvidenceCopy) error {
	return wrap(save(ctx, t.table, c), "keeping the copy %s", c.ID)
}

// lines reads copies without their words: what is listed is never saved whole.
func (t EvidenceCopies) lines(ctx context.Context, order string, limit int, where string, args ...any) (all []embraye.EvidenceCopy, err error) {
	err = t.db.WithContext(ctx).Omit("text").Where(where, args...).Order(order).Limit(limit).Find(&all).Error
	return all, err
}

// Due says when a copy that is not kept is tried, and why not before.
func (t EvidenceCopies) Due(ctx context.Context, c *embraye.EvidenceCopy) error {
	_, err := t.exec(ctx, "UPDATE evidence_copies SET state = 'waiting', next_at = ?, failure = ?, tries = ? WHERE id = ? AND state IN ('waiting', 'failed')",
		c.NextAt.UTC(), c.Failure, c.Tries, c.ID)
	return wrap(err, "putting off the copy %s", c.ID)
}

// Looked says that a page is being compared with its copy.
func (t EvidenceCopies) Looked(ctx context.Context, id string, at time.Time) error {
	_, err := t.exec(ctx, "UPDATE evidence_copies SET looked_at = ? WHERE id = ?", at.UTC(), id)
	return wrap(err, "comparing the copy %s", id)
}

// SaveOutside keeps how far a copy in a web archive is.
func (t EvidenceCopies) SaveOutside(ctx context.Context, c *embraye.EvidenceCopy) error {
	_, err := t.exec(ctx, "UPDATE evidence_copies SET outside = ?, outside_job = ?, outside_at = ?, outside_said = ?, outside_tries = ?, archived_at = ? WHERE id = ?",
		c.Outside, c.OutsideJob, c.OutsideAt, c.OutsideSaid, c.OutsideTries, c.ArchivedAt, c.ID)
	return wrap(err, "keeping the copy %s in a web archive", c.ID)
}

// Emptied says that the file of a dropped copy is gone.
func (t EvidenceCopies) Emptied(ctx context.Context, id string) error {
	_, err := t.exec(ctx, "UPDATE evidence_copies SET size = 0 WHERE id = ? AND state = 'dropped'", id)
	return wrap(err, "emptying the copy %s", id)
}

// newest: no newer copy of the same page is kept. What was found of the page since
// an older one was made is settled.
const newest = "NOT EXISTS (SELECT 1 FROM evidence_copies AS newer WHERE newer.href = evidence_copies.href AND newer.id > evidence_copies.id AND newer.state = 'kept')"

// named: a constat that copies are made and kept for names the page.
const named = "EXISTS (SELECT 1 FROM evidence_citations AS c WHERE c.href = evidence_copies.href AND " + copiedFor + ")"

// Page lists copies, newest first.
func (t EvidenceCopies) Page(ctx context.Context, f embraye.CopyFilter) ([]embraye.EvidenceCopy, error) {
	where, args := "id < ?", []any{"~"}
	if f.Before != "" {
		args[0] = f.Before
	}
	if f.State != "" {
		where, args = where+" AND state = ?", append(args, f.State)
	}
	if f.Look != "" {
		where, args = where+" AND look = ? AND "+newest+" AND "+named, append(args, f.Look)
	}
	all, err := t.lines(ctx, "id DESC", f.Limit, where, args...)
	return all, wrap(err, "listing copies")
}

// Of lists the copies of pages, oldest first, without their words.
func (t EvidenceCopies) Of(ctx context.Context, pages []string) ([]embraye.EvidenceCopy, error) {
	if len(pages) == 0 {
		return nil, nil
	}
	all, err := t.lines(ctx, "id", -1, t.amongFew("href"), asJSON(pages))
	return all, wrap(err, "listing the copies of %d pages", len(pages))
}

// Newest returns the newest kept copy of a page.
func (t EvidenceCopies) Newest(ctx context.Context, page string) (*embraye.EvidenceCopy, error) {
	c, err := takeFirst[embraye.EvidenceCopy](ctx, t.table, "id DESC", "href = ? AND state = ?", page, embraye.CopyKept)
	return c, wrap(err, "looking for a copy of %s", page)
}

// Usage tells how much room copies take.
func (t EvidenceCopies) Usage(ctx context.Context) (u embraye.CopyUsage, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var state embraye.CopyState
		var n int
		var size int64
		if err := rows.Scan(&state, &n, &size); err != nil {
			return err
		}
		switch state {
		case embraye.CopyKept:
			u.Kept, u.Bytes = n, size
		case embraye.CopyWaiting:
			u.Waiting = n
		case embraye.CopyFailed:
			u.Failed = n
		}
		return nil
	}, "SELECT state, count(*), CAST(COALESCE(sum(size), 0) AS bigint) FROM evidence_copies GROUP BY state")
	return u, wrap(err, "counting copies")
}

// Drafted is all pages that a draft names as evidence.
func (t EvidenceCopies) Drafted(ctx context.Context) (map[string]bool, error) {
	named := map[string]bool{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var text []byte
		var list []embraye.Evidence
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
		for _, page := range embraye.Pages(list) {
			named[page] = true
		}
		return nil
	}, "SELECT CAST(evidence AS text) FROM drafts WHERE state <> 'published' AND evidence IS NOT NULL")
	return named, wrap(err, "listing what drafts name")
}

// OldestUncited lists kept copies that only editors see, of pages that no constat
// names, oldest first, without words.
func (t EvidenceCopies) OldestUncited(ctx context.Context, after string, limit int) ([]embraye.EvidenceCopy, error) {
	all, err := t.lines(ctx, "id", limit, "id > ? AND state = ? AND visibility = ? AND NOT "+named,
		after, embraye.CopyKept, embraye.CopyEditors)
	return all, wrap(err, "listing old copies")
}

// ToLook lists the newest kept copy of each page that is named and was not compared
// with its copy since a time, those that wait the longest first.
func (t EvidenceCopies) ToLook(ctx context.Context, before time.Time, limit int) ([]embraye.EvidenceCopy, error) {
	all, err := t.lines(ctx, "COALESCE(looked_at, made_at), id", limit, "state = 'kept' AND origin = 'ours' AND COALESCE(looked_at, made_at) < ? AND "+newest+" AND "+named, before.UTC())
	return all, wrap(err, "listing copies to compare")
}

// CountLooks counts the pages that are named by how they compare with their newest copy.
func (t EvidenceCopies) CountLooks(ctx context.Context) (map[embraye.CopyLook]int, error) {
	counts := map[embraye.CopyLook]int{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var look embraye.CopyLook
		var n int
		if err := rows.Scan(&look, &n); err != nil {
			return err
		}
		counts[look] = n
		return nil
	}, "SELECT look, count(*) FROM evidence_copies WHERE state = 'kept' AND look IN ('changed', 'moved') AND "+newest+" AND "+named+" GROUP BY look")
	return counts, wrap(err, "counting pages that are not what they were")
}

// FileUsed reports whether a kept copy has a file: two may have the same.
func (t EvidenceCopies) FileUsed(ctx context.Context, file string) (bool, error) {
	found, err := t.finds(ctx, "evidence_copies WHERE file = ? AND state = ?", file, embraye.CopyKept)
	return found, wrap(err, "looking for the copy %s", file)
}

// Reserve gives a page its turn at its host: turns of one host are that many
// seconds apart, the first not before a time.
func (t EvidenceCopies) Reserve(ctx context.Context, host string, from time.Time, apart int64) (time.Time, error) {
	later := "max"
	if t.s.postgres {
		later = "greatest"
	}
	var next int64
	err := t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&next) }, `INSERT INTO evidence_hosts (host, next_at) VALUES (?, ?)
		ON CONFLICT (host) DO UPDATE SET next_at = `+later+`(evidence_hosts.next_at + `+strconv.FormatInt(apart, 10)+`, excluded.next_at) RETURNING next_at`, host, from.Unix()+apart)
	return time.Unix(next-apart, 0).UTC(), wrap(err, "asking for a turn of %s", host)
}

// Claim takes a copy that is due, until a time: of two processes at the same
// moment one gets true.
func (t EvidenceCopies) Claim(ctx context.Context, c *embraye.EvidenceCopy, until time.Time) (bool, error) {
	n, err := t.exec(ctx, "UPDATE evidence_copies SET next_at = ?, tries = tries + 1 WHERE id = ? AND state = 'waiting' AND tries = ?", until.UTC(), c.ID, c.Tries)
	return n == 1, wrap(err, "claiming the copy %s", c.ID)
}

// Overdue lists what waits and should have been tried before a time.
func (t EvidenceCopies) Overdue(ctx context.Context, before time.Time, limit int) ([]embraye.EvidenceCopy, error) {
	all, err := t.lines(ctx, "next_at, id", limit, "next_at < ? AND state = 'waiting'", before.UTC())
	return all, wrap(err, "listing copies that wait")
}

// Interrupt ends what was being handed in before a time: it has no job.
func (t EvidenceCopies) Interrupt(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, "UPDATE evidence_copies SET state = 'failed', failure = 'interrupted' WHERE state = 'waiting' AND origin = 'handed_in' AND asked_at < ?", before.UTC())
	return wrap(err, "ending copies that were being handed in")
}

// DropDemo drops what the program has copied by itself of some pages, but of those
// that constats still name.
func (t EvidenceCopies) DropDemo(ctx context.Context, pages []string) error {
	_, err := t.exec(ctx, "UPDATE evidence_copies SET state = 'dropped', failure = ?, next_at = NULL WHERE "+t.amongFew("href")+" AND person_id = 0 AND origin = 'ours' AND NOT "+named,
		embraye.DemoIsGone, asJSON(pages))
	return wrap(err, "dropping the copies of %d pages", len(pages))
}

// Leftovers lists dropped copies of which something is still to be removed.
func (t EvidenceCopies) Leftovers(ctx context.Context, limit int) ([]embraye.EvidenceCopy, error) {
	all, err := t.lines(ctx, "id", limit, "state = 'dropped' AND (size > 0 OR failure = ?)", embraye.DemoIsGone)
	return all, wrap(err, "listing files of dropped copies")
}

// Remove forgets a copy of which nothing was kept.
func (t EvidenceCopies) Remove(ctx context.Context, id string) error {
	_, err := remove[embraye.EvidenceCopy](ctx, t.table, "id = ?", id)
	return wrap(err, "forgetting the copy %s", id)
}

// ForgetHosts forgets whose turn is long past.
func (t EvidenceCopies) ForgetHosts(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, "DELETE FROM evidence_hosts WHERE next_at < ?", before.Unix())
	return wrap(err, "forgetting the turns of hosts")
}
