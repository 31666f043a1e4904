package store

import (
	"context"

	"embraye/internal/embraye"
)

// BoostedPosts are what posts and videos of others that we boost are called.
type BoostedPosts struct{ table }

// Keep remembers one as it was read last.
func (t BoostedPosts) Keep(ctx context.Context, p *embraye.BoostedPost) error {
	err := t.upsert(ctx, p, "object")
	return wrap(err, "keeping what %s is called", p.Object)
}

// CountOf tells how many posts one of our actors boosts now.
func (t BoostedPosts) CountOf(ctx context.Context, actor string) (int, error) {
	n, err := count[embraye.Activity](ctx, t.table, "actor = ? AND type = 'Announce' AND undone_at IS NULL", actor)
	return n, wrap(err, "counting what %s boosts", actor)
}

// Find lists the posts of an address, or with that page, that some of our actors
// boost now.
func (t BoostedPosts) Find(ctx context.Context, actors []string, address string) (objects []embraye.IRI, err error) {
	if len(actors) == 0 {
		return nil, nil
	}
	err = t.scan(ctx, &objects, `SELECT DISTINCT a.object FROM activities a LEFT JOIN boosted_posts b ON b.object = a.object
		WHERE `+t.inJSON("a.actor")+` AND a.type = 'Announce' AND a.undone_at IS NULL AND (a.object = ? OR b.url = ?) ORDER BY a.object`, asJSON(actors), address, address)
	return objects, wrap(err, "looking for boosts of %.200s", address)
}

// Of lists what one of our actors boosts now, newest first. What was boosted
// before names were kept has its address alone.
func (t BoostedPosts) Of(ctx context.Context, actor string, limit int) ([]embraye.Boosted, error) {
	var all []embraye.Boosted
	err := t.scan(ctx, &all, `SELECT a.object, a.created_at AS at, coalesce(b.type, '') AS type, coalesce(b.url, '') AS url,
			coalesce(b.title, '') AS title, coalesce(b.author, '') AS author
		FROM activities a LEFT JOIN boosted_posts b ON b.object = a.object
		WHERE a.actor = ? AND a.type = 'Announce' AND a.undone_at IS NULL ORDER BY a.id DESC LIMIT ?`, actor, limit)
	return all, wrap(err, "listing what %s boosts", actor)
}
