package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"

	"embraye/internal/embraye"
	"embraye/internal/files"
)

// Public is what everybody may see of a copy: of one that only editors see, its
// hash and its dates; nothing if no constat that stands was ever published with it.
func (ev *Evidence) Public(ctx context.Context, id string) (*embraye.EvidenceCopy, error) {
	c, err := ev.take(ctx, id)
	if err == nil {
		err = ev.published(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	if c.Visibility != embraye.CopyPublic {
		c.Text = ""
	}
	if c.Visibility == embraye.CopyEditors {
		c.Title, c.Quotation, c.Licence = "", "", ""
	}
	return c, nil
}

// published is ErrNotFound for what the public has nothing to do with.
func (ev *Evidence) published(ctx context.Context, c *embraye.EvidenceCopy) error {
	gone := fmt.Errorf("evidence: the copy %s is not public: %w", c.ID, embraye.ErrNotFound)
	if c.MadeAt == nil || c.UpdateID == "" {
		return gone
	}
	u, err := ev.desk.Store.Tables().Updates.Take(ctx, c.UpdateID)
	if errors.Is(err, embraye.ErrNotFound) || err == nil && u.Withdrawn() && c.State != embraye.CopyDropped {
		return gone
	}
	return err
}

// Open opens the file of a copy: one that is public to everybody, any to editors.
// The caller closes it.
func (ev *Evidence) Open(ctx context.Context, by embraye.Acting, id string) (io.ReadSeekCloser, files.Info, error) {
	c, err := ev.take(ctx, id)
	if err == nil && by.May(embraye.Editor) != nil {
		if err = ev.published(ctx, c); err == nil && c.Visibility != embraye.CopyPublic {
			err = embraye.ErrNotFound
		}
	}
	if err == nil && (c.State != embraye.CopyKept || ev.desk.Files == nil) {
		err = embraye.ErrNotFound
	}
	if err != nil {
		return nil, files.Info{}, fmt.Errorf("evidence: open the copy %.40q: %w", id, err)
	}
	return ev.desk.Files.Get(ctx, c.File)
}
