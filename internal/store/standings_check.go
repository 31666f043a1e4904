package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"

	"embraye/internal/embraye"
)

// CheckStandings compares all that is kept about standings with what comes of
// the constats, and mends what differs if it may: in pieces, so that nobody
// waits for the whole. It tells of each difference.
func (s *Store) CheckStandings(ctx context.Context, mend bool, tell func(what string)) error {
	c := &check{s: s, mend: mend, tell: tell}
	for _, step := range []func(context.Context) error{c.ours, c.peers, c.orphans, c.scopes, c.divergences, c.speakers} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// fillStandings keeps the constats of which nothing is kept yet: those of
// before there were standings, and those whose scopes were joined. Twice does
// nothing.
func (s *Store) fillStandings(ctx context.Context) error {
	c := &check{s: s, mend: true, missing: true, tell: func(string) {}}
	for _, step := range []func(context.Context) error{c.ours, c.peers, c.orphans} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// check is one comparison on its way.
type check struct {
	s       *Store
	mend    bool
	missing bool // look at what is missing alone
	tell    func(what string)
}

// in runs f in a transaction, if something is to be mended.
func (c *check) in(ctx context.Context, f func(t Standings) error) error {
	if !c.mend {
		return f(c.s.Tables().Standings)
	}
	return c.s.InTx(ctx, func(t Tables) error {
		t.Changed()
		return f(t.Standings)
	})
}

// constats compares the voices of constats, and keeps those that differ.
func (c *check) constats(ctx context.Context, all []spoken) error {
	before, err := c.s.Tables().Standings.kept(ctx, all)
	if err != nil {
		return err
	}
	var differ []spoken
	for _, s := range all {
		if !before[s.constat].is(s) {
			c.tell("voices of " + s.constat)
			differ = append(differ, s)
		}
	}
	if !c.mend || len(differ) == 0 {
		return nil
	}
	return c.in(ctx, func(t Standings) error { return t.keep(ctx, differ...) })
}

// The narrow columns that say what constats say.
const spokenColumns = `measure, subject, territory, territory_name, institution_name, institution_kind, institution_siren, institution_wikidata,
	stage, effective_date, observed_date, related_to, published_at, updated_at`

func (c *check) ours(ctx context.Context) error {
	where := "id > ? AND withdrawn_at IS NULL"
	if c.missing {
		where += " AND NOT EXISTS (SELECT 1 FROM voices WHERE constat = updates.id AND voices.scope_key = updates.scope_key)"
	}
	for after := ""; ; {
		var some []embraye.Update
		err := c.s.read.WithContext(ctx).Select("id, scope_key, "+spokenColumns).Where(where, after).Order("id").Limit(scopeBatch).Find(&some).Error
		if err != nil || len(some) == 0 {
			return wrap(err, "reading constats")
		}
		all := make([]spoken, len(some))
		for i := range some {
			all[i] = spokenBy(&some[i])
		}
		if err := c.constats(ctx, all); err != nil {
			return err
		}
		after = some[len(some)-1].ID
	}
}

func (c *check) peers(ctx context.Context) error {
	where := "id > ? AND withdrawn_at IS NULL"
	if c.missing {
		where += " AND NOT EXISTS (SELECT 1 FROM voices WHERE constat = peer_updates.uri)"
	}
	for after := int64(0); ; {
		var some []embraye.PeerUpdate
		err := c.s.read.WithContext(ctx).Select("id, uri, organisation, measure_iri, territories, "+spokenColumns).
			Where(where, after).Order("id").Limit(scopeBatch).Find(&some).Error
		if err != nil || len(some) == 0 {
			return wrap(err, "reading constats of peers")
		}
		all := make([]spoken, len(some))
		for i := range some {
			all[i] = spokenByPeer(&some[i])
		}
		if err := c.constats(ctx, all); err != nil {
			return err
		}
		after = some[len(some)-1].ID
	}
}

// orphans are voices of constats that do not stand.
func (c *check) orphans(ctx context.Context) error {
	var gone []spoken
	for _, table := range []string{"voices", "replacements"} {
		err := c.s.Tables().table.query(ctx, func(rows *sql.Rows) error {
			var s spoken
			err := rows.Scan(&s.constat, &s.organisation)
			gone = append(gone, s)
			return err
		}, strings.ReplaceAll(`SELECT DISTINCT constat, organisation FROM voices WHERE organisation = '' AND NOT EXISTS
				(SELECT 1 FROM updates WHERE id = voices.constat AND withdrawn_at IS NULL)
			UNION SELECT DISTINCT constat, organisation FROM voices WHERE organisation <> '' AND NOT EXISTS
				(SELECT 1 FROM peer_updates WHERE uri = voices.constat AND withdrawn_at IS NULL)`, "voices", table))
		if err != nil {
			return wrap(err, "looking for constats that are gone")
		}
	}
	for len(gone) > 0 {
		n := min(len(gone), scopeBatch)
		if err := c.constats(ctx, gone[:n]); err != nil {
			return err
		}
		gone = gone[n:]
	}
	return nil
}

// scopes compares where every scope stands with its history.
func (c *check) scopes(ctx context.Context) error {
	var last scope
	for {
		var some []scope
		err := c.s.Tables().table.query(ctx, func(rows *sql.Rows) error {
			var s scope
			err := rows.Scan(&s.measure, &s.key, &s.organisation)
			some = append(some, s)
			return err
		}, `SELECT measure, scope_key, organisation FROM (SELECT measure, scope_key, organisation FROM voices UNION SELECT measure, scope_key, organisation FROM standings) AS known
			WHERE (measure, scope_key, organisation) > (?, ?, ?) ORDER BY measure, scope_key, organisation LIMIT ?`, last.measure, last.key, last.organisation, scopeBatch)
		if err != nil || len(some) == 0 {
			return wrap(err, "reading scopes")
		}
		last = some[len(some)-1]
		differ := map[scope]bool{}
		for _, s := range some {
			same, err := c.s.Tables().Standings.stands(ctx, s)
			if err != nil {
				return err
			}
			if !same {
				c.tell(fmt.Sprintf("where %s %s stands %s", s.measure, s.key, s.organisation))
				differ[s] = true
			}
		}
		if c.mend && len(differ) > 0 {
			if err := c.in(ctx, func(t Standings) error { return t.renew(ctx, differ) }); err != nil {
				return err
			}
		}
	}
}

// stands reports whether what is kept of a scope is what its history says.
func (t Standings) stands(ctx context.Context, s scope) (bool, error) {
	v, found, err := t.first(ctx, s)
	if err == nil && found && s.organisation != "" {
		n := 0
		err = t.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&n) }, "SELECT count(*) FROM peers WHERE gather AND organisation = ?", s.organisation)
		found = n > 0
	}
	var kept []embraye.Standing
	if err == nil {
		err = t.db.WithContext(ctx).Where("measure = ? AND scope_key = ? AND organisation = ?", s.measure, s.key, s.organisation).Find(&kept).Error
	}
	if !found {
		return len(kept) == 0, wrap(err, "comparing a scope")
	}
	return len(kept) == 1 && kept[0].Same(v), wrap(err, "comparing a scope")
}

