package talk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/internal/blocklist"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Draft is what lists propose about a domain, and what it would do here.
type Draft struct {
	ListLine
	Lists  []string // names of those that propose it
	Allows bool     // it is about the circle, not about a block
	Lift   bool     // they named it, it was accepted, and they name it no more
}

// Calm reports whether accepting it touches nobody here and lets nobody in.
func (d *Draft) Calm() bool { return !d.Lift && !d.Allows && d.Effects == embraye.BlockEffects{} }

// Drafts are what lists propose: blocks by domain, those to be lifted last, then the
// circle. What somebody decided otherwise meanwhile is proposed no more, and who is
// proposed for a block is not proposed for the circle.
func (l *Lists) Drafts(ctx context.Context, by embraye.Acting) ([]Draft, error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, fmt.Errorf("talk: what lists propose: %w", err)
	}
	t := l.domains.desk.Store.Tables()
	lists, err := t.DomainLists.List(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(lists))
	for _, list := range lists {
		names[list.URL] = list.Name
	}
	drafts, err := l.draftsOf(ctx, t, false, names)
	if err != nil {
		return nil, err
	}
	blocks := make(map[string]bool, len(drafts))
	for i := range drafts {
		blocks[drafts[i].Block.Domain] = true
	}
	circle, err := l.draftsOf(ctx, t, true, names)
	for _, d := range circle {
		if !blocks[d.Block.Domain] {
			drafts = append(drafts, d)
		}
	}
	for i := range drafts {
		drafts[i].Line = i + 1
	}
	return drafts, err
}

func (l *Lists) draftsOf(ctx context.Context, t store.Tables, allows bool, names map[string]string) (drafts []Draft, err error) {
	fresh, err := t.DomainLists.In(ctx, allows, embraye.ListDraft)
	if err != nil {
		return nil, err
	}
	gone, err := t.DomainLists.In(ctx, allows, embraye.ListGone)
	if err != nil {
		return nil, err
	}
	stands, err := standing(ctx, t, allows)
	if err != nil {
		return nil, err
	}
	entries, from := together(slices.Concat(fresh, gone), names)
	lines, err := l.look(ctx, t, allows, entries)
	if err != nil {
		return nil, err
	}
	lifts := map[string]bool{}
	for _, e := range gone {
		lifts[e.Domain] = true
	}
	for _, line := range lines {
		lift := lifts[line.Block.Domain]
		if lift && !stands[line.Block.Domain] || !lift && line.Verdict != Fresh {
			continue
		}
		if lift && line.Old != nil {
			line.Block = *line.Old
		}
		drafts = append(drafts, Draft{line, from[line.Block.Domain], allows, lift})
	}
	return drafts, nil
}

// together is each domain once, as the first list asks for it, and who proposes it.
func together(rows []embraye.DomainListEntry, names map[string]string) (entries []blocklist.Entry, from map[string][]string) {
	from = map[string][]string{}
	for i := range rows {
		domain := rows[i].Domain
		if from[domain] == nil {
			entries = append(entries, blocklist.Entry{Block: rows[i].Block()})
		}
		from[domain] = append(from[domain], names[rows[i].List])
	}
	return entries, from
}

// Accept does what is proposed about some domains: blocks them, or lifts.
func (l *Lists) Accept(ctx context.Context, by embraye.Acting, domains []string) error {
	chosen, err := l.chosen(ctx, by, domains)
	if err != nil {
		return err
	}
	var list []blocklist.Entry
	for _, d := range chosen {
		var err error
		switch {
		case d.Lift && d.Allows:
			err = l.circle.Leave(ctx, by, d.Block.Domain)
		case d.Lift:
			err = l.domains.UnblockDomain(ctx, by, d.Block.Domain)
		case d.Allows:
			err = l.circle.Allow(ctx, by, d.Block.Domain, strings.Join(d.Lists, ", "))
		default:
			d.Block.PrivateComment = strings.Join(d.Lists, ", ")
			list = append(list, d.Entry)
		}
		if err != nil && !errors.Is(err, embraye.ErrNotFound) && !errors.Is(err, embraye.ErrConflict) {
			return err // else somebody did it meanwhile
		}
	}
	if _, err := l.domains.BlockList(ctx, by, list); err != nil {
		return err
	}
	return l.decide(ctx, chosen, embraye.ListAccepted, func(store.Tables, *Draft) error { return nil })
}

// Refuse leaves some domains as they are, and is not asked about them again.
func (l *Lists) Refuse(ctx context.Context, by embraye.Acting, domains []string) error {
	chosen, err := l.chosen(ctx, by, domains)
	if err != nil {
		return err
	}
	return l.decide(ctx, chosen, embraye.ListRefused, func(t store.Tables, d *Draft) error {
		return l.domains.desk.Record(ctx, t, by, "list.refuse", d.Block.Domain, strings.Join(d.Lists, ", "), false)
	})
}

// chosen is what is proposed about the domains; one about which nothing is, is an
// error.
func (l *Lists) chosen(ctx context.Context, by embraye.Acting, domains []string) ([]Draft, error) {
	drafts, err := l.Drafts(ctx, by)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int, len(drafts))
	for i := range drafts {
		at[drafts[i].Block.Domain] = i
	}
	var chosen []Draft
	for _, name := range domains {
		domain, err := embraye.NormaliseHost(embraye.Trim(name))
		i, proposed := at[domain]
		if err != nil || !proposed {
			return nil, fmt.Errorf("no list proposes anything about %s: %w", embraye.Cut(name, 100), embraye.ErrNotFound)
		}
		chosen = append(chosen, drafts[i])
	}
	return chosen, nil
}

// decide writes down what was decided. A block that was to be lifted is a person's
// own from then on, and the list that names it no more has nothing to say.
func (l *Lists) decide(ctx context.Context, chosen []Draft, state embraye.DomainListState, record func(store.Tables, *Draft) error) error {
	return l.domains.desk.InTx(ctx, func(t store.Tables) error {
		asked, lifted := map[bool][]string{}, map[bool][]string{}
		for i := range chosen {
			d := &chosen[i]
			to := asked
			if d.Lift {
				to = lifted
			}
			to[d.Allows] = append(to[d.Allows], d.Block.Domain)
			if err := record(t, d); err != nil {
				return err
			}
		}
		for _, allows := range []bool{false, true} {
			if err := t.DomainLists.Decide(ctx, allows, asked[allows], embraye.ListDraft, state); err != nil {
				return err
			}
			if err := t.DomainLists.Decide(ctx, allows, lifted[allows], embraye.ListGone, embraye.ListDecided); err != nil {
				return err
			}
		}
		return nil
	})
}
