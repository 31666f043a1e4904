package store

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/translog"
)

// Unlogged lists acts that are not in the log, the oldest first. Their salt is
// NULL until they are.
func (t Log) Unlogged(ctx context.Context, limit int) (all []embraye.Unlogged, err error) {
	revisions, err := list[embraye.Revision](ctx, t.table, "created_at, id", limit, "salt IS NULL")
	if err != nil {
		return nil, wrap(err, "listing versions that are not in the log")
	}
	for i := range revisions {
		all = append(all, embraye.Unlogged{At: revisions[i].CreatedAt, Revision: &revisions[i]})
	}
	reviews, err := list[embraye.ReviewRevision](ctx, t.table, "created_at, id", limit, "salt IS NULL")
	if err != nil {
		return nil, wrap(err, "listing reviews that are not in the log")
	}
	for i := range reviews {
		all = append(all, embraye.Unlogged{At: reviews[i].CreatedAt, ReviewRevision: &reviews[i]})
	}
	answers, err := list[embraye.Note](ctx, t.table, "published_at, id", limit, "salt IS NULL AND kind = 'answer' AND NOT private")
	if err != nil {
		return nil, wrap(err, "listing answers that are not in the log")
	}
	for i := range answers {
		all = append(all, embraye.Unlogged{At: answers[i].PublishedAt, Answer: &answers[i]})
	}
	lines, err := list[embraye.AuditEntry](ctx, t.table, "at, id", limit, "salt IS NULL AND public")
	if err != nil {
		return nil, wrap(err, "listing decisions that are not in the log")
	}
	for i := range lines {
		all = append(all, embraye.Unlogged{At: lines[i].At, Line: &lines[i]})
	}
	slices.SortStableFunc(all, func(a, b embraye.Unlogged) int { return a.At.Compare(b.At) })
	return all[:min(limit, len(all))], nil
}

// Salt keeps what hides an act that now has its leaf; no salt says that it has
// none of its own.
func (t Log) Salt(ctx context.Context, u embraye.Unlogged, salt []byte) error {
	notNull(&salt)
	var table string
	var row any
	switch {
	case u.Revision != nil:
		table, row = "revisions", u.Revision.ID
	case u.ReviewRevision != nil:
		table, row = "review_revisions", u.ReviewRevision.ID
	case u.Answer != nil:
		table, row = "notes", u.Answer.ID
	default:
		table, row = "audit_entries", u.Line.ID
	}
	_, err := t.exec(ctx, "UPDATE "+table+" SET salt = ? WHERE id = ?", salt, row)
	return wrap(err, "keeping the salt of %v in %s", row, table)
}

// Waiting counts the leaves that wait until the log takes leaves again.
func (t Log) Waiting(ctx context.Context) (n int, err error) {
	err = t.scan(ctx, &n, "SELECT count(*) FROM log_pending")
	return n, wrap(err, "counting leaves that wait")
}

// versionsWaiting are the numbers of those versions of a constat or a review whose
// leaves wait. There are hardly ever any leaves that do.
func versionsWaiting(ctx context.Context, t Log, id string) (map[int]bool, error) {
	numbers := map[int]bool{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var b []byte
		if err := rows.Scan(&b); err != nil || !bytes.Contains(b, []byte(id)) {
			return err
		}
		l, err := translog.ParseLeaf(b)
		if err == nil && (l.Kind == translog.Revision || l.Kind == translog.Review) && strings.HasSuffix(l.ID, "/"+id) {
			numbers[l.N] = true
		}
		return err
	}, "SELECT leaf FROM log_pending WHERE id > 0")
	return numbers, wrap(err, "looking for versions of %s that wait", id)
}

func markWaiting(ctx context.Context, t Log, id string, revisions []embraye.Revision) error {
	waits, err := versionsWaiting(ctx, t, id)
	for i := range revisions {
		revisions[i].Waits = waits[revisions[i].Number]
	}
	return err
}
