package leave

import (
	"context"
	"errors"
	"fmt"
	"io"

	"embraye/internal/embraye"
)

// atOnce is how many constats, reviews, files or accounts are in memory at a
// time; versions are read for one of them.
const atOnce = 200

// constats writes the versions of ours that stand, as they were served first.
func (w *writing) constats(ctx context.Context) error {
	t, pages := w.Store.Tables(), w.Store.Pages()
	for after := ""; ; {
		data, err := pages.DataPage(ctx, after, atOnce)
		if err != nil || len(data.Updates) == 0 {
			return err
		}
		for _, u := range data.Updates {
			after = u.ID
			if u.Withdrawn() {
				continue
			}
			versions, err := t.Revisions.List(ctx, u.ID)
			if err != nil {
				return err
			}
			w.report.Constats++
			for _, v := range versions {
				if err := w.version("constats", u.ID, v.Number, v.Wire, v.SHA256, &w.report.ConstatVersions); err != nil {
					return err
				}
			}
		}
	}
}

// reviews does the same for ours of others' constats.
func (w *writing) reviews(ctx context.Context) error {
	t := w.Store.Tables()
	for before := ""; ; {
		list, err := t.Reviews.Page(ctx, before, atOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, r := range list {
			before = r.ID
			if r.Withdrawn() {
				continue
			}
			versions, err := t.ReviewRevisions.List(ctx, r.ID)
			if err != nil {
				return err
			}
			w.report.Reviews++
			for _, v := range versions {
				if err := w.version("avis", r.ID, v.Number, v.Wire, v.SHA256, &w.report.ReviewVersions); err != nil {
					return err
				}
			}
		}
	}
}

// version writes the bytes of one version. Without any it was erased since its
// constat was read.
func (w *writing) version(kind, id string, number int, wire []byte, sum string, written *int) error {
	if len(wire) == 0 {
		return nil
	}
	return w.kept(fmt.Sprintf("%s/%s/versions/%d.json", kind, id, number), sum, written, func(out io.Writer) error {
		_, err := out.Write(wire)
		return err
	})
}

// kept writes a file that has to have a hash, and counts it, or names it among
// the damaged.
func (w *writing) kept(name, sum string, written *int, fill func(io.Writer) error) error {
	err := w.folder.write(name, sum, fill)
	switch {
	case errors.Is(err, errDamaged):
		w.report.Damaged = append(w.report.Damaged, name)
		return nil
	case err == nil:
		*written++
	}
	return err
}

// evidence writes the uploaded files that everybody can see.
func (w *writing) evidence(ctx context.Context) error {
	for after := ""; ; {
		list, err := w.Store.Tables().EvidenceFiles.List(ctx, after, atOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, f := range list {
			after = f.Name
			if !f.Public {
				continue
			}
			if err := errors.Join(ctx.Err(), w.file(ctx, "fichiers/", f.Name, &w.report.Evidence)); err != nil {
				return err
			}
		}
	}
}

// copies writes the copies of pages that everybody can see whole.
func (w *writing) copies(ctx context.Context) error {
	for filter := (embraye.CopyFilter{State: embraye.CopyKept, Limit: atOnce}); ; {
		list, err := w.Store.Tables().EvidenceCopies.Page(ctx, filter)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, c := range list {
			filter.Before = c.ID
			if c.Visibility != embraye.CopyPublic {
				continue
			}
			_, stands, err := w.Store.Tables().Citations.Public(ctx, c.Href)
			if err != nil {
				return err
			}
			if !stands {
				continue
			}
			if err := errors.Join(ctx.Err(), w.file(ctx, "copies/", c.File, &w.report.Copies)); err != nil {
				return err
			}
		}
	}
}

func (w *writing) file(ctx context.Context, folder, stored string, written *int) error {
	name := folder + stored
	content, info, err := w.Files.Get(ctx, stored)
	if errors.Is(err, embraye.ErrNotFound) {
		w.report.Missing = append(w.report.Missing, name)
		return nil
	}
	if away(err) {
		return err
	}
	if err != nil {
		w.report.Damaged = append(w.report.Damaged, name)
		return nil
	}
	defer content.Close() // only read
	return w.kept(name, info.SHA256, written, func(out io.Writer) error {
		from := &readable{Reader: content}
		_, err := io.Copy(out, from)
		if from.failed && !away(err) {
			return errDamaged
		}
		return err
	})
}

// away tells a store of files that does not answer, or an export that was ended,
// from a file that cannot be read.
func away(err error) bool {
	return errors.Is(err, embraye.ErrUnavailable) || errors.Is(err, context.Canceled)
}

// readable tells what cannot be read from what cannot be written.
type readable struct {
	io.Reader
	failed bool
}

func (r *readable) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.failed = err != nil && !errors.Is(err, io.EOF)
	return n, err
}
