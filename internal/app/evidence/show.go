package evidence

import (
	"context"
	"fmt"
	"io"
	"slices"

	"embraye/internal/embraye"
	"embraye/internal/files"
)

// PublicCopy is a copy as everybody may see it, and the constats of ours that stand
// and name its page.
type PublicCopy struct {
	embraye.EvidenceCopy
	CitedBy []embraye.Citation
}

// Public is what everybody may see of a copy: of one that only editors see, its
// hash and its dates; nothing if no constat that stands names its page.
func (ev *Evidence) Public(ctx context.Context, id string) (*PublicCopy, error) {
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
	cited, err := ev.desk.Store.Tables().Citations.Of(ctx, c.Href, embraye.MaxCitations)
	ours := slices.DeleteFunc(cited, func(c embraye.Citation) bool { return c.Organisation != "" })
	return &PublicCopy{*c, ours}, err
}

// CitedBy lists the constats that stand and name the page of a copy.
func (ev *Evidence) CitedBy(ctx context.Context, by embraye.Acting, c *embraye.EvidenceCopy) ([]embraye.Citation, error) {
	if err := by.May(embraye.Reader); err != nil {
		return nil, fmt.Errorf("evidence: who names a page: %w", err)
	}
	return ev.desk.Store.Tables().Citations.Of(ctx, c.Href, embraye.MaxCitations)
}

// published is ErrNotFound for what the public has nothing to do with. What was taken
// away goes on saying so when the constat is withdrawn, but not when it is erased.
func (ev *Evidence) published(ctx context.Context, c *embraye.EvidenceCopy) error {
	ever, stands, err := ev.desk.Store.Tables().Citations.Public(ctx, c.Href)
	if err == nil && (c.MadeAt == nil || !stands && !(ever && c.State == embraye.CopyDropped)) {
		return fmt.Errorf("evidence: the copy %s is not public: %w", c.ID, embraye.ErrNotFound)
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
