package evidence

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/embraye"
	"embraye/internal/store"
)

// makeRoom drops the oldest copies that no constat and no draft names, while what
// is kept has no room for one more; full if that did not help.
func (ev *Evidence) makeRoom(ctx context.Context) (full bool, err error) {
	limit := ev.desk.Copies.Limit
	if limit <= 0 {
		return false, nil
	}
	t := ev.desk.Store.Tables()
	u, err := t.EvidenceCopies.Usage(ctx)
	if err != nil || u.Bytes < limit {
		return false, err
	}
	drafted, err := t.EvidenceCopies.Drafted(ctx)
	if err != nil {
		return true, err
	}
	for after := ""; u.Bytes >= limit; {
		old, err := t.EvidenceCopies.OldestUncited(ctx, after, batch)
		if err != nil || len(old) == 0 {
			return true, err
		}
		for i := range old {
			c := &old[i]
			if after = c.ID; drafted[c.Href] || u.Bytes < limit {
				continue
			}
			if err := ev.desk.InTx(ctx, func(t store.Tables) error { return ev.empty(ctx, t, c.ID, "no_room", "") }); err != nil {
				return true, err
			}
			u.Bytes -= c.Size
		}
	}
	return false, ev.Sweep(ctx)
}

// empty takes everything away from a copy but its hash, its dates and the reason;
// its file is removed after the commit (Sweep).
func (ev *Evidence) empty(ctx context.Context, t store.Tables, id, failure, reason string) error {
	c, err := t.EvidenceCopies.TakeToWrite(ctx, id)
	if err != nil {
		return err
	}
	if c.State == embraye.CopyDropped {
		return fmt.Errorf("evidence: the copy %s: %w", id, embraye.ErrGone)
	}
	if c.State != embraye.CopyKept && c.File == "" {
		c.Size = 0
	}
	c.State, c.Failure, c.Reason, c.NextAt = embraye.CopyDropped, failure, reason, nil
	c.Title, c.Text, c.Quotation, c.Look, c.Changed, c.MovedTo, c.Visibility = "", "", "", "", 0, "", embraye.CopyEditors
	if c.Outside == embraye.OutsideWaiting {
		c.Outside = ""
	}
	t.Changed()
	return t.EvidenceCopies.Save(ctx, c)
}

// Sweep removes the files of dropped copies, and of those of the demonstration all.
// That they are still there is in the database, so that a crash before this leaves none.
func (ev *Evidence) Sweep(ctx context.Context) error {
	list, err := ev.desk.Store.Tables().EvidenceCopies.Leftovers(ctx, batch)
	for i := range list {
		if err := ev.forgetFile(ctx, list[i].File); err != nil {
			return err
		}
		err := ev.desk.Store.InTx(ctx, func(t store.Tables) error {
			if list[i].Failure == embraye.DemoIsGone {
				return t.EvidenceCopies.Remove(ctx, list[i].ID)
			}
			return t.EvidenceCopies.Emptied(ctx, list[i].ID)
		})
		if err != nil {
			return err
		}
	}
	return err
}

// CheckFiles reads every copy again and marks those whose bytes no longer have the
// hash that was told to everybody.
func (ev *Evidence) CheckFiles(ctx context.Context) error {
	if ev.desk.Files == nil {
		return nil
	}
	filter := embraye.CopyFilter{State: embraye.CopyKept, Limit: batch}
	for {
		list, err := ev.desk.Store.Tables().EvidenceCopies.Page(ctx, filter)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, c := range list {
			if err := ev.checkFile(ctx, c); err != nil {
				return err
			}
			filter.Before = c.ID
		}
	}
}

func (ev *Evidence) checkFile(ctx context.Context, c embraye.EvidenceCopy) error {
	intact, err := ev.desk.Files.Check(ctx, c.File)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	if c.Damaged == !intact {
		return nil
	}
	ev.desk.Log.Error("a copy of evidence changed its state", "copy", c.ID, "intact", intact)
	return ev.desk.InTx(ctx, func(t store.Tables) error {
		now, err := t.EvidenceCopies.TakeToWrite(ctx, c.ID)
		if err != nil || now.State != embraye.CopyKept {
			return err
		}
		now.Damaged = !intact
		t.Changed()
		return t.EvidenceCopies.Save(ctx, now)
	})
}
