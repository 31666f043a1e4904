package constats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"embraye/configs"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// LoadDemo fills an empty instance with constats to look at, published as an
// editor would. It is refused where somebody could take them for real: once
// there is a constat, even a withdrawn one, or a follower, or somebody follows
// by mail.
func (cs *Constats) LoadDemo(ctx context.Context, by embraye.Acting, list []configs.DemoConstat) (n int, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return 0, fmt.Errorf("constats: demonstration: %w", err)
	}
	if err := cs.demoIsOurs(); err != nil {
		return 0, err
	}
	ids := make([]string, len(list))
	err = cs.desk.InTx(ctx, func(t store.Tables) error {
		if err := beginDemo(ctx, t); err != nil {
			return err
		}
		for i, d := range list {
			if ids[i], err = cs.loadDemoConstat(ctx, t, by, d); err != nil {
				return fmt.Errorf("%s: %w", d.Key, err)
			}
		}
		if err := t.Settings.Set(ctx, store.DemoSetting, strings.Join(ids, " ")); err != nil {
			return err
		}
		return cs.desk.Record(ctx, t, by, "demo.load", cs.desk.Site.Base, "", false)
	})
	if err != nil {
		return 0, err
	}
	return len(ids), nil
}

// demoIsOurs: the demonstration speaks of the mémoire's measures.
func (cs *Constats) demoIsOurs() error {
	memoire, err := configs.DefaultReference()
	if err != nil {
		return err
	}
	if memoire.IRI != cs.desk.Reference().IRI {
		return fmt.Errorf("the demonstration belongs to %s, and this instance follows %s: %w", memoire.IRI, cs.desk.Reference().IRI, embraye.ErrConflict)
	}
	return nil
}

// beginDemo refuses an instance that is not empty. The setting is written
// first: of two loads at the same moment the second waits for it, then finds
// the constats of the first.
func beginDemo(ctx context.Context, t store.Tables) error {
	if err := t.Settings.Set(ctx, store.DemoSetting, ""); err != nil {
		return err
	}
	constats, err := t.Updates.Page(ctx, embraye.ConstatFilter{Limit: 1})
	if err != nil {
		return err
	}
	if len(constats) > 0 {
		return fmt.Errorf("the demonstration is for an empty instance, and this one has constats: %w", embraye.ErrConflict)
	}
	followers, err := t.Followers.Total(ctx)
	if err != nil {
		return err
	}
	byMail, err := t.Subscribers.Counts(ctx)
	if err == nil && followers+len(byMail) > 0 {
		err = fmt.Errorf("the demonstration is for an instance that nobody follows, and somebody follows this one: %w", embraye.ErrConflict)
	}
	return err
}

func (cs *Constats) loadDemoConstat(ctx context.Context, t store.Tables, by embraye.Acting, d configs.DemoConstat) (id string, err error) {
	p, err := cs.PublishIn(ctx, t, by, PublishInput{Scope: d.Scope, Content: d.ContentAt(cs.desk.Site.Base)})
	if err != nil {
		return "", err
	}
	if c := d.Correction; c != nil {
		in := ReviseInput{Kind: c.Kind, Reason: c.Reason, Content: d.CorrectedAt(cs.desk.Site.Base)}
		if _, err := cs.reviseIn(ctx, t, by, p.Update.ID, in); err != nil {
			return "", err
		}
	}
	if d.Withdrawal != "" {
		err = cs.withdrawIn(ctx, t, by, p.Update.ID, d.Withdrawal, false)
	}
	return p.Update.ID, err
}

// RemoveDemo takes the constats of the demonstration away with all that came of
// them, so that the instance is as empty as before; constats that were
// published since stay. Whoever got something of it is told that it is gone. The log
// keeps its leaves, and the files of copies go with the next sweep of the evidence.
func (cs *Constats) RemoveDemo(ctx context.Context, by embraye.Acting) (n int, err error) {
	if err := by.May(embraye.Admin); err != nil {
		return 0, fmt.Errorf("constats: demonstration: %w", err)
	}
	err = cs.desk.InTx(ctx, func(t store.Tables) error {
		ids, _, err := t.Settings.Get(ctx, store.DemoSetting)
		if err != nil {
			return err
		}
		n = len(strings.Fields(ids))
		if n == 0 {
			return fmt.Errorf("there is no demonstration here: %w", embraye.ErrNotFound)
		}
		pages, err := t.Citations.By(ctx, strings.Fields(ids))
		if err != nil {
			return err
		}
		for id := range strings.FieldsSeq(ids) {
			if err := cs.removeDemoConstat(ctx, t, by, id); err != nil {
				return err
			}
		}
		if err := forgetPages(ctx, t, pages); err != nil {
			return err
		}
		if err := t.Settings.Remove(ctx, store.DemoSetting); err != nil {
			return err
		}
		t.Changed()
		return cs.desk.Record(ctx, t, by, "demo.remove", cs.desk.Site.Base, "", false)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// forgetPages forgets the looks at pages, and drops their copies, unless a constat or
// a draft still names them.
func forgetPages(ctx context.Context, t store.Tables, pages []string) error {
	if err := t.LinkChecks.Forget(ctx, pages); err != nil {
		return err
	}
	drafted, err := t.EvidenceCopies.Drafted(ctx)
	if err != nil {
		return err
	}
	return t.EvidenceCopies.DropDemo(ctx, slices.DeleteFunc(pages, func(page string) bool { return drafted[page] }))
}

func (cs *Constats) removeDemoConstat(ctx context.Context, t store.Tables, by embraye.Acting, id string) error {
	notes, err := t.Notes.OfUpdate(ctx, id)
	if err != nil {
		return err
	}
	objects := []embraye.IRI{cs.desk.Site.UpdateID(id)}
	for _, n := range notes {
		objects = append(objects, cs.desk.Site.NoteID(n.ID))
	}
	if err := cs.withdrawIn(ctx, t, by, id, "demonstration", true); err != nil && !errors.Is(err, embraye.ErrGone) {
		return err
	}
	return t.Purge(ctx, id, objects)
}
