package evidence

import (
	"context"
	"errors"
	"fmt"

	"embraye/internal/archive"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/store"
)

const ext = "wacz"

// keepVisit packs a visit. A page that is what its newest copy has is not kept
// twice: that copy says when it was seen last. WARC has a record for that (revisit);
// a file of ours is one copy, and its hash is in the public log: with a record more
// it would be another file, and one of such a record alone has nothing to show.
func (w work) keepVisit(ctx context.Context, c *embraye.EvidenceCopy, v *visited) error {
	last, at := v.last(), w.desk.Stamp()
	before, err := w.desk.Store.Tables().EvidenceCopies.Newest(ctx, c.Href)
	if err == nil && before.ID != c.ID && before.PayloadHash == v.payload && before.URL == last.URL {
		return w.sameAgain(ctx, c, before.ID)
	}
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	c.URL, c.Cut, c.PayloadHash, c.NoArchive = last.URL, last.Cut, v.payload, v.noArchive
	describe(c, v.words)
	return w.pack(ctx, c, archive.Capture{URL: c.Href, At: at, Hops: v.hops})
}

// describe writes what a page says.
func describe(c *embraye.EvidenceCopy, w archive.Words) {
	c.MediaType, c.Title, c.Language, c.Text, c.TextHash, c.Thin = w.MediaType, w.Title, w.Language, w.Text, w.Hash(), w.Thin()
}

// pack writes a capture and keeps it as the file of a copy.
func (w work) pack(ctx context.Context, c *embraye.EvidenceCopy, capture archive.Capture) error {
	spool, err := w.desk.Files.Spool()
	if err != nil {
		return err
	}
	defer spool.Discard()
	capture.Software, capture.Title, capture.Text = w.desk.Copies.Agent, c.Title, c.Text
	w.reading.Lock()
	err = archive.Pack(spool, capture, w.desk.Random)
	w.reading.Unlock()
	if err != nil {
		return fmt.Errorf("evidence: packing a copy of %s: %w", c.Href, err)
	}
	return w.keep(ctx, c, spool)
}

// keep gives the file of a copy its name. The name is written first: by it what a
// crash leaves between the two is found. Whoever was overtaken writes nothing.
func (w work) keep(ctx context.Context, c *embraye.EvidenceCopy, spool *files.Spool) error {
	c.File, c.Size = spool.Name(ext), spool.Size()
	mine := false
	err := w.desk.Store.InTx(ctx, func(t store.Tables) (err error) {
		if mine, err = stillMine(ctx, t, c); err != nil || !mine {
			return err
		}
		return t.EvidenceCopies.Save(ctx, c)
	})
	if err != nil || !mine {
		return err
	}
	if err := spool.Keep(ctx, ext); err != nil {
		return fmt.Errorf("evidence: keeping a copy of %s: %w", c.Href, err)
	}
	at := w.desk.Stamp()
	c.State, c.Failure, c.NextAt, c.MadeAt = embraye.CopyKept, "", nil, &at
	return w.settle(ctx, c)
}

// forgetFile removes a file, unless a copy has it.
func (ev *Evidence) forgetFile(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	used, err := ev.desk.Store.Tables().EvidenceCopies.FileUsed(ctx, name)
	if err != nil || used {
		return err
	}
	if err := ev.desk.Files.Remove(ctx, name); err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return fmt.Errorf("evidence: removing the file %s: %w", name, err)
	}
	return nil
}

// stillMine reports whether nobody has begun another try since this one was, as
// happens when a process was frozen for longer than its lease, nor dropped the copy.
func stillMine(ctx context.Context, t store.Tables, c *embraye.EvidenceCopy) (bool, error) {
	now, err := t.EvidenceCopies.TakeToWrite(ctx, c.ID)
	if errors.Is(err, embraye.ErrNotFound) { // of the demonstration that is gone
		return false, nil
	}
	return err == nil && now.State == embraye.CopyWaiting && now.Tries == c.Tries, err
}

// sameAgain notes that a page is what its copy has; the new copy is not needed.
func (w work) sameAgain(ctx context.Context, c *embraye.EvidenceCopy, before string) error {
	at := w.desk.Stamp()
	return w.desk.InTx(ctx, func(t store.Tables) error {
		mine, err := stillMine(ctx, t, c)
		if err != nil || !mine {
			return errors.Join(err, w.finish(ctx, t))
		}
		kept, err := t.EvidenceCopies.TakeToWrite(ctx, before)
		if err != nil {
			return err
		}
		kept.Look, kept.Changed, kept.MovedTo, kept.LookedAt = embraye.PageSame, 0, "", &at
		if err := t.EvidenceCopies.Save(ctx, kept); err != nil {
			return err
		}
		if err := t.EvidenceCopies.Remove(ctx, c.ID); err != nil {
			return err
		}
		t.Changed()
		return w.finish(ctx, t)
	})
}
