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

// Carried is what became of the files that lay in the folder.
type Carried struct {
	Moved   int
	Damaged []string // whose bytes are not those of their name: they stay where they are
}

// Carry moves the files that an earlier life without a bucket has left in the
// folder. Each is removed there once the bucket has it; pictures of other widths
// are made anew. It can be ended and begun again at any time.
func (s *Store) Carry(ctx context.Context) (c Carried, err error) {
	b, ok := s.place.(*bucket)
	if !ok {
		return c, nil
	}
	all, err := b.left.names(ctx)
	if err != nil {
		return c, err
	}
	for _, name := range all {
		info, err := parseName(name)
		if err != nil {
			continue
		}
		for _, width := range Widths() {
			if err := b.left.remove(ctx, smallName(info, width)); err != nil && !errors.Is(err, embraye.ErrNotFound) {
				return c, err
			}
		}
		intact, err := b.carry(ctx, info)
		switch {
		case errors.Is(err, embraye.ErrNotFound): // removed meanwhile
		case err != nil:
			return c, err
		case intact:
			c.Moved++
		default:
			c.Damaged = append(c.Damaged, name)
		}
	}
	return c, nil
}

func (b *bucket) carry(ctx context.Context, info Info) (intact bool, err error) {
	f, err := b.left.open(ctx, info.Name)
	if err != nil {
		return false, err
	}
	defer f.Close() // only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return false, DiskError(fmt.Errorf("reading file %s: %w", info.Name, err))
	}
	if hex.EncodeToString(sum.Sum(nil)) != info.SHA256 {
		return false, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false, DiskError(fmt.Errorf("reading file %s: %w", info.Name, err))
	}
	if err := b.put(ctx, f, f.size, info.SHA256, info.Name); err != nil {
		return false, err
	}
	return true, b.left.remove(ctx, info.Name)
}

// Left is how many files wait for Carry.
func (s *Store) Left(ctx context.Context) (n int, err error) {
	b, ok := s.place.(*bucket)
	if !ok {
		return 0, nil
	}
	all, err := b.left.names(ctx)
	for _, name := range all {
		if ValidName(name) {
			n++
		}
	}
	return n, err
}
