package store

import (
	"context"
	"database/sql"
	"hash/fnv"
	"maps"
	"slices"

	"embraye/internal/embraye"
)

// Standings are where scopes stand by the word of each organisation whose
// constats are shown: ours, and the peers that we gather. Every write of a
// constat keeps them (standings_keep.go); embraye.Stands decides.
type Standings struct{ table }

// gathered are the organisations whose constats are shown beside ours.
const gathered = "SELECT organisation FROM peers WHERE gather"

// voiceColumns are those of voices and of standings.
const voiceColumns = `constat, organisation, measure, scope_key, subject, territory, territory_name, institution_name, stage, answer,
	effective_date, observed_date, fact_day, published_at, moved_at`

// byFact is the order of embraye.ByFact.
const byFact = "fact_day DESC, published_at DESC, constat DESC"

// scope is one scope by the word of one organisation.
type scope struct {
	measure, key string
	organisation embraye.IRI
}

func (a scope) compare(b scope) int {
	return compareAll(a.measure, b.measure, a.key, b.key, string(a.organisation), string(b.organisation))
}

// renew decides anew where scopes stand, each from its own history.
func (t Standings) renew(ctx context.Context, touched map[scope]bool) error {
	scopes := slices.SortedFunc(maps.Keys(touched), scope.compare)
	if err := t.lock(ctx, scopes); err != nil {
		return err
	}
	for i, s := range scopes {
		if err := t.stand(ctx, s); err != nil {
			return err
		}
		if last := i+1 == len(scopes); last || scopes[i+1].measure != s.measure || scopes[i+1].key != s.key {
			if err := t.compareAnswers(ctx, s.measure, s.key); err != nil {
				return err
			}
		}
	}
	return nil
}

// The names of the locks of scopes on PostgreSQL, and how many there are: two
// transactions that speak of one scope would not see each other's constat, and
// what stands would be what the slower one saw. SQLite has one writer.
const (
	scopeLocks    = 0x7374616e
	scopeLockSets = 256
)

func (t Standings) lock(ctx context.Context, scopes []scope) error {
	if !t.s.postgres {
		return nil
	}
	sets := map[int]bool{}
	for _, s := range scopes {
		h := fnv.New32a()
		h.Write([]byte(s.measure + " " + s.key))
		sets[int(h.Sum32()%scopeLockSets)] = true
	}
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		if err := t.later(ctx, "SELECT pg_advisory_xact_lock(CAST(? AS int), CAST(? AS int))", scopeLocks, set); err != nil {
			return wrap(err, "waiting for a scope")
		}
	}
	return nil
}

// stand writes which voice says where one scope stands.
func (t Standings) stand(ctx context.Context, s scope) error {
	v, found, err := t.first(ctx, s)
	if err == nil {
		err = t.later(ctx, "DELETE FROM standings WHERE measure = ? AND scope_key = ? AND organisation = ?", s.measure, s.key, s.organisation)
	}
	if err == nil && found {
		err = t.later(ctx, "INSERT INTO standings ("+voiceColumns+") SELECT "+voiceColumns+` FROM voices
			WHERE constat = ? AND scope_key = ? AND (organisation = '' OR organisation IN (`+gathered+"))", v.Constat, s.key)
	}
	return wrap(err, "writing where %s %s stands", s.measure, s.key)
}

// window is how much of a scope's history is read at once; the first that
// nothing replaces is mostly among the first.
const window = 20

// first is the voice by which an organisation says where a scope stands.
func (t Standings) first(ctx context.Context, s scope) (v embraye.Voice, found bool, err error) {
	for offset := 0; ; offset += window {
		voices, replacing, err := t.spokenOf(ctx, s, offset)
		var said []embraye.Replacement
		if err == nil && replacing {
			said, err = t.replacements(ctx, s.organisation, voices)
		}
		if err != nil {
			return v, false, wrap(err, "reading the voices of %s %s", s.measure, s.key)
		}
		if v, found = embraye.Stands(voices, said); found || len(voices) < window {
			return v, found, nil
		}
	}
}

// spokenOf reads a window of what an organisation said of a scope, the latest fact
// first, and whether something there replaces or is replaced. By hand: it is read for
// every constat that comes.
func (t Standings) spokenOf(ctx context.Context, s scope, offset int) (voices []embraye.Voice, replacing bool, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var v embraye.Voice
		var named bool
		err := rows.Scan(&v.Constat, &v.Organisation, &v.Measure, &v.ScopeKey, &v.Subject, &v.Territory, &v.TerritoryName, &v.InstitutionName,
			&v.Stage, &v.Answer, &v.EffectiveDate, &v.ObservedDate, &v.FactDay, &v.PublishedAt, &v.MovedAt, &named)
		voices, replacing = append(voices, v), replacing || named
		return err
	}, "SELECT "+voiceColumns+`, EXISTS (SELECT 1 FROM replacements AS r
			WHERE r.organisation = voices.organisation AND (r.what = voices.constat OR r.constat = voices.constat))
		FROM voices WHERE organisation = ? AND measure = ? AND scope_key = ? ORDER BY `+byFact+" LIMIT ? OFFSET ?", s.organisation, s.measure, s.key, window, offset)
	return voices, replacing, err
}

