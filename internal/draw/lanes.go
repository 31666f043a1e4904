package draw

import (
	"cmp"
	"slices"
	"time"

	"embraye/internal/embraye"
)

// Lane is one scope through time.
type Lane struct {
	Scope   embraye.Scope
	Key     string
	Changes []Change // oldest first, each to another stage than the one before
}

// Change is the moment when a scope came to a stage.
type Change struct {
	Scope embraye.Scope
	Date  embraye.Date // when it happened, else when it was seen
	Dated bool         // it is known when it happened
	Stage embraye.Stage

	voice embraye.Voice
	day   time.Time // the last day that Date can mean
}

// Lanes orders what an organisation says of one measure and counts
// (embraye.Counting) by scope and time, so that each lane ends where
// embraye.Stands says. What has no date is left out. Institutions come first;
// within a subject the lanes that tell of a change or of a dated fact, then
// those where somebody only looked, and the one that moved last first.
func Lanes(voices []embraye.Voice) []Lane {
	byScope := map[string][]Change{}
	for _, v := range voices {
		date := v.FactDate()
		if day, ok := date.LastDay(); ok {
			byScope[v.ScopeKey] = append(byScope[v.ScopeKey], Change{Scope: v.Scope(), Date: date, Dated: v.EffectiveDate != "", Stage: known(v.Stage), voice: v, day: day})
		}
	}
	lanes := make([]Lane, 0, len(byScope))
	for key, changes := range byScope {
		slices.SortFunc(changes, earlier)
		changes = slices.CompactFunc(changes, func(a, b Change) bool { return a.Stage == b.Stage })
		lanes = append(lanes, Lane{Scope: changes[len(changes)-1].Scope, Key: key, Changes: changes})
	}
	slices.SortFunc(lanes, func(a, b Lane) int {
		return cmp.Or(cmp.Compare(subjectRank(a), subjectRank(b)), telling(a, b))
	})
	return lanes
}

// Changes lists what the lanes show, newest first: the table that equals the
// picture. What has no date of its own, only one of when it was seen, comes after.
func Changes(lanes []Lane) []Change {
	var all []Change
	for _, lane := range lanes {
		all = append(all, lane.Changes...)
	}
	slices.SortFunc(all, func(a, b Change) int { return cmp.Or(datedFirst(a.Dated, b.Dated), earlier(b, a)) })
	return all
}

// latest keeps the lanes that tell most, in their order.
func latest(lanes []Lane, most int) []Lane {
	if len(lanes) <= most {
		return lanes
	}
	byMove := slices.Clone(lanes)
	slices.SortStableFunc(byMove, telling)
	kept := map[string]bool{}
	for _, lane := range byMove[:most] {
		kept[lane.Key] = true
	}
	return slices.DeleteFunc(slices.Clone(lanes), func(l Lane) bool { return !kept[l.Key] })
}

// earlier orders changes by day; on one day the constat published first comes
// first.
func earlier(a, b Change) int { return embraye.ByFact(b.voice, a.voice) }

// telling puts lanes of which it is known when something happened first, then the
// lane that moved last: a square of yesterday that says « nothing found » tells
// less than what changed three years ago.
func telling(a, b Lane) int {
	return cmp.Or(datedFirst(a.tells(), b.tells()), lastMoved(a, b))
}

// tells: it changed, or something in it has a date.
func (l Lane) tells() bool {
	return len(l.Changes) > 1 || slices.ContainsFunc(l.Changes, func(c Change) bool { return c.Dated })
}

func datedFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// lastMoved puts the lane with the newest change first.
func lastMoved(a, b Lane) int {
	return earlier(b.Changes[len(b.Changes)-1], a.Changes[len(a.Changes)-1])
}

func subjectRank(l Lane) int { return slices.Index(embraye.Subjects(), l.Scope.Subject) }
