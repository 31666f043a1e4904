package embraye

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// States says where every scope of every measure stands: the constat with the
// latest date of the fact, then the one published last. It is the one place
// that decides this; counting are the constats that Counting left.
func States(counting []Update) []Update {
	latest := map[string]Update{}
	for _, u := range counting {
		scope := u.Measure + " " + u.ScopeKey
		if other, known := latest[scope]; !known || ByFact(u, other) < 0 {
			latest[scope] = u
		}
	}
	return slices.SortedFunc(maps.Values(latest), ByFact)
}

// ByFact puts the constat of the latest fact first. A month or a year counts by
// its last day; of one day, what was published last comes first, whose id is
// the greater. A fact without a date comes last.
func ByFact(a, b Update) int {
	dayA, _ := a.FactDate().LastDay()
	dayB, _ := b.FactDate().LastDay()
	return cmp.Or(dayB.Compare(dayA), cmp.Compare(b.ID, a.ID))
}

// Counting leaves out what is withdrawn and what another constat that stands
// replaces. The other may speak of another measure or place, so replacing are
// all constats that replace something. Of two that replace each other the one
// published last counts.
func Counting(updates, replacing []Update) []Update {
	type pair struct{ by, what string }
	said := map[pair]bool{}
	for _, u := range replacing {
		if u.Withdrawn() {
			continue
		}
		for _, what := range u.Replaces() {
			said[pair{u.ID, what}] = what != u.ID
		}
	}
	replaced := map[string]bool{}
	for p, other := range said {
		if other && !(said[pair{p.what, p.by}] && p.what > p.by) {
			replaced[p.what] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(updates), func(u Update) bool { return u.Withdrawn() || replaced[u.ID] })
}

// Replaces are the ids of the constats that this one says it replaces, by
// whatever address of theirs it names them: the Note, a face, a version.
func (c Content) Replaces() (ids []string) {
	for _, r := range c.RelatedTo {
		_, path, ok := strings.Cut(r.Href, "/constats/")
		if r.Rel != "replaces" || !ok {
			continue
		}
		id, _, _ := strings.Cut(path, "/")
		if end := strings.IndexAny(id, ".?#"); end >= 0 {
			id = id[:end]
		}
		if ValidID(id) {
			ids = append(ids, id)
		}
	}
	return ids
}