// replacements are those that decide whether an organisation's voices count.
func (t Standings) replacements(ctx context.Context, organisation embraye.IRI, voices []embraye.Voice) (said []embraye.Replacement, err error) {
	if len(voices) == 0 {
		return nil, nil
	}
	names := constatsOf(voices)
	what, arg := t.among("what", names)
	constat, _ := t.among("constat", names)
	err = t.db.WithContext(ctx).Where("organisation = ? AND ("+what+" OR "+constat+")", organisation, arg, arg).Find(&said).Error
	return said, wrap(err, "reading what replaces constats")
}

func constatsOf(voices []embraye.Voice) []string {
	names := make([]string, len(voices))
	for i, v := range voices {
		names[i] = v.Constat
	}
	return names
}

// answersBy are the divergences among some standings: where organisations that
// speak of a scope give different answers.
func answersBy(where string) string {
	return `SELECT measure, scope_key, count(*) AS organisations, count(DISTINCT answer) AS answers, max(moved_at) AS moved_at
		FROM standings WHERE ` + where + " GROUP BY measure, scope_key HAVING count(DISTINCT answer) > 1"
}

// compareAnswers writes whether the organisations that speak of a scope differ.
func (t Standings) compareAnswers(ctx context.Context, measure, key string) error {
	const here = "measure = ? AND scope_key = ?"
	err := t.later(ctx, "DELETE FROM divergences WHERE "+here, measure, key)
	if err == nil {
		err = t.later(ctx, "INSERT INTO divergences (measure, scope_key, organisations, answers, moved_at) "+answersBy(here), measure, key)
	}
	return wrap(err, "comparing the answers for %s %s", measure, key)
}

// List reads where scopes stand, the latest fact first.
func (t Standings) List(ctx context.Context, f embraye.StandingFilter) ([]embraye.NamedStanding, error) {
	c := t.choose(f)
	db := t.db.WithContext(ctx).Table("standings").Select("standings.*, coalesce(peers.name, '') AS name, coalesce(peers.handle, '') AS handle").
		Joins("LEFT JOIN peers ON peers.organisation = standings.organisation").Order(byFact)
	if len(c.where) > 0 {
		db = db.Where(c.String(), c.args...)
	}
	if f.Limit > 0 {
		db = db.Limit(f.Limit)
	}
	var all []embraye.NamedStanding
	err := db.Find(&all).Error
	return all, wrap(err, "reading where scopes stand")
}

// firstOthers reads where peers say that things stand in a place: of each measure
// so many, the latest facts first.
func (t Standings) firstOthers(ctx context.Context, codes, prefixes []string, each int) (all []embraye.NamedStanding, err error) {
	in, places := t.inPlace(codes, prefixes)
	err = t.scan(ctx, &all, `SELECT ranked.*, coalesce(peers.name, '') AS name, coalesce(peers.handle, '') AS handle FROM
		(SELECT standings.*, row_number() OVER (PARTITION BY measure ORDER BY `+byFact+`) AS place FROM standings WHERE organisation <> '' AND `+in+`) AS ranked
		LEFT JOIN peers ON peers.organisation = ranked.organisation WHERE place <= ? ORDER BY measure, place`, append(places, each)...)
	return all, wrap(err, "reading what peers say of a place")
}

// choose makes the conditions of a filter.
func (t Standings) choose(f embraye.StandingFilter) (c choice) {
	if f.Ours {
		c.and("standings.organisation = ''")
	}
	if f.Others {
		c.and("standings.organisation <> ''")
	}
	if f.Organisation != "" {
		c.and("standings.organisation = ?", f.Organisation)
	}
	switch {
	case f.Measure == "":
	case len(f.Codes) > 0 && !f.Ours:
		c.and(t.measureThere(), f.Measure)
	default:
		c.and("measure = ?", f.Measure)
	}
	if f.ScopeKey != "" {
		c.and("scope_key = ?", f.ScopeKey)
	}
	if len(f.Codes) > 0 {
		where, args := t.inPlace(f.Codes, f.Prefixes)
		c.and(where, args...)
	}
	return c
}

// measureThere is the condition that a row of a place is about a measure. The
// places are what an index finds: all that everybody says of a measure is far
// more than what they say of one place, which SQLite does not know.
func (t table) measureThere() string {
	if t.s.postgres {
		return "measure = ?"
	}
	return "measure || '' = ?"
}

// inPlace is the condition that a row speaks of a place or one below it.
func (t table) inPlace(codes, prefixes []string) (where string, args []any) {
	where, args = t.amongFew("territory"), []any{asJSON(codes)}
	for _, prefix := range prefixes { // what begins so, as an index finds it
		where += " OR territory >= ? AND territory < ?"
		args = append(args, prefix, prefix+"\u007f")
	}
	return "(" + where + ")", args
}

// Divergences are the scopes where the answers of organisations differ.
type Divergences struct{ table }

