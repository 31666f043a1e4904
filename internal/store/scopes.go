package store

import (
	"context"

	"embraye/internal/embraye"
)

// joinScopes brings the keys of kept scopes to what the program makes of them
// now: two forms of one name were two scopes before it folded both alike. Only
// keys change: what was published keeps its bytes and its words. SQL cannot
// fold, and a program of before may still have written after the migrations, so
// it is done at every start; twice does nothing.
func (s *Store) joinScopes(ctx context.Context) error {
	stale, err := s.staleScopes(ctx, s.Tables())
	if err != nil || stale == 0 {
		return err
	}
	return s.InTx(ctx, func(t Tables) error {
		_, err := s.staleScopes(ctx, t)
		if err == nil {
			t.Changed() // what stands of a scope is told otherwise now
		}
		return err
	})
}

// scopeBatch is how many constats are read at once.
const scopeBatch = 500

// staleScopes counts the constats whose key is of before, and mends them in a
// transaction. A scope without an institution has nothing to fold.
func (s *Store) staleScopes(ctx context.Context, t Tables) (stale int, err error) {
	for after := ""; ; {
		all, err := t.scopes(ctx, after)
		if err != nil || len(all) == 0 {
			return stale, err
		}
		for _, u := range all {
			if key := u.Scope.Key(); key != u.ScopeKey {
				stale++
				if t.table.tx == nil {
					return stale, nil // one is enough to know
				}
				if _, err := t.table.exec(ctx, "UPDATE updates SET scope_key = ? WHERE id = ?", key, u.ID); err != nil {
					return stale, wrap(err, "joining the scope of the constat %s", u.ID)
				}
			}
		}
		after = all[len(all)-1].ID
	}
}

// scopes are the keys of constats, and what they are made of, by id.
func (t Tables) scopes(ctx context.Context, after string) ([]embraye.Update, error) {
	var all []embraye.Update
	err := t.table.db.WithContext(ctx).
		Select("id", "subject", "territory", "institution_name", "institution_siren", "institution_wikidata", "scope_key").
		Where("id > ? AND institution_name || institution_siren || institution_wikidata <> ''", after).
		Order("id").Limit(scopeBatch).Find(&all).Error
	return all, wrap(err, "reading the scopes of constats")
}
