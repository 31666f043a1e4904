package constats

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"embraye/internal/app"
	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/store"
)

// How many files one person may send.
const (
	uploadWindow     = 10 * time.Minute
	uploadsPerPerson = 60
)

// AddFile keeps an uploaded file; nobody but editors sees it until something
// published uses it. What it is gets decided by decoding it; alt is what a
// picture shows, in words.
func (cs *Constats) AddFile(ctx context.Context, by embraye.Acting, r io.Reader, name, alt string) (*embraye.EvidenceFile, error) {
	if err := by.May(embraye.Editor); err != nil {
		return nil, fmt.Errorf("constats: add a file: %w", err)
	}
	if cs.desk.Files == nil {
		return nil, fmt.Errorf("constats: add a file: this instance keeps none: %w", embraye.ErrUnavailable)
	}
	alt = embraye.OneLine(alt)
	if err := app.CheckText("file_alt", alt, embraye.MaxSummary); err != nil {
		return nil, err
	}
	if err := cs.desk.Pace(ctx, uploadWindow, app.LimitOf("uploads of", by, uploadsPerPerson)...); err != nil {
		return nil, err
	}
	stored, err := cs.desk.Files.Put(ctx, r, name)
	if err != nil {
		return nil, err
	}
	f := &embraye.EvidenceFile{Name: stored.Name(), MediaType: stored.MediaType, Size: stored.Size, Width: stored.Width, Height: stored.Height,
		OriginalName: stored.OriginalName, Alt: alt, PersonID: by.PersonID(), CreatedAt: cs.desk.Stamp()}
	err = cs.desk.Store.InTx(ctx, func(t store.Tables) error { return t.EvidenceFiles.Add(ctx, f) })
	return f, err
}

// OpenFile opens a file that is public, or any for editors; to everybody else
// the others do not exist (W25). A width of files.Widths makes a picture no wider
// than that, 0 leaves it as it is. The caller closes it.
func (cs *Constats) OpenFile(ctx context.Context, by embraye.Acting, name string, width int) (io.ReadSeekCloser, files.Info, *embraye.EvidenceFile, error) {
	refuse := func(err error) (io.ReadSeekCloser, files.Info, *embraye.EvidenceFile, error) {
		return nil, files.Info{}, nil, fmt.Errorf("constats: open the file %s: %w", app.Cut(name, embraye.MaxName), err)
	}
	if !files.ValidName(name) {
		return refuse(embraye.ErrNotFound) // no database is asked about what is no name
	}
	row, err := cs.desk.Store.Tables().EvidenceFiles.Take(ctx, name)
	if err != nil {
		return refuse(err)
	}
	if cs.desk.Files == nil || !row.Public && by.May(embraye.Editor) != nil {
		return refuse(embraye.ErrNotFound)
	}
	open := cs.desk.Files.Get
	if width != 0 {
		open = func(ctx context.Context, name string) (io.ReadSeekCloser, files.Info, error) {
			return cs.desk.Files.Smaller(ctx, name, width)
		}
	}
	content, info, err := open(ctx, name)
	if err != nil {
		return refuse(err)
	}
	return content, info, row, nil
}

// fileName is the name of one of our files, if an address is that of one, or of a
// page in one (document.pdf#page=3).
func (cs *Constats) fileName(href string) (string, bool) {
	return strings.CutPrefix(embraye.PageOf(href), cs.desk.Site.Base+"/fichiers/")
}

// FilesOf finds the files of ours among evidence, by address (embraye.PageOf); only editors see
// what is not public.
func (cs *Constats) FilesOf(ctx context.Context, by embraye.Acting, list []embraye.Evidence) (map[string]embraye.EvidenceFile, error) {
	var names []string
	for _, e := range list {
		if name, ours := cs.fileName(e.Href); ours && files.ValidName(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 || by.May(embraye.Editor) != nil {
		return nil, nil
	}
	rows, err := cs.desk.Store.Tables().EvidenceFiles.Named(ctx, names)
	found := make(map[string]embraye.EvidenceFile, len(rows))
	for _, f := range rows {
		found[cs.desk.Site.Base+"/fichiers/"+f.Name] = f
	}
	return found, err
}

// settleFiles makes the files that a constat names public, and writes what they
// are as we know it, whatever a form said.
func (cs *Constats) settleFiles(ctx context.Context, t store.Tables, c *embraye.Content) error {
	attached := 0
	for i := range c.Evidence {
		e := &c.Evidence[i]
		name, ours := cs.fileName(e.Href)
		if !ours {
			e.Type, e.SHA256, e.Attached = "Link", "", false // we have not read what is there
			continue
		}
		f, err := t.EvidenceFiles.Take(ctx, name)
		if errors.Is(err, embraye.ErrNotFound) {
			return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "evidence", Code: "file_unknown", Value: app.Cut(e.Href, embraye.MaxName)}}}
		}
		if err != nil {
			return err
		}
		e.Type, e.MediaType = "Document", f.MediaType
		e.SHA256, _, _ = strings.Cut(f.Name, ".")
		e.Attached = e.Attached && strings.HasPrefix(f.MediaType, "image/")
		if e.Attached {
			attached++
		}
		if err := t.EvidenceFiles.Publish(ctx, f.Name); err != nil {
			return err
		}
	}
	if attached > embraye.MaxAttached {
		return &embraye.InvalidError{Problems: []embraye.Problem{{Field: "evidence", Code: "too_many_attached", Max: embraye.MaxAttached}}}
	}
	return nil
}

// hideFiles hides the files of a constat that was withdrawn, but those that
// something else shows.
func (cs *Constats) hideFiles(ctx context.Context, t store.Tables, updateID string) error {
	revisions, err := t.Revisions.List(ctx, updateID)
	if err != nil {
		return err
	}
	for _, r := range revisions {
		for _, e := range r.Evidence {
			if name, ours := cs.fileName(e.Href); ours {
				if err := t.EvidenceFiles.Unpublish(ctx, name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkBatch is how many rows of files are read at once.
const checkBatch = 100

// CheckFiles reads every file again and marks those whose bytes no longer have
// the hash that their name promises, a missing one too; pages and open data say
// so (W50).
func (cs *Constats) CheckFiles(ctx context.Context) error {
	for after := ""; ; {
		list, err := cs.desk.Store.Tables().EvidenceFiles.List(ctx, after, checkBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, f := range list {
			if err := cs.checkFile(ctx, f); err != nil {
				return err
			}
		}
		after = list[len(list)-1].Name
	}
}

func (cs *Constats) checkFile(ctx context.Context, f embraye.EvidenceFile) error {
	intact, err := cs.desk.Files.Check(ctx, f.Name)
	if err != nil && !errors.Is(err, embraye.ErrNotFound) {
		return err
	}
	if f.Damaged == !intact {
		return nil
	}
	cs.desk.Log.Error("an evidence file changed its state", "file", f.Name, "intact", intact)
	return cs.desk.InTx(ctx, func(t store.Tables) error {
		t.Changed()
		return t.EvidenceFiles.SetDamaged(ctx, f.Name, !intact)
	})
}