// Page lists them with what each organisation says, the newest move first;
// before is the last of the page before, nil for the first.
func (t Divergences) Page(ctx context.Context, measure string, before *embraye.Divergence, limit int) ([]embraye.DivergentScope, error) {
	var c choice
	if measure != "" {
		c.and("measure = ?", measure)
	}
	if before != nil {
		at := before.MovedAt.UTC()
		c.and("(moved_at < ? OR moved_at = ? AND (measure > ? OR measure = ? AND scope_key > ?))", at, at, before.Measure, before.Measure, before.ScopeKey)
	}
	found, err := list[embraye.Divergence](ctx, t.table, newestMove, limit, c.String(), c.args...)
	if err != nil {
		return nil, wrap(err, "listing divergences")
	}
	return t.said(ctx, found)
}

// newestMove is the order of divergences.
const newestMove = "moved_at DESC, measure, scope_key"

// inPlaceOf lists those of a measure in a place and below it, and counts them all.
func (t Divergences) inPlaceOf(ctx context.Context, measure string, codes, prefixes []string, limit int) (some []embraye.DivergentScope, all int, err error) {
	in, places := t.inPlace(codes, prefixes)
	where := "measure = ? AND scope_key IN (SELECT scope_key FROM standings WHERE " + t.measureThere() + " AND " + in + ")"
	args := append([]any{measure, measure}, places...)
	if all, err = count[embraye.Divergence](ctx, t.table, where, args...); err != nil || all == 0 {
		return nil, all, wrap(err, "counting the divergences of a place")
	}
	found, err := list[embraye.Divergence](ctx, t.table, newestMove, limit, where, args...)
	if err != nil {
		return nil, 0, wrap(err, "listing the divergences of a place")
	}
	some, err = t.said(ctx, found)
	return some, all, err
}

// voicesOfScope is how many organisations a divergence names.
const voicesOfScope = 4

// said adds to divergences what organisations say: of each answer whose fact is
// the latest first, so that those that are named do differ.
func (t Divergences) said(ctx context.Context, found []embraye.Divergence) ([]embraye.DivergentScope, error) {
	all := make([]embraye.DivergentScope, len(found))
	scopes := make([][2]string, len(found))
	for i, d := range found {
		all[i].Divergence, scopes[i] = d, [2]string{d.Measure, d.ScopeKey}
	}
	var said []embraye.NamedStanding
	err := t.scan(ctx, &said, `SELECT named.*, coalesce(peers.name, '') AS name, coalesce(peers.handle, '') AS handle FROM
		(SELECT ranked.*, row_number() OVER (PARTITION BY measure, scope_key ORDER BY turn, `+byFact+`) AS place FROM
			(SELECT standings.*, row_number() OVER (PARTITION BY measure, scope_key, answer ORDER BY `+byFact+`) AS turn
				FROM `+t.records("wanted_measure text, wanted_key text")+` AS wanted
				JOIN standings ON standings.measure = wanted_measure AND standings.scope_key = wanted_key) AS ranked) AS named
		LEFT JOIN peers ON peers.organisation = named.organisation WHERE place <= ? ORDER BY place`, asJSON(scopes), voicesOfScope)
	for _, s := range said {
		i := slices.IndexFunc(found, func(d embraye.Divergence) bool { return d.Measure == s.Measure && d.ScopeKey == s.ScopeKey })
		all[i].Said = append(all[i].Said, s)
	}
	return all, wrap(err, "reading what organisations say")
}

// Speakers count the constats of organisations.
type Speakers struct{ table }

// Census tells of every measure that somebody speaks of how many do, and in how
// many scopes their answers differ.
func (t Speakers) Census(ctx context.Context) (map[string]embraye.MeasureCensus, error) {
	all := map[string]embraye.MeasureCensus{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var (
			measure string
			c       embraye.MeasureCensus
		)
		err := rows.Scan(&measure, &c.Organisations, &c.Constats, &c.Divergences)
		all[measure] = c
		return err
	}, `SELECT measure, count(*), sum(constats), (SELECT count(*) FROM divergences WHERE divergences.measure = speakers.measure) FROM speakers
		WHERE constats > 0 AND (organisation = '' OR organisation IN (`+gathered+`)) GROUP BY measure`)
	return all, wrap(err, "counting who speaks of measures")
}

// Constats counts what stands by organisation; ours is the empty one.
func (t Speakers) Constats(ctx context.Context) (map[embraye.IRI]int, error) {
	all := map[embraye.IRI]int{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var (
			organisation embraye.IRI
			n            int
		)
		err := rows.Scan(&organisation, &n)
		all[organisation] = n
		return err
	}, "SELECT organisation, sum(constats) FROM speakers GROUP BY organisation")
	return all, wrap(err, "counting the constats of organisations")
}

// ours counts our constats that stand, of one measure or of all.
func (t Speakers) ours(ctx context.Context, measure string) (n int, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&n) },
		"SELECT coalesce(sum(constats), 0) FROM speakers WHERE organisation = '' AND (measure = ? OR ? = '')", measure, measure)
	return n, wrap(err, "counting our constats")
}
