package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/files"
	"embraye/internal/store"
)

// Source is the instance that is copied. It may be running.
type Source struct {
	Store    *store.Store
	Files    *files.Store
	Secret   []byte // the file's bytes
	Settings []byte // KEY=value lines
	BaseURL  string
	Version  string // of the program
	Now      func() time.Time
}

// Report is what became of a backup.
type Report struct {
	Created  time.Time `json:"created"`
	Schema   int64     `json:"schema"`
	Rows     int64     `json:"rows"`
	Evidence Evidence  `json:"evidence"`
	Missing  []string  `json:"missing"` // files that the database names and nobody has
	Erased   []string  `json:"erased"`  // files that were erased while the backup was made
	Damaged  []string  `json:"damaged"` // files whose bytes are not what their name says
}

// Write writes an archive of one moment.
func Write(ctx context.Context, w io.Writer, s Source) (Report, error) {
	at := s.Now().UTC().Truncate(time.Second)
	shot, err := s.Store.Snapshot(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() {
		if shot != nil {
			_ = shot.Close() // the first error says more
		}
	}()
	b := &writing{Source: s, shot: shot, pack: newPacker(w, at), report: Report{Created: at, Schema: shot.Schema, Missing: []string{}, Erased: []string{}, Damaged: []string{}}}
	if err := b.head(ctx); err != nil {
		return b.report, err
	}
	for _, t := range shot.Tables {
		if err := b.table(ctx, t); err != nil {
			return b.report, err
		}
	}
	err = shot.Close() // files are copied without it, however long that takes
	shot = nil
	if err != nil {
		return b.report, err
	}
	for _, f := range b.files {
		if err := b.file(ctx, f); err != nil {
			return b.report, fmt.Errorf("copying the file of evidence %s: %w", f, err)
		}
	}
	return b.report, b.pack.close()
}

// writing is a backup on its way.
type writing struct {
	Source
	shot   *store.Snapshot
	pack   *packer
	files  []string
	report Report
}

func (b *writing) head(ctx context.Context) error {
	m := Manifest{Format: Format, Program: "embraye", Version: b.Version, Schema: b.shot.Schema, Created: b.report.Created, BaseURL: b.BaseURL, Dialect: "sqlite", Tables: b.shot.Tables}
	if b.Store.IsPostgres() {
		m.Dialect = "postgres"
	}
	err := b.shot.Evidence(ctx, func(name string, size int64) error {
		b.files = append(b.files, name)
		m.Evidence.Files++
		m.Evidence.Bytes += size
		return nil
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(b.pack.small(manifestName, append(text, '\n')), b.pack.small(settingsName, b.Settings), b.pack.small(secretName, b.Secret))
}

// table writes the rows of a table in parts: an entry has to know its size
// before it begins.
func (b *writing) table(ctx context.Context, t store.CopiedTable) error {
	var part bytes.Buffer
	number := 0
	flush := func() error {
		number++
		err := b.pack.small(partName(t.Name, number), part.Bytes())
		part.Reset()
		return err
	}
	lines := json.NewEncoder(&part)
	lines.SetEscapeHTML(false)
	err := b.shot.Rows(ctx, t, func(row []any) error {
		b.report.Rows++
		if err := lines.Encode(row); err != nil {
			return err
		}
		if part.Len() < partBytes {
			return nil
		}
		return flush()
	})
	if err == nil && part.Len() > 0 {
		err = flush()
	}
	return err
}

// file copies one file of evidence; that it is not there is said and ends
// nothing.
func (b *writing) file(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, info, err := b.Files.Get(ctx, name)
	if errors.Is(err, embraye.ErrNotFound) {
		return b.absent(ctx, name)
	}
	if err != nil {
		return err
	}
	defer f.Close() // only read
	sum, err := b.pack.large(evidenceFolder+name, info.Size, f)
	if err == nil && sum != info.SHA256 {
		b.report.Damaged = append(b.report.Damaged, name)
	}
	b.report.Evidence.Files++
	b.report.Evidence.Bytes += info.Size
	return err
}

// absent tells a file that somebody has erased since the moment from one that
// was lost.
func (b *writing) absent(ctx context.Context, name string) error {
	t := b.Store.Tables()
	_, err := t.EvidenceFiles.Take(ctx, name)
	if errors.Is(err, embraye.ErrNotFound) {
		var copied bool
		if copied, err = t.EvidenceCopies.FileUsed(ctx, name); err == nil && !copied {
			err = embraye.ErrNotFound
		}
	}
	list := &b.report.Missing
	if errors.Is(err, embraye.ErrNotFound) {
		list, err = &b.report.Erased, nil
	}
	*list = append(*list, name)
	return err
}
