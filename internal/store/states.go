package store

import (
	"context"
	"slices"

	"embraye/internal/embraye"
)

// stateColumns is all that decides about the state of a scope.
var stateColumns = []string{"id", "measure", "scope_key", "effective_date", "observed_date", "related_to"}

// ScopeStates returns the constat that says the state of each scope of a
// measure, the latest fact first.
func (t Tables) ScopeStates(ctx context.Context, measure string) ([]embraye.Update, error) {
	return t.states(ctx, "measure = ?", measure)
}

// states returns the constats that say the states of some scopes. The narrow
// rows decide, so that texts are read of those alone that are shown.
func (t Tables) states(ctx context.Context, where string, args ...any) ([]embraye.Update, error) {
	var standing []embraye.Update
	err := t.table.db.WithContext(ctx).Select(stateColumns).Where("withdrawn_at IS NULL").Where(where, args...).Find(&standing).Error
	if err != nil {
		return nil, wrap(err, "reading the states")
	}
	counting, err := t.counting(ctx, standing)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, u := range embraye.States(counting) {
		ids = append(ids, u.ID)
	}
	states, err := t.light(ctx, "id", 0, t.table.inJSON("id"), asJSON(ids))
	slices.SortFunc(states, embraye.ByFact)
	return states, err
}

// counting leaves out what a constat that stands replaces, wherever that is.
func (t Tables) counting(ctx context.Context, updates []embraye.Update) ([]embraye.Update, error) {
	var replacing []embraye.Update
	err := t.table.db.WithContext(ctx).Select("id", "related_to").
		Where(`withdrawn_at IS NULL AND related_to LIKE '%"replaces"%'`).Find(&replacing).Error
	return embraye.Counting(updates, replacing), wrap(err, "reading what is replaced")
}
