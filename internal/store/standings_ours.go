package store

import (
	"context"
	"slices"

	"embraye/internal/embraye"
)

// ours reads where scopes stand by our own word, the latest fact first.
func (t Standings) ours(ctx context.Context, f embraye.StandingFilter) ([]embraye.Standing, error) {
	f.Ours = true
	c := t.choose(f)
	all, err := list[embraye.Standing](ctx, t.table, byFact, f.Limit, c.String(), c.args...)
	return all, wrap(err, "reading where scopes stand")
}

// ScopeStates returns the constats that say where the scopes of a measure stand,
// the latest facts first, so many of each subject.
func (t Tables) ScopeStates(ctx context.Context, measure string, most int) ([]embraye.Update, error) {
	states, err := t.Standings.ours(ctx, embraye.StandingFilter{Measure: measure})
	if err != nil {
		return nil, err
	}
	seen, ids := map[embraye.Subject]int{}, []string{}
	for _, s := range states {
		if seen[s.Subject]++; seen[s.Subject] <= most {
			ids = append(ids, s.Constat)
		}
	}
	return t.byIDs(ctx, ids)
}

// How much of the history of scopes a timeline is drawn from: it shows a few,
// those that moved last, and its table less still.
const (
	timelineScopes = 12
	timelineVoices = 40 // of each
)

// history is what counts in the scopes of a measure that tell most: those of
// which it is known when something happened first, the latest fact first.
func (t Standings) history(ctx context.Context, states []embraye.Standing) ([]embraye.Voice, error) {
	if len(states) == 0 {
		return nil, nil
	}
	telling := slices.Clone(states)
	slices.SortStableFunc(telling, func(a, b embraye.Standing) int { return rank(a) - rank(b) })
	telling = telling[:min(len(telling), timelineScopes)]
	keys := make([][1]string, len(telling))
	for i, s := range telling {
		keys[i] = [1]string{s.ScopeKey}
	}
	var voices []embraye.Voice
	err := t.scan(ctx, &voices, "SELECT voices.* FROM "+t.records("wanted text")+` AS given JOIN voices ON voices.organisation = '' AND voices.measure = ?
		AND voices.scope_key = given.wanted AND voices.fact_day > 0 AND voices.fact_day >= coalesce((SELECT older.fact_day FROM voices AS older
			WHERE older.organisation = '' AND older.measure = ? AND older.scope_key = given.wanted ORDER BY older.fact_day DESC LIMIT 1 OFFSET ?), 0)`,
		asJSON(keys), telling[0].Measure, telling[0].Measure, timelineVoices)
	if err != nil {
		return nil, wrap(err, "reading the history of scopes")
	}
	said, err := t.replacements(ctx, "", voices)
	return embraye.Counting(voices, said), err
}

func rank(s embraye.Standing) int {
	if s.EffectiveDate == "" {
		return 1
	}
	return 0
}
