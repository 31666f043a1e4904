package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"embraye/internal/files"
	"embraye/internal/store"
)

// Target is where an instance is put back. It may hold nothing but what the
// archive brings: then a restore that was interrupted can be begun again.
type Target struct {
	Store  *store.Store
	Files  *files.Store
	Secret []byte // what lies where the secret belongs; nil: nothing
	Keep   func(secret []byte) error
}

// Restored is what became of a restore.
type Restored struct {
	Rows     int64    `json:"rows"`
	Evidence Evidence `json:"evidence"`
	Damaged  []string `json:"damaged"` // files that were damaged before the backup, and are left out
	Unsent   int64    `json:"unsent"`  // deliveries that waited, and are not sent
	Applied  int      `json:"applied"` // migrations after that
}

// IsOf refuses an archive of another instance than that of an address.
func (c *Contents) IsOf(baseURL string) error {
	if own := c.Manifest.BaseURL; own != baseURL {
		return fmt.Errorf("the archive is of %s, and EMBRAYE_BASE_URL is %s: its keys, its followers and every address of it are that instance's; set EMBRAYE_BASE_URL=%s; nothing was changed", own, baseURL, own)
	}
	return nil
}

// Fits says why an archive cannot be put into a target, before anything is
// written there.
func (c *Contents) Fits(ctx context.Context, t Target) error {
	if started, err := t.Store.Started(ctx); err != nil {
		return err
	} else if started {
		return errors.New("an instance lives in the database already: restore into a new EMBRAYE_DATA_DIR, or an empty database; nothing was changed")
	}
	if found, err := t.Store.SchemaVersion(ctx); err != nil {
		return err
	} else if found > c.Manifest.Schema {
		return fmt.Errorf("the database has schema %d already, and the archive schema %d: restore into an empty one; nothing was changed", found, c.Manifest.Schema)
	}
	if t.Secret != nil && !bytes.Equal(bytes.TrimSpace(t.Secret), bytes.TrimSpace(c.secret)) {
		return errors.New("another secret than that of the archive lies where EMBRAYE_SECRET_FILE says: it belongs to another instance; nothing was changed")
	}
	others, err := t.Files.Others(ctx, func(name string) bool { return c.files[name] })
	if err == nil && len(others) > 0 {
		return fmt.Errorf("there are files of another instance where evidence is to be, %s among them: restore into a new EMBRAYE_DATA_DIR, or an empty bucket; nothing was changed", slices.Min(others))
	}
	return err
}

// Restore puts an archive that was read before (Read, Fits) into its target. The
// secret comes first: beside a database without an instance it keeps everybody
// from beginning a new one there. The database gets all of it in one transaction,
// which comes last: whatever ends a restore before, the same archive can be put
// there again.
func Restore(ctx context.Context, in io.Reader, with Keys, c *Contents, t Target) (r Restored, err error) {
	r = Restored{Damaged: []string{}}
	if t.Secret == nil {
		if err := t.Keep(c.secret); err != nil {
			return r, err
		}
	}
	r.Unsent, err = t.Store.Refill(ctx, c.Manifest.Schema, func(db *store.Refill) error {
		return read(in, with, reader{
			manifest: func(m Manifest) error { return fits(m, c, db) },
			rows: func(table store.CopiedTable, rows [][]any) error {
				r.Rows += int64(len(rows))
				return errors.Join(ctx.Err(), db.Insert(ctx, table, rows))
			},
			evidence: func(name string, content io.Reader) error { return r.keep(ctx, t, name, content) },
		})
	})
	if err != nil {
		return r, err
	}
	// The instance is there: whoever interrupts now would find it half up to date.
	r.Applied, err = t.Store.Migrate(context.WithoutCancel(ctx))
	return r, err
}

// fits holds that the archive is the one that was read before, and its tables
// those of the database.
func fits(m Manifest, c *Contents, db *store.Refill) error {
	if !m.Created.Equal(c.Manifest.Created) || m.Schema != c.Manifest.Schema || m.BaseURL != c.Manifest.BaseURL {
		return errors.New("the archive has changed while it was read")
	}
	for _, t := range m.Tables {
		if err := db.Fits(t); err != nil {
			return err
		}
	}
	return nil
}

func (r *Restored) keep(ctx context.Context, t Target, name string, content io.Reader) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	counted := &counter{r: content}
	kept, err := t.Files.Keep(ctx, name, counted)
	if err != nil {
		return err
	}
	if !kept {
		r.Damaged = append(r.Damaged, name)
		return nil
	}
	r.Evidence.Files++
	r.Evidence.Bytes += counted.n
	return nil
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
