package talk

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"embraye/internal/app"
	"embraye/internal/blocklist"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// Lists is the use cases about lists of domains that others keep. What a list names is
// proposed and nothing else: a person accepts or refuses, and what a person decided
// before the list named it stays as it is.
type Lists struct {
	domains *Domains
	circle  *Circle
}

// Subscribe reads a list, and again every day. It returns how many domains are
// proposed; a list that cannot be read is not subscribed to. What one that allows names
// is proposed for the circle.
func (l *Lists) Subscribe(ctx context.Context, by embraye.Acting, address, name string, allows bool) (list *embraye.DomainList, drafts int, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return nil, 0, fmt.Errorf("talk: subscribe to a list: %w", err)
	}
	list = &embraye.DomainList{URL: embraye.Address(address), Allows: allows, ReadAt: l.domains.desk.Stamp()}
	list.Name = cmp.Or(app.Cut(embraye.OneLine(name), 100), app.Cut(list.URL, 100))
	if err := app.ListAddress(l.domains.desk, list.URL); err != nil {
		return nil, 0, err
	}
	named, _, err := l.fetch(ctx, list)
	if err != nil {
		return nil, 0, app.ListProblem(err, list.URL)
	}
	err = l.domains.desk.InTx(ctx, func(t store.Tables) (err error) {
		if err := t.DomainBlocks.Alone(ctx); err != nil {
			return err
		}
		if err := t.DomainLists.Add(ctx, list); err != nil {
			return err
		}
		if drafts, err = l.propose(ctx, t, list, named); err != nil {
			return err
		}
		return l.domains.desk.Record(ctx, t, by, "list.subscribe", list.URL, "", false)
	})
	return list, drafts, err
}

// Unsubscribe forgets a list and what it proposes. What was accepted stays blocked.
func (l *Lists) Unsubscribe(ctx context.Context, by embraye.Acting, address string) error {
	if err := by.May(embraye.Admin); err != nil {
		return fmt.Errorf("talk: unsubscribe from a list: %w", err)
	}
	address = embraye.Trim(address)
	return l.domains.desk.InTx(ctx, func(t store.Tables) error {
		there, err := t.DomainLists.Remove(ctx, address)
		if err == nil && !there {
			err = fmt.Errorf("%s is not subscribed to: %w", address, embraye.ErrNotFound)
		}
		if err != nil {
			return err
		}
		return l.domains.desk.Record(ctx, t, by, "list.unsubscribe", address, "", false)
	})
}

// All lists what is subscribed to.
func (l *Lists) All(ctx context.Context) ([]embraye.DomainList, error) {
	return l.domains.desk.Store.Tables().DomainLists.List(ctx)
}

