package constats

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
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
	linkProbes   = 5 // servers that are asked whether it is we who are cut off
)

// CheckLinks looks again at pages that constats name as evidence, those that
// were not looked at for longest first; the start page lists what is dead. If
// nobody answers, nor a server known to, it is we who are cut off, and nothing
// is noted.
func (cs *Constats) CheckLinks(ctx context.Context) error {
	l, err := linksOf(ctx, cs)
	if err != nil {
		return err
	}
	return l.lookAtFirst(ctx, min(len(l.due), linkBatch))
}

// CheckNewLinks looks at what a constat names and nobody has looked at yet.
func (cs *Constats) CheckNewLinks(ctx context.Context, updateID string) error {
	u, err := cs.desk.Store.Tables().Updates.Take(ctx, updateID)
	if errors.Is(err, embraye.ErrNotFound) {
		return nil // of the demonstration that is gone
	}
	if err != nil {
		return err
	}
	l, err := linksOf(ctx, cs)
	if err != nil {
		return err
	}
	others, named := []embraye.LinkCheck{}, embraye.Pages(u.Evidence)
	mine := slices.DeleteFunc(slices.Clone(l.due), func(c embraye.LinkCheck) bool {
		other := !c.CheckedAt.IsZero() || !slices.Contains(named, c.Href)
		if other {
			others = append(others, c)
		}
		return other
	})
	if len(mine) == 0 {
		return nil
	}
	l.due = append(mine, others...)
	return l.lookAtFirst(ctx, len(mine))
}

// linkSoon lets a typing mistake be mended before anybody is asked.
const linkSoon = time.Minute

// askToLook has the links of a constat looked at and copied soon, if it has any.
func (cs *Constats) askToLook(ctx context.Context, t store.Tables, u *embraye.Update) error {
	links := slices.ContainsFunc(u.Evidence, func(e embraye.Evidence) bool { _, ours := cs.fileName(e.Href); return !ours })
	if !links {
		return nil
	}
	at := cs.desk.Now().Add(linkSoon)
	if cs.desk.Copies.On {
		if err := cs.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreEvidence, Subject: embraye.CopyConstat + u.ID, At: at}); err != nil {
			return err
		}
	}
	return cs.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreLinks, Subject: u.ID, At: at})
}

// lookAtFirst looks at the first n that are due.
func (l links) lookAtFirst(ctx context.Context, n int) (err error) {
	looks := l.due[:n]
	before := slices.Clone(looks)
	online := false
	for i := range looks {
		answered, err := l.look(ctx, &looks[i])
		if err != nil {
			return err
		}
		online = online || answered
	}
	if !online && len(looks) > 0 {
		if online, err = l.online(ctx, looks); err != nil {
			return err
		}
	}
	if !online {
		looks = nil
	}
	return l.cs.desk.Store.InTx(ctx, func(t store.Tables) error {
		for i := range looks {
			if err := t.LinkChecks.Put(ctx, &looks[i]); err != nil {
				return err
			}
			if looks[i].Dead() != before[i].Dead() {
				t.Changed()
			}
		}
		for _, href := range l.unused {
			if err := t.LinkChecks.Remove(ctx, href); err != nil {
				return err
			}
		}
		return nil
	})
}

// links is what is known before anything is looked at.
type links struct {
	cs       *Constats
	due      []embraye.LinkCheck // the oldest look first, so that silent links never starve others
	answered []embraye.LinkCheck // at their last look, the newest look first
	unused   []string            // looked at once, and named by no constat any more
}

func linksOf(ctx context.Context, cs *Constats) (links, error) {
	l := links{cs: cs}
	t, now := cs.desk.Store.Tables(), cs.desk.Stamp()
	all, err := t.LinkChecks.All(ctx)
	if err != nil {
		return l, err
	}
	pages, err := t.Citations.Now(ctx)
	if err != nil {
		return l, err
	}
	known, named := map[string]embraye.LinkCheck{}, map[string]bool{}
	for _, c := range all {
		known[c.Href] = c
	}
	for _, page := range pages {
		if _, ours := cs.fileName(page); ours {
			continue
		}
		named[page] = true
		c, seen := known[page]
		wait := linkEvery
		if c.Failures > 0 {
			wait = linkAgain
		}
		if c.Href = page; !seen || now.Sub(c.CheckedAt) >= wait {
			l.due = append(l.due, c)
		}
	}
	for _, c := range all {
		switch {
		case !named[c.Href]:
			l.unused = append(l.unused, c.Href)
		case c.Failures == 0:
			l.answered = append(l.answered, c)
		}
	}
	// Links that nobody looked at are shuffled: the same thirty silent ones in
	// front would hide the others from an instance that knows no server yet.
	rand.Shuffle(len(l.due), func(i, j int) { l.due[i], l.due[j] = l.due[j], l.due[i] })
	slices.SortStableFunc(l.due, func(a, b embraye.LinkCheck) int { return a.CheckedAt.Compare(b.CheckedAt) })
	slices.SortFunc(l.answered, func(a, b embraye.LinkCheck) int { return b.CheckedAt.Compare(a.CheckedAt) })
	return l, nil
}

// online tells whether anybody answers us when a whole batch is silent. It asks
// a few servers that are known to answer, and not those that just did not:
// those of links that answered, those that we deliver to, else of other links.
func (l links) online(ctx context.Context, silent []embraye.LinkCheck) (bool, error) {
	hosts, err := l.cs.desk.Store.Tables().Hosts.Answering(ctx, linkProbes)
	if err != nil {
		return false, err
	}
	asked := map[string]bool{}
	for _, c := range silent {
		asked[embraye.IRI(c.Href).Host()] = true
	}
	candidates := l.answered
	for _, h := range hosts {
		candidates = append(candidates, embraye.LinkCheck{Href: "https://" + h.Host + "/"})
	}
	candidates = append(candidates, l.due[len(silent):]...)
	probes := 0
	for _, c := range candidates {
		host := embraye.IRI(c.Href).Host()
		if asked[host] {
			continue
		}
		if probes++; probes > linkProbes {
			break
		}
		asked[host] = true
		if answered, err := l.look(ctx, &c); err != nil || answered {
			return answered, err
		}
	}
	return false, nil
}

// look asks for one page and notes what came of it. A server that refuses us
// (401, 403, 429) or an address that we may not ask says nothing about the page,
// and what is wrong here even less.
func (l links) look(ctx context.Context, c *embraye.LinkCheck) (answered bool, err error) {
	asking, done := context.WithTimeout(ctx, linkPatience)
	defer done()
	_, err = l.cs.desk.Remote.Page(asking, embraye.IRI(c.Href))
	if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
		return false, errors.Join(err, ctx.Err())
	}
	var status *remote.StatusError
	switch c.CheckedAt = l.cs.desk.Stamp(); {
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
