package embraye

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Voice is a constat that stands, ours or a peer's, in one of the scopes that it
// speaks of: what decides where the scope stands, and what lists of scopes show.
type Voice struct {
	Constat         string // ULID of ours, URI of a peer's
	Organisation    IRI    // its account; empty: ours
	Measure         string // id in our reference text; of another text its IRI
	ScopeKey        string // Scope.Key()
	Subject         Subject
	Territory       string
	TerritoryName   string
	InstitutionName string
	Stage           Stage
	Answer          Answer
	EffectiveDate   Date
	ObservedDate    Date
	FactDay         int // Date.Day of FactDate
	PublishedAt     time.Time
	MovedAt         time.Time // published, or corrected in substance
}

// Standing is the voice by which an organisation says where a scope stands: of
// those that count the first by ByFact.
type Standing struct {
	Voice
}

// FactDate is when it happened, else when it was seen.
func (v *Voice) FactDate() Date { return factDate(v.EffectiveDate, v.ObservedDate) }

// Ours reports whether we said it.
func (v *Voice) Ours() bool { return v.Organisation == "" }

// Scope is what it speaks of, as far as pages name it.
func (v *Voice) Scope() Scope {
	return Scope{Measure: v.Measure, Subject: v.Subject, Territory: v.Territory, TerritoryName: v.TerritoryName,
		Institution: Institution{Name: v.InstitutionName}}
}

// Same reports whether two voices say the same.
func (v Voice) Same(w Voice) bool {
	same := v.PublishedAt.Equal(w.PublishedAt) && v.MovedAt.Equal(w.MovedAt)
	v.PublishedAt, v.MovedAt = w.PublishedAt, w.MovedAt
	return same && v == w
}

// What is longer than this fits no index of the database: a constat of such
// addresses is kept, and stands nowhere.
const (
	maxVoiceAddress = 512
	maxVoiceScope   = 1024
)

func newVoice(s Scope, c Content, published time.Time, updated *time.Time) Voice {
	moved := published
	if updated != nil {
		moved = *updated
	}
	return Voice{Measure: s.Measure, ScopeKey: s.Key(), Subject: s.Subject, Territory: s.Territory, TerritoryName: s.TerritoryName,
		InstitutionName: s.Institution.Name, Stage: c.Stage, Answer: c.Stage.Answer(), EffectiveDate: c.EffectiveDate, ObservedDate: c.ObservedDate,
		FactDay: c.FactDate().Day(), PublishedAt: published.UTC().Truncate(time.Microsecond), MovedAt: moved.UTC().Truncate(time.Microsecond)}
}

// Voices is what a constat of ours says, if it stands.
func (u *Update) Voices() []Voice {
	if u.Withdrawn() {
		return nil
	}
	v := newVoice(u.Scope, u.Content, u.PublishedAt, u.UpdatedAt)
	v.Constat, v.ScopeKey = u.ID, u.ScopeKey
	return []Voice{v}
}

// Voices is what a peer's constat says, if it stands: once for each territory.
func (u *PeerUpdate) Voices() []Voice {
	measure := cmp.Or(u.Measure, u.MeasureIRI)
	if u.WithdrawnAt != nil || measure == "" || max(len(measure), len(u.URI), len(u.Organisation)) > maxVoiceAddress {
		return nil
	}
	territories := u.Territories
	if len(territories) == 0 {
		territories = []string{u.Territory}
	}
	var voices []Voice
	for _, territory := range territories {
		scope := u.Scope
		scope.Measure, scope.Territory = measure, territory
		v := newVoice(scope, u.Content, u.PublishedAt, u.UpdatedAt)
		v.Constat, v.Organisation = string(u.URI), u.Organisation
		twice := slices.ContainsFunc(voices, func(other Voice) bool { return other.ScopeKey == v.ScopeKey })
		if !twice && len(v.ScopeKey) <= maxVoiceScope {
			voices = append(voices, v)
		}
	}
	return voices
}

// Replacement is a constat's word that it takes the place of another of its
// organisation, whatever that one speaks of.
type Replacement struct {
	Organisation IRI
	What         string // the other, named as Voice.Constat does
	Constat      string // which says so, and stands
}

// Stands is the voice by which an organisation says where a scope stands. It is
// the one place that decides this: of the scope's voices that count, the one of
// the latest fact.
func Stands(voices []Voice, said []Replacement) (v Voice, ok bool) {
	counting := Counting(voices, said)
	if len(counting) == 0 {
		return v, false
	}
	return slices.MinFunc(counting, ByFact), true
}

// ByFact puts the constat of the latest fact first. A month or a year counts by
// its last day; of one day, what was published last comes first. A fact without
// a date comes last.
func ByFact(a, b Voice) int {
	return cmp.Or(cmp.Compare(b.FactDay, a.FactDay), b.PublishedAt.Compare(a.PublishedAt), cmp.Compare(b.Constat, a.Constat))
}

// Counting leaves out what another constat that stands replaces. The other may
// speak of another measure or place. Of two that replace each other the one
// published last counts, whose name is the greater.
func Counting(voices []Voice, said []Replacement) []Voice {
	type pair struct{ by, what string }
	pairs := map[pair]bool{}
	for _, r := range said {
		pairs[pair{r.Constat, r.What}] = r.Constat != r.What
	}
	replaced := map[string]bool{}
	for p, other := range pairs {
		if other && !(pairs[pair{p.what, p.by}] && p.what > p.by) {
			replaced[p.what] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(voices), func(v Voice) bool { return replaced[v.Constat] })
}

// Replaces are the ids of the constats that this one says it replaces, by
// whatever address of theirs it names them: the Note, a face, a version.
func (c Content) Replaces() (ids []string) {
	for _, r := range c.RelatedTo {
		if _, id, ok := constatOf(r.Href); ok && r.Rel == "replaces" {
			ids = append(ids, id)
		}
	}
	return ids
}

// Replaces are the addresses of the constats that a peer's says it replaces.
func (u *PeerUpdate) Replaces() (uris []string) {
	for _, r := range u.RelatedTo {
		uri, _, ok := constatOf(r.Href)
		if !ok {
			uri, _, _ = strings.Cut(r.Href, "#")
		}
		if r.Rel == "replaces" && len(uri) <= maxVoiceAddress {
			uris = append(uris, uri)
		}
	}
	return uris
}

// constatOf finds in any address of an Embraye constat its own, and its ULID.
func constatOf(href string) (uri, id string, ok bool) {
	const path = "/constats/"
	base, rest, ok := strings.Cut(href, path)
	if !ok {
		return "", "", false
	}
	id, _, _ = strings.Cut(rest, "/")
	if end := strings.IndexAny(id, ".?#"); end >= 0 {
		id = id[:end]
	}
	return base + path + id, id, ValidID(id)
}

// Divergence is a scope where the answers of organisations differ. Stages that come
// to one answer make none.
type Divergence struct {
	Measure       string
	ScopeKey      string
	Organisations int       // how many speak there
	Answers       int       // how many different ones they give
	MovedAt       time.Time // the newest move of any of them
}

// Speaker is an organisation that speaks of a measure.
type Speaker struct {
	Organisation IRI // empty: ours
	Measure      string
	Constats     int // that stand
}
