package evidence

import (
	"context"
	"errors"
	"strings"
	"time"

	"embraye/internal/archive"
	"embraye/internal/embraye"
	"embraye/internal/store"
)

// every is how often a page is compared with its copy.
const every = 30 * 24 * time.Hour

// toCompare has pages compared that were not for a month, a few at a time.
func (ev *Evidence) toCompare(ctx context.Context) error {
	now := ev.desk.Now()
	list, err := ev.desk.Store.Tables().EvidenceCopies.ToLook(ctx, now.Add(-every), batch)
	if err != nil || len(list) == 0 {
		return err
	}
	at := ev.desk.Stamp()
	return ev.desk.Store.InTx(ctx, func(t store.Tables) error {
		for i := range list {
			c := &list[i]
			turn, err := t.EvidenceCopies.Reserve(ctx, embraye.IRI(c.Href).Host(), now, apart)
			if err != nil {
				return err
			}
			if err := t.EvidenceCopies.Looked(ctx, c.ID, at); err != nil {
				return err
			}
			if err := ev.desk.Later(ctx, t, embraye.Job{Chore: embraye.ChoreEvidence, Subject: embraye.CopyCompare + c.ID, At: turn}); err != nil {
				return err
			}
		}
		return nil
	})
}

// compare looks whether a page is what its copy has. Nothing is copied again: that
// is for a person to ask. What cannot be read says nothing; that a page is dead is
// what the looks at links say.
func (w work) compare(ctx context.Context, id string) error {
	c, err := w.desk.Store.Tables().EvidenceCopies.Take(ctx, id)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && c.State != embraye.CopyKept {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := w.visit(ctx, c.Href)
	if err != nil {
		if _, _, ours := failureOf(err); ours || ctx.Err() != nil {
			return err
		}
		return nil
	}
	defer v.Discard()
	look, changed, to := lookOf(c, v)
	at := w.desk.Stamp()
	return w.desk.InTx(ctx, func(t store.Tables) error {
		now, err := t.EvidenceCopies.TakeToWrite(ctx, id)
		if err != nil {
			return err
		}
		if now.State == embraye.CopyKept {
			now.Look, now.Changed, now.MovedTo, now.LookedAt = look, changed, to, &at
			if err := t.EvidenceCopies.Save(ctx, now); err != nil {
				return err
			}
			t.Changed()
		}
		return w.finish(ctx, t)
	})
}

// little is how much of the words of a page, in percent, may be others for it to say
// the same: pages carry dates, counters and news of others beside what they say.
const little = 10

// lookOf compares addresses, then words, or bytes where there are no words. Words
// that were quoted have to be there still, however little they are. changed is how
// much of the words is no longer what it was, in percent (archive.Alike).
func lookOf(c *embraye.EvidenceCopy, v *visited) (look embraye.CopyLook, changed int, to string) {
	now := v.words.Text
	if v.last().URL != c.URL {
		return embraye.PageMoved, 0, v.last().URL
	}
	if v.words.Hash() != c.TextHash {
		changed = 100 - archive.Alike(c.Text, now)
	}
	if now == "" && c.Text == "" && v.payload != c.PayloadHash || changed > little || now != "" && !strings.Contains(spaced(now), spaced(c.Quotation)) {
		return embraye.PageChanged, changed, ""
	}
	return embraye.PageSame, 0, ""
}
