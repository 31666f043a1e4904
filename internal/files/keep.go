package files

import (
	"context"
	"fmt"
	"io"
)

// Keep stores bytes under the name that they had, as a backup brings them. They
// are compared with the name: others are not kept, and kept is false.
func (s *Store) Keep(ctx context.Context, name string, r io.Reader) (kept bool, err error) {
	info, err := parseName(name)
	if err != nil {
		return false, err
	}
	f, err := s.create()
	if err != nil {
		return false, err
	}
	defer f.discard()
	if _, err := io.Copy(f, r); err != nil {
		return false, fmt.Errorf("writing the file %s: %w", name, err)
	}
	if f.sum() != info.SHA256 {
		return false, nil
	}
	return true, s.place.keep(ctx, f, name)
}

// Others lists the stored files that are none of certain ones; what was made of
// them, and what an interrupted upload has left, does not count.
func (s *Store) Others(ctx context.Context, known func(name string) bool) (names []string, err error) {
	all, err := s.place.names(ctx)
	for _, name := range all {
		if ValidName(name) && !known(name) {
			names = append(names, name)
		}
	}
	return names, err
}
