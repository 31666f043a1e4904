package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"embraye/internal/embraye"
)

// spoken is a constat as far as standings go; one that does not stand any more
// says nothing.
type spoken struct {
	constat      string
	organisation embraye.IRI
	voices       []embraye.Voice
	replaces     []string
}

// spokenBy is what a constat of ours says.
func spokenBy(u *embraye.Update) spoken {
	s := spoken{constat: u.ID, voices: u.Voices()}
	if len(s.voices) > 0 {
		s.replaces = others(u.ID, u.Replaces())
	}
	return s
}

// spokenByPeer is what a peer's constat says.
func spokenByPeer(u *embraye.PeerUpdate) spoken {
	s := spoken{constat: string(u.URI), organisation: u.Organisation, voices: u.Voices()}
	if len(s.voices) > 0 {
		s.replaces = others(s.constat, u.Replaces())
	}
	return s
}

func others(own string, names []string) []string {
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == own })
}

// kept is what the tables hold of one constat.
type kept struct {
	voices   []embraye.Voice
	replaces []embraye.Replacement
}

// keep brings what constats say to what they say now, and the scopes that
// this touches: their own, those of before, and those of what they replace or
// did. It belongs into the transaction that writes the constats.
func (t Standings) keep(ctx context.Context, all ...spoken) error {
	before, err := t.kept(ctx, all)
	if err != nil {
		return err
	}
	return t.replace(ctx, before, all)
}

// keepFirst is keep for a constat that said nothing before.
func (t Standings) keepFirst(ctx context.Context, s spoken) error {
	return t.replace(ctx, map[string]*kept{s.constat: {}}, []spoken{s})
}

// replace is keep where it is known what the tables hold.
func (t Standings) replace(ctx context.Context, before map[string]*kept, all []spoken) error {
	changed, touched, err := t.changed(ctx, before, all)
	if err != nil || len(changed) == 0 {
		return err
	}
	names, voices, said := []string{}, []embraye.Voice{}, []embraye.Replacement{}
	for _, s := range changed {
		if old := before[s.constat]; len(old.voices)+len(old.replaces) > 0 {
			names = append(names, s.constat)
		}
		voices = append(voices, s.voices...)
		for _, what := range s.replaces {
			said = append(said, embraye.Replacement{Organisation: s.organisation, What: what, Constat: s.constat})
		}
	}
	if err := t.forget(ctx, names); err != nil {
		return err
	}
	if err := insertMany(ctx, t.table, voices); err != nil {
		return wrap(err, "keeping what constats say")
	}
	if err := insertMany(ctx, t.table, said); err != nil {
		return wrap(err, "keeping what constats replace")
	}
	return t.renew(ctx, touched)
}

// forget drops what constats said.
func (t Standings) forget(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	where, arg := t.among("constat", names)
	for _, name := range []string{"voices", "replacements"} {
		if err := t.later(ctx, "DELETE FROM "+name+" WHERE "+where, arg); err != nil {
			return wrap(err, "forgetting what constats said")
		}
	}
	return nil
}

// changed are the constats that say other than what is kept, and the scopes to
// decide about; the counts of organisations follow here.
func (t Standings) changed(ctx context.Context, before map[string]*kept, all []spoken) (changed []spoken, touched map[scope]bool, err error) {
	touched = map[scope]bool{}
	elsewhere := map[embraye.IRI][]string{}
	for _, s := range all {
		old := before[s.constat]
		if old.is(s) {
			continue
		}
		changed = append(changed, s)
		for _, v := range slices.Concat(old.voices, s.voices) {
			touched[scope{v.Measure, v.ScopeKey, v.Organisation}] = true
		}
		t.speak(old.voices, -1)
		t.speak(s.voices, 1)
		for _, r := range old.replaces {
			elsewhere[r.Organisation] = append(elsewhere[r.Organisation], r.What)
		}
		elsewhere[s.organisation] = append(elsewhere[s.organisation], s.replaces...)
	}
	for organisation, names := range elsewhere {
		if err := t.scopesOf(ctx, organisation, names, touched); err != nil {
			return nil, nil, err
		}
	}
	return changed, touched, nil
}

