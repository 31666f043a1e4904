package store

import (
	"context"

	"embraye/internal/embraye"
)

// LinkChecks are the last looks at evidence on the web.
type LinkChecks struct{ table }

// All returns every look.
func (t LinkChecks) All(ctx context.Context) ([]embraye.LinkCheck, error) {
	all, err := list[embraye.LinkCheck](ctx, t.table, "href", 0, "")
	return all, wrap(err, "listing looks at links")
}

// Dead lists links that failed too often, the longest dead first.
func (t LinkChecks) Dead(ctx context.Context, limit int) ([]embraye.LinkCheck, error) {
	all, err := list[embraye.LinkCheck](ctx, t.table, "failures DESC, href", limit, "failures >= ?", embraye.DeadAfter)
	return all, wrap(err, "listing dead links")
}

// DeadAmong tells which of some links are dead.
func (t LinkChecks) DeadAmong(ctx context.Context, hrefs []string) (map[string]bool, error) {
	dead := map[string]bool{}
	if len(hrefs) == 0 {
		return dead, nil
	}
	all, err := list[embraye.LinkCheck](ctx, t.table, "href", 0, t.amongFew("href")+" AND failures >= ?", asJSON(hrefs), embraye.DeadAfter)
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

// Remove forgets a link that nothing names any more.
func (t LinkChecks) Remove(ctx context.Context, href string) error {
	_, err := remove[embraye.LinkCheck](ctx, t.table, "href = ?", href)
	return wrap(err, "forgetting the look at %s", href)
}
