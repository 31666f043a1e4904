package store

import (
	"context"
	"slices"

	"embraye/internal/embraye"
)

// Effects tells for every domain what a block of it would put aside. It is read at
// once for all of them, since lists have thousands.
type Effects struct {
	suspend, silence map[string]embraye.BlockEffects
}

// Of is what a block of a domain does now.
func (e *Effects) Of(domain string, severity embraye.Severity) embraye.BlockEffects {
	if severity == embraye.Silence {
		return e.silence[domain]
	}
	return e.suspend[domain]
}

// effect is what there is of one host, or of two that stand for one.
type effect struct {
	Host, Delivery string
	N              int
}

// Effects reads what blocks would do.
func (t Aside) Effects(ctx context.Context) (*Effects, error) {
	e := &Effects{map[string]embraye.BlockEffects{}, map[string]embraye.BlockEffects{}}
	for _, part := range []struct {
		query   string
		lesser  bool // by a silence too
		isActor bool
		add     func(*embraye.BlockEffects, int)
	}{
		{"SELECT host, delivery_host AS delivery, count(DISTINCT follower) AS n FROM followers GROUP BY host, delivery_host", false, false, func(e *embraye.BlockEffects, n int) { e.Followers += n }},
		{"SELECT host, count(*) AS n FROM follows GROUP BY host", false, false, func(e *embraye.BlockEffects, n int) { e.Follows += n }},
		{"SELECT host, count(*) AS n FROM peers GROUP BY host", true, false, func(e *embraye.BlockEffects, n int) { e.Peers += n }},
		{"SELECT actor AS host, count(*) AS n FROM replies WHERE state <> 'hidden' GROUP BY actor", true, true, func(e *embraye.BlockEffects, n int) { e.Replies += n }},
		{"SELECT actor AS host, count(*) AS n FROM peer_reviews WHERE state <> 'hidden' AND withdrawn_at IS NULL GROUP BY actor", true, true, func(e *embraye.BlockEffects, n int) { e.Replies += n }},
		{"SELECT actor AS host, count(*) AS n FROM interactions WHERE NOT aside GROUP BY actor", true, true, func(e *embraye.BlockEffects, n int) { e.Reactions += n }},
		{"SELECT host, count(*) AS n FROM deliveries WHERE state = 0 GROUP BY host", false, false, func(e *embraye.BlockEffects, n int) { e.Deliveries += n }},
		{"SELECT host, 1 AS n FROM hosts", true, false, func(e *embraye.BlockEffects, n int) { e.Hosts += n }},
	} {
		var rows []effect
		if err := t.scan(ctx, &rows, part.query); err != nil {
			return nil, wrap(err, "reading what blocks would do")
		}
		for _, r := range rows {
			if part.isActor {
				r.Host = embraye.IRI(r.Host).Host()
			}
			e.spread(r, part.lesser, part.add)
		}
	}
	return e, nil
}

// spread adds to every domain that the hosts are, or are below.
func (e *Effects) spread(r effect, lesser bool, add func(*embraye.BlockEffects, int)) {
	domains := domainsOf(r.Host)
	if r.Delivery != "" && r.Delivery != r.Host {
		for _, d := range domainsOf(r.Delivery) {
			if !slices.Contains(domains, d) {
				domains = append(domains, d)
			}
		}
	}
	for _, d := range domains {
		of := e.suspend[d]
		add(&of, r.N)
		e.suspend[d] = of
		if lesser {
			of := e.silence[d]
			add(&of, r.N)
			e.silence[d] = of
		}
	}
}