// kept reads what the tables hold of constats.
func (t Standings) kept(ctx context.Context, all []spoken) (map[string]*kept, error) {
	before, names := map[string]*kept{}, make([]string, len(all))
	for i, s := range all {
		before[s.constat], names[i] = &kept{}, s.constat
	}
	var (
		voices []embraye.Voice
		said   []embraye.Replacement
	)
	where, arg := t.among("constat", names)
	err := t.db.WithContext(ctx).Where(where, arg).Find(&voices).Error
	if err == nil {
		err = t.db.WithContext(ctx).Where(where, arg).Order("what").Find(&said).Error
	}
	for _, v := range voices {
		before[v.Constat].voices = append(before[v.Constat].voices, v)
	}
	for _, r := range said {
		before[r.Constat].replaces = append(before[r.Constat].replaces, r)
	}
	return before, wrap(err, "reading what constats said")
}

// is reports whether a constat says what is kept of it.
func (k *kept) is(s spoken) bool {
	byKey := func(a, b embraye.Voice) int { return cmp.Compare(a.ScopeKey, b.ScopeKey) }
	return slices.EqualFunc(slices.SortedFunc(slices.Values(k.voices), byKey), slices.SortedFunc(slices.Values(s.voices), byKey), embraye.Voice.Same) &&
		slices.EqualFunc(k.replaces, s.replaces, func(r embraye.Replacement, what string) bool {
			return r.What == what && r.Organisation == s.organisation
		})
}

// scopesOf adds the scopes of constats that an organisation names.
func (t Standings) scopesOf(ctx context.Context, organisation embraye.IRI, names []string, touched map[scope]bool) error {
	if len(names) == 0 {
		return nil
	}
	var voices []embraye.Voice
	where, arg := t.among("constat", names)
	err := t.db.WithContext(ctx).Select("measure", "scope_key", "organisation").
		Where("organisation = ? AND "+where, organisation, arg).Find(&voices).Error
	for _, v := range voices {
		touched[scope{v.Measure, v.ScopeKey, v.Organisation}] = true
	}
	return wrap(err, "reading the scopes of what is replaced")
}

// speaker is an organisation that speaks about a measure.
type speaker struct {
	organisation embraye.IRI
	measure      string
}

func (s speaker) compare(o speaker) int {
	return compareAll(string(s.organisation), string(o.organisation), s.measure, o.measure)
}

// speak counts a constat for its measure when all else in the transaction is done, as
// AddCounts does, in however many scopes it speaks.
func (t table) speak(voices []embraye.Voice, by int) {
	if len(voices) > 0 {
		t.tx.speakers[speaker{voices[0].Organisation, voices[0].Measure}] += by
	}
}

// countSpeakers moves how many constats of organisations stand.
func (t table) countSpeakers(ctx context.Context) error {
	for _, s := range slices.SortedFunc(maps.Keys(t.tx.speakers), speaker.compare) {
		if t.tx.speakers[s] == 0 {
			continue
		}
		err := t.later(ctx, `INSERT INTO speakers (organisation, measure, constats) VALUES (?, ?, ?)
			ON CONFLICT (organisation, measure) DO UPDATE SET constats = speakers.constats + excluded.constats`, s.organisation, s.measure, t.tx.speakers[s])
		if err != nil {
			return wrap(err, "counting the constats of %s", s.organisation)
		}
	}
	return nil
}

// gather decides anew about every scope that an organisation speaks of: whether
// its constats are shown has changed.
func (t Standings) gather(ctx context.Context, organisation embraye.IRI) error {
	var voices []embraye.Voice
	err := t.db.WithContext(ctx).Distinct("measure", "scope_key", "organisation").Where("organisation = ?", organisation).Find(&voices).Error
	if err != nil {
		return wrap(err, "reading what %s speaks of", organisation)
	}
	touched := map[scope]bool{}
	for _, v := range voices {
		touched[scope{v.Measure, v.ScopeKey, v.Organisation}] = true
	}
	return t.renew(ctx, touched)
}

// compareAll compares pairs, the first that differs deciding.
func compareAll(pairs ...string) int {
	for i := 0; i < len(pairs); i += 2 {
		if c := strings.Compare(pairs[i], pairs[i+1]); c != 0 {
			return c
		}
	}
	return 0
}
