package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"embraye/internal/embraye"
)

// A Spool is a file of our own making, on the disk and not yet among the stored
// ones: what a server sends, a copy that is being packed. Discard ends it in any
// case.
type Spool struct {
	*unfinished
	store *Store
}

// Spool begins a file.
func (s *Store) Spool() (*Spool, error) {
	u, err := s.create()
	if err != nil {
		return nil, err
	}
	return &Spool{u, s}, nil
}

// Receive spools an upload within the limit of uploads, and tells what kind of
// file it is by its beginning, as an extension of our list; empty: none of them.
func (s *Store) Receive(ctx context.Context, r io.Reader) (*Spool, string, error) {
	sp, err := s.Spool()
	if err != nil {
		return nil, "", err
	}
	if err := s.receive(ctx, sp.unfinished, r); err != nil {
		sp.Discard()
		return nil, "", err
	}
	ext, err := sp.kind()
	if err != nil {
		sp.Discard()
		return nil, "", err
	}
	return sp, ext, nil
}

// kind decides by the first bytes; of PDF and pictures the end is looked at too.
func (sp *Spool) kind() (string, error) {
	b, err := head(sp.file)
	if err != nil {
		return "", err
	}
	if len(b) > 4 && string(b[:4]) == "PK\x03\x04" {
		return "wacz", nil
	}
	k, err := sniff(sp.file)
	if errors.Is(err, embraye.ErrInvalid) {
		return "", nil // none that we know: its sender says what it is
	}
	if err != nil {
		return "", err
	}
	if k == kindPDF {
		return "pdf", checkPDF(sp.file, sp.size)
	}
	return map[kind]string{kindPNG: "png", kindJPEG: "jpg", kindWebP: "webp", kindGIF: "gif"}[k], nil
}

// ReadAt implements io.ReaderAt, of what was written.
func (sp *Spool) ReadAt(p []byte, at int64) (int, error) {
	n, err := sp.file.ReadAt(p, at)
	if err != nil && err != io.EOF {
		err = DiskError(err)
	}
	return n, err
}

// Size is how many bytes were written.
func (sp *Spool) Size() int64 { return sp.size }

// Name is what the file would be called.
func (sp *Spool) Name(ext string) string { return sp.sum() + "." + ext }

// Keep gives the file its name among the stored ones.
func (sp *Spool) Keep(ctx context.Context, ext string) error {
	if !ValidName(sp.Name(ext)) {
		return fmt.Errorf("files: %.20q is no kind of file that is kept", ext)
	}
	return sp.store.place.keep(ctx, sp.unfinished, sp.Name(ext))
}

// Discard removes a file that was not kept.
func (sp *Spool) Discard() { sp.discard() }

// SumOf is the hash of a part of what was written.
func (sp *Spool) SumOf(at, size int64) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(sp, at, size)); err != nil {
		return "", fmt.Errorf("reading what was received: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
