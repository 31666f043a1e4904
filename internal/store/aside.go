package store

import (
	"context"

	"embraye/internal/embraye"
)

// Aside is what blocks of domains put aside: replies and reviews are hidden and
// remember the state that they had, reactions are not counted, followers wait in a
// table of their own. Nothing of it is forgotten, so that it can come back.
type Aside struct{ table }

// Put hides what was said from a domain and below it, and stops counting its
// reactions. Both are single statements: nobody shows a reply meanwhile.
func (t Aside) Put(ctx context.Context, domain, reason string) error {
	under := func(host string) bool { return underDomain(host, domain) }
	err := t.hide(ctx, under, reason)
	if err == nil {
		err = t.uncount(ctx, under)
	}
	return wrap(err, "putting aside what came from %s", domain)
}

func (t Aside) hide(ctx context.Context, which func(host string) bool, reason string) error {
	authors, err := t.actors(ctx, "SELECT DISTINCT actor FROM replies WHERE state <> 'hidden'", which)
	if err != nil {
		return err
	}
	var hidden []tally
	err = t.scan(ctx, &hidden, "UPDATE replies SET aside = state, state = 'hidden', reason = ? WHERE state <> 'hidden' AND "+t.inJSON("actor")+
		" RETURNING object, CASE WHEN aside = 'shown' THEN -1 ELSE 0 END AS n", reason, asJSON(authors))
	if err != nil {
		return err
	}
	t.recount(hidden)
	if authors, err = t.actors(ctx, "SELECT DISTINCT actor FROM peer_reviews WHERE state <> 'hidden'", which); err != nil {
		return err
	}
	_, err = t.exec(ctx, "UPDATE peer_reviews SET aside = state, state = 'hidden', hidden_reason = ? WHERE state <> 'hidden' AND "+t.inJSON("actor"), reason, asJSON(authors))
	return err
}

func (t Aside) uncount(ctx context.Context, which func(host string) bool) error {
	actors, err := t.actors(ctx, "SELECT DISTINCT actor FROM interactions WHERE NOT aside", which)
	if err != nil {
		return err
	}
	var gone []tally
	err = t.scan(ctx, &gone, "UPDATE interactions SET aside = true WHERE NOT aside AND "+t.inJSON("actor")+" RETURNING object, kind, -1 AS n", asJSON(actors))
	t.recount(gone)
	return err
}

// Return gives back whatever no block holds aside any more.
func (t Aside) Return(ctx context.Context) error {
	blocks, err := DomainBlocks(t).List(ctx)
	for _, step := range []func(context.Context, func(host string) embraye.Refusal) error{t.returnFollowers, t.returnSaid, t.returnReactions} {
		if err == nil {
			err = step(ctx, func(host string) embraye.Refusal { return refusalOf(blocks, host) })
		}
	}
	return wrap(err, "giving back what was put aside")
}

// refusalOf is what blocks mean for a host.
func refusalOf(blocks []embraye.DomainBlock, host string) (r embraye.Refusal) {
	for _, b := range blocks {
		if underDomain(host, b.Domain) {
			r.Add(b)
		}
	}
	return r
}

func (t Aside) returnSaid(ctx context.Context, refusal func(host string) embraye.Refusal) error {
	free := func(host string) bool { return refusal(host) == embraye.Refusal{} }
	authors, err := t.actors(ctx, "SELECT DISTINCT actor FROM replies WHERE aside <> ''", free)
	if err != nil {
		return err
	}
	var back []tally
	err = t.scan(ctx, &back, "UPDATE replies SET state = aside, reason = '', aside = '' WHERE aside <> '' AND "+t.inJSON("actor")+
		" RETURNING object, CASE WHEN state = 'shown' THEN 1 ELSE 0 END AS n", asJSON(authors))
	if err != nil {
		return err
	}
	t.recount(back)
	if authors, err = t.actors(ctx, "SELECT DISTINCT actor FROM peer_reviews WHERE aside <> ''", free); err != nil {
		return err
	}
	_, err = t.exec(ctx, "UPDATE peer_reviews SET state = aside, hidden_reason = '', aside = '' WHERE aside <> '' AND "+t.inJSON("actor"), asJSON(authors))
	return err
}

func (t Aside) returnReactions(ctx context.Context, refusal func(host string) embraye.Refusal) error {
	actors, err := t.actors(ctx, "SELECT DISTINCT actor FROM interactions WHERE aside", func(host string) bool { return refusal(host) == embraye.Refusal{} })
	if err != nil {
		return err
	}
	var back []tally
	err = t.scan(ctx, &back, "UPDATE interactions SET aside = false WHERE aside AND "+t.inJSON("actor")+" RETURNING object, kind, 1 AS n", asJSON(actors))
	t.recount(back)
	return err
}

// actors filters a list of authors by their hosts.
func (t Aside) actors(ctx context.Context, query string, which func(host string) bool) ([]embraye.IRI, error) {
	all, some := []embraye.IRI{}, []embraye.IRI{}
	if err := t.scan(ctx, &all, query); err != nil {
		return nil, err
	}
	for _, actor := range all {
		if which(actor.Host()) {
			some = append(some, actor)
		}
	}
	return some, nil
}
