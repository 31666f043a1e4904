package store

import (
	"context"

	"embraye/internal/embraye"
)

// LinkChecks are the last looks at evidence on the web, one for each page.
type LinkChecks struct{ table }

// All returns every look.
func (t LinkChecks) All(ctx context.Context) ([]embraye.LinkCheck, error) {
	all, err := list[embraye.LinkCheck](ctx, t.table, "href", 0, "")
	return all, wrap(err, "listing looks at links")
}

// Dead lists pages that failed too often and that our constats still name, the
// longest dead first.
func (t LinkChecks) Dead(ctx context.Context, limit int) (all []embraye.DeadLink, err error) {
	err = t.scan(ctx, &all, `SELECT * FROM (SELECT l.*, (SELECT max(u.id) FROM evidence_citations AS c JOIN updates AS u ON `+namedNow+` WHERE c.href = l.href) AS update_id
			FROM link_checks AS l WHERE l.failures >= ?) AS dead
		WHERE update_id IS NOT NULL ORDER BY failures DESC, href LIMIT ?`, embraye.DeadAfter, limit)
	return all, wrap(err, "listing dead links")
}

// DeadAmong tells which of some pages are dead.
func (t LinkChecks) DeadAmong(ctx context.Context, pages []string) (map[string]bool, error) {
	dead := map[string]bool{}
	if len(pages) == 0 {
		return dead, nil
	}
	all, err := list[embraye.LinkCheck](ctx, t.table, "href", 0, t.amongFew("href")+" AND failures >= ?", asJSON(pages), embraye.DeadAfter)
	for _, c := range all {
		dead[c.Href] = true
	}
	return dead, wrap(err, "looking for dead links")
}

// Put keeps the last look at a link.
func (t LinkChecks) Put(ctx context.Context, c *embraye.LinkCheck) error {
	added, err := insertNew(ctx, t.table, c)
	if err == nil && !added {
		err = save(ctx, t.table, c)
	}
	return wrap(err, "keeping the look at %s", c.Href)
}

// Forget forgets those of some pages that no constat names any more.
func (t LinkChecks) Forget(ctx context.Context, pages []string) error {
	_, err := t.exec(ctx, "DELETE FROM link_checks WHERE "+t.amongFew("href")+" AND NOT EXISTS (SELECT 1 FROM evidence_citations AS c JOIN updates AS u ON "+namedNow+" WHERE c.href = link_checks.href)", asJSON(pages))
	return wrap(err, "forgetting the looks at %d pages", len(pages))
}

// Remove forgets a link that nothing names any more.
func (t LinkChecks) Remove(ctx context.Context, href string) error {
	_, err := remove[embraye.LinkCheck](ctx, t.table, "href = ?", href)
	return wrap(err, "forgetting the look at %s", href)
}