// ReadAgain reads every list. One that cannot be read changes nothing, and why is
// kept: that is no failure of ours.
func (l *Lists) ReadAgain(ctx context.Context) error {
	lists, err := l.All(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for i := range lists {
		failed = append(failed, l.readOne(ctx, lists[i]))
	}
	return errors.Join(failed...)
}

func (l *Lists) readOne(ctx context.Context, list embraye.DomainList) error {
	named, changed, wrong := l.fetch(ctx, &list)
	if errors.Is(wrong, embraye.ErrUnavailable) || ctx.Err() != nil {
		return errors.Join(wrong, ctx.Err())
	}
	return l.domains.desk.InTx(ctx, func(t store.Tables) error {
		if err := t.DomainBlocks.Alone(ctx); err != nil {
			return err
		}
		kept, err := t.DomainLists.Take(ctx, list.URL)
		if errors.Is(err, embraye.ErrNotFound) {
			return nil // unsubscribed meanwhile
		}
		if err != nil {
			return err
		}
		if kept.Failed = ""; wrong != nil {
			kept.Failed = app.Cut(embraye.OneLine(wrong.Error()), 300)
			return t.DomainLists.Save(ctx, kept)
		}
		if kept.ReadAt = l.domains.desk.Stamp(); changed {
			kept.ETag, kept.Entries = list.ETag, list.Entries
			if _, err := l.propose(ctx, t, kept, named); err != nil {
				return err
			}
		}
		return t.DomainLists.Save(ctx, kept)
	})
}

// fetch gets the whole of a list, or nothing: a line that is damaged, or no domain at
// all, says that this is not the list any more. Its version and its length are
// written into the row.
func (l *Lists) fetch(ctx context.Context, list *embraye.DomainList) (named []blocklist.Entry, changed bool, err error) {
	text, etag, changed, err := l.domains.desk.Remote.List(ctx, embraye.IRI(list.URL), list.ETag, blocklist.MaxBytes)
	if err != nil || !changed {
		return nil, false, err
	}
	if named, err = blocklist.Read(text); err != nil {
		return nil, false, err
	}
	list.ETag, list.Entries = etag, 0
	for _, e := range named {
		if e.Broken() {
			return nil, false, fmt.Errorf("line %d: %s: %w", e.Line, e.Problem.Reason(), embraye.ErrInvalid)
		}
		if e.Problem == nil {
			list.Entries++
		}
	}
	if list.Entries == 0 {
		return nil, false, fmt.Errorf("the list names no domain: %w", embraye.ErrInvalid)
	}
	return named, true, nil
}

// look tells of every line what it would do.
func (l *Lists) look(ctx context.Context, t store.Tables, allows bool, named []blocklist.Entry) ([]ListLine, error) {
	if allows {
		return l.circle.look(ctx, t, named)
	}
	return l.domains.lookAtBlocks(ctx, t, named)
}

// propose compares what a list names now with what it named.
func (l *Lists) propose(ctx context.Context, t store.Tables, list *embraye.DomainList, named []blocklist.Entry) (drafts int, err error) {
	lines, err := l.look(ctx, t, list.Allows, named)
	if err != nil {
		return 0, err
	}
	old, err := t.DomainLists.Of(ctx, list.URL)
	if err != nil {
		return 0, err
	}
	before := make(map[string]embraye.DomainListEntry, len(old))
	for _, e := range old {
		before[e.Domain] = e
	}
	var put []embraye.DomainListEntry
	still := map[string]bool{}
	for i := range lines {
		domain := lines[i].Block.Domain
		if lines[i].Verdict == Twice || domain == "" {
			continue
		}
		still[domain] = true
		was, known := before[domain]
		now, changed := lines[i].entry(list.URL, was, known)
		if changed && now != was {
			put = append(put, now)
		}
		if now.State == embraye.ListDraft {
			drafts++
		}
	}
	if err := t.DomainLists.Put(ctx, put); err != nil {
		return 0, err
	}
	return drafts, l.retract(ctx, t, list, old, still)
}

// entry is what becomes of the row of a domain that its list names; it is not written
// where it stays as it is, and not made for what no list ever blocks here.
func (l *ListLine) entry(list string, was embraye.DomainListEntry, known bool) (now embraye.DomainListEntry, write bool) {
	b := l.Block
	now = embraye.DomainListEntry{List: list, Domain: b.Domain, Severity: b.Severity, Comment: b.Comment, RejectReports: b.RejectReports, Obfuscate: b.Obfuscate}
	switch {
	case known && was.State == embraye.ListGone: // it is back
		was.State = embraye.ListAccepted
		return was, true
	case known && was.State != embraye.ListDraft:
		return was, false
	case l.Verdict == Fresh:
		now.State = embraye.ListDraft
	case l.Verdict != Refused:
		now.State = embraye.ListDecided
	case known: // a peer since
		was.State = embraye.ListDecided
		return was, true
	default:
		return embraye.DomainListEntry{}, false
	}
	return now, true
}

// retract is for what a list names no more: what was accepted from it, stands here and
// is held by no other list is proposed to be lifted. What was refused stays refused.
func (l *Lists) retract(ctx context.Context, t store.Tables, list *embraye.DomainList, old []embraye.DomainListEntry, named map[string]bool) error {
	stands, err := standing(ctx, t, list.Allows)
	if err != nil {
		return err
	}
	accepted, err := t.DomainLists.In(ctx, list.Allows, embraye.ListAccepted)
	if err != nil {
		return err
	}
	for _, e := range accepted {
		if e.List != list.URL {
			stands[e.Domain] = false
		}
	}
	var gone []embraye.DomainListEntry
	var dropped []string
	for _, e := range old {
		switch {
		case named[e.Domain], e.State == embraye.ListRefused, e.State == embraye.ListGone && stands[e.Domain]:
		case e.State == embraye.ListAccepted && stands[e.Domain]:
			e.State = embraye.ListGone
			gone = append(gone, e)
		default:
			dropped = append(dropped, e.Domain)
		}
	}
	if err := t.DomainLists.Put(ctx, gone); err != nil {
		return err
	}
	return t.DomainLists.Drop(ctx, list.URL, dropped)
}

// standing are the domains that are in the circle, or blocked.
func standing(ctx context.Context, t store.Tables, allows bool) (map[string]bool, error) {
	stands := map[string]bool{}
	if allows {
		allowed, err := t.AllowedDomains.List(ctx)
		for _, a := range allowed {
			stands[a.Domain] = true
		}
		return stands, err
	}
	blocks, err := t.DomainBlocks.List(ctx)
	for _, b := range blocks {
		stands[b.Domain] = true
	}
	return stands, err
}
