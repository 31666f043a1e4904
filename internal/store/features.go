package store

import (
	"context"

	"embraye/internal/embraye"
)

// Features are accounts of peers that collections of ours name, or ask to.
type Features struct{ table }

// Take returns what was asked of an account for a collection.
func (t Features) Take(ctx context.Context, collection, object embraye.IRI) (*embraye.Feature, error) {
	f, err := take[embraye.Feature](ctx, t.table, "collection = ? AND object = ?", collection, object)
	return f, wrap(err, "taking the naming of %s", object)
}

// ByRequest returns what was asked by an activity of ours.
func (t Features) ByRequest(ctx context.Context, ulid string) (*embraye.Feature, error) {
	f, err := takeFirst[embraye.Feature](ctx, t.table, "object", "request = ?", ulid)
	return f, wrap(err, "taking the naming that was asked for by %s", ulid)
}

// ByPermission returns what an account permitted by a document of its own.
func (t Features) ByPermission(ctx context.Context, object, permission embraye.IRI) (*embraye.Feature, error) {
	f, err := takeFirst[embraye.Feature](ctx, t.table, "collection", "object = ? AND permission = ?", object, permission)
	return f, wrap(err, "taking the permission %s", permission)
}

// Put writes what was asked of an account and what it answered.
func (t Features) Put(ctx context.Context, f *embraye.Feature) error {
	n, err := t.exec(ctx, "UPDATE features SET request = ?, permission = ?, asked_at = ?, answered_at = ? WHERE collection = ? AND object = ?",
		f.Request, f.Permission, f.AskedAt.UTC(), utc(f.AnsweredAt), f.Collection, f.Object)
	if err == nil && n == 0 {
		err = insert(ctx, t.table, f)
	}
	return wrap(err, "keeping the naming of %s", f.Object)
}

// maxFeatures is how many accounts a collection names: as many as Mastodon reads.
const maxFeatures = 150

// FeaturesPage reads whom a collection of ours names: those that permit it and
// that we follow, the oldest first.
func (p Pages) FeaturesPage(ctx context.Context, collection embraye.IRI) ([]embraye.Feature, error) {
	all, err := list[embraye.Feature](ctx, p.store.Tables().table, "answered_at, object", maxFeatures,
		"collection = ? AND permission <> '' AND EXISTS (SELECT 1 FROM follows WHERE follows.target = features.object AND follows.state = 'accepted')", collection)
	return all, wrap(err, "listing whom %s names", collection)
}
