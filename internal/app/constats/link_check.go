package constats

import (
	"context"
	"errors"
	"strconv"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/remote"
	"embraye/internal/store"
)

// How evidence on the web is looked at again: gently, a few pages at a time.
const (
	linkBatch    = 30
	linkEvery    = 7 * 24 * time.Hour // a page that answered
	linkAgain    = 24 * time.Hour     // one that did not
	linkPatience = 20 * time.Second
)

// CheckLinks looks again at pages that constats name as evidence, those that
// were not looked at for longest included; the start page lists what is dead.
// If nothing at all answers it is we who are cut off, and nothing is noted.
func (cs *Constats) CheckLinks(ctx context.Context) error {
	due, unused, err := cs.linksDue(ctx)
	if err != nil {
		return err
	}
	online := false
	for i := range due {
		answered, err := cs.look(ctx, &due[i])
		if err != nil {
			return err
		}
		online = online || answered
	}
	if !online {
		due = nil
	}
	return cs.desk.Store.InTx(ctx, func(t store.Tables) error {
		for i := range due {
			if err := t.LinkChecks.Put(ctx, &due[i]); err != nil {
				return err
			}
		}
		for _, href := range unused {
			if err := t.LinkChecks.Remove(ctx, href); err != nil {
				return err
			}
		}
		return nil
	})
}

// linksDue lists what to look at now, and the looks at links that no constat
// names any more.
func (cs *Constats) linksDue(ctx context.Context) (due []embraye.LinkCheck, unused []string, err error) {
	t, now := cs.desk.Store.Tables(), cs.desk.Stamp()
	all, err := t.LinkChecks.All(ctx)
	if err != nil {
		return nil, nil, err
	}
	known, named := map[string]embraye.LinkCheck{}, map[string]bool{}
	for _, c := range all {
		known[c.Href] = c
	}
	err = cs.eachStanding(ctx, t, func(u embraye.Update) {
		for _, e := range u.Evidence {
			if _, ours := cs.fileName(e.Href); ours || named[e.Href] {
				continue
			}
			named[e.Href] = true
			c, seen := known[e.Href]
			wait := linkEvery
			if c.Failures > 0 {
				wait = linkAgain
			}
			if c.Href, c.UpdateID = e.Href, u.ID; len(due) < linkBatch && (!seen || now.Sub(c.CheckedAt) >= wait) {
				due = append(due, c)
			}
		}
	})
	for _, c := range all {
		if !named[c.Href] {
			unused = append(unused, c.Href)
		}
	}
	return due, unused, err
}

// eachStanding calls f for every constat that is not withdrawn, newest first.
func (cs *Constats) eachStanding(ctx context.Context, t store.Tables, f func(embraye.Update)) error {
	filter := embraye.ConstatFilter{State: "published", Limit: 200}
	for {
		list, err := t.Updates.Page(ctx, filter)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, u := range list {
			f(u)
		}
		filter.Before = list[len(list)-1].ID
	}
}

// look asks for one page and notes what came of it. A server that refuses us
// (401, 403, 429) or an address that we may not ask says nothing about the page.
func (cs *Constats) look(ctx context.Context, c *embraye.LinkCheck) (answered bool, err error) {
	asking, done := context.WithTimeout(ctx, linkPatience)
	defer done()
	_, err = cs.desk.Remote.Page(asking, embraye.IRI(c.Href))
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	var status *remote.StatusError
	switch c.CheckedAt = cs.desk.Stamp(); {
	case err == nil, errors.Is(err, remote.ErrRefused):
		c.Failures, c.Reason = 0, ""
		return err == nil, nil
	case errors.As(err, &status) && (status.Status == 401 || status.Status == 403 || status.Status == 429):
		c.Failures, c.Reason = 0, ""
		return true, nil
	case errors.As(err, &status):
		c.Failures, c.Reason = c.Failures+1, strconv.Itoa(status.Status)
		return true, nil
	}
	c.Failures, c.Reason = c.Failures+1, "unreachable"
	return false, nil
}