// divergences compares them with the standings that they are made of.
func (c *check) divergences(ctx context.Context) error {
	var differ []scope
	err := c.s.Tables().table.query(ctx, func(rows *sql.Rows) error {
		var s scope
		err := rows.Scan(&s.measure, &s.key)
		differ = append(differ, s)
		return err
	}, "SELECT measure, scope_key FROM ("+answersBy("true")+`
			UNION ALL SELECT measure, scope_key, organisations, answers, moved_at FROM divergences) AS both_sides
		GROUP BY measure, scope_key, organisations, answers, moved_at HAVING count(*) <> 2`)
	if err != nil {
		return wrap(err, "comparing divergences")
	}
	for _, s := range differ {
		c.tell(fmt.Sprintf("whether organisations differ on %s %s", s.measure, s.key))
		if !c.mend {
			continue
		}
		err := c.in(ctx, func(t Standings) error {
			if err := t.lock(ctx, []scope{s}); err != nil {
				return err
			}
			return t.compareAnswers(ctx, s.measure, s.key)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// speakers compares how many constats of organisations stand.
func (c *check) speakers(ctx context.Context) error {
	missing := map[speaker]int{}
	err := c.s.Tables().table.query(ctx, func(rows *sql.Rows) error {
		var (
			s speaker
			n int
		)
		err := rows.Scan(&s.organisation, &s.measure, &n)
		missing[s] = n
		return err
	}, `SELECT organisation, measure, sum(n) FROM (
			SELECT organisation, measure, count(DISTINCT constat) AS n FROM voices GROUP BY organisation, measure
			UNION ALL SELECT organisation, measure, -constats FROM speakers) AS both_sides
		GROUP BY organisation, measure HAVING sum(n) <> 0`)
	if err != nil {
		return wrap(err, "comparing counts")
	}
	for s := range missing {
		c.tell(fmt.Sprintf("how many constats about %s stand %s", s.measure, s.organisation))
	}
	if !c.mend || len(missing) == 0 {
		return nil
	}
	return c.in(ctx, func(t Standings) error {
		maps.Copy(t.tx.speakers, missing)
		return nil
	})
}
