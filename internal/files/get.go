package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"embraye/internal/embraye"
)

// Info describes a stored file.
type Info struct {
	Name      string
	SHA256    string
	Ext       string
	MediaType string
	Size      int64
	ModTime   time.Time
	Inline    bool // may be shown by a browser; else an attachment
}

// mediaTypes is the closed list of what is stored and how it is served.
func mediaTypes() map[string]string {
	return map[string]string{"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "pdf": "application/pdf", "wacz": "application/wacz"}
}

// parseName accepts {sha256}.{ext} and nothing else.
func parseName(name string) (Info, error) {
	sum, ext, _ := strings.Cut(name, ".")
	mediaType, known := mediaTypes()[ext]
	if !known || len(sum) != hex.EncodedLen(sha256.Size) || strings.Trim(sum, "0123456789abcdef") != "" {
		return Info{}, fmt.Errorf("file %.80q: %w", name, embraye.ErrNotFound)
	}
	return Info{Name: name, SHA256: sum, Ext: ext, MediaType: mediaType, Inline: ext != "pdf" && ext != "wacz"}, nil
}

// ValidName reports whether a stored file could have this name.
func ValidName(name string) bool {
	_, err := parseName(name)
	return err == nil
}

// Get opens a stored file; the caller closes it. In a bucket it is read as it
// arrives, until the context ends.
func (s *Store) Get(ctx context.Context, name string) (io.ReadSeekCloser, Info, error) {
	info, err := parseName(name)
	if err != nil {
		return nil, Info{}, err
	}
	return s.open(ctx, name, info)
}

// open opens a file under a name of our own making.
func (s *Store) open(ctx context.Context, name string, info Info) (io.ReadSeekCloser, Info, error) {
	found, err := s.place.open(ctx, name)
	if err != nil {
		return nil, Info{}, err
	}
	info.Size, info.ModTime = found.size, found.modTime
	return found, info, nil
}

// Check reads a stored file and reports whether its bytes still have the hash
// that its name promises. A missing file is ErrNotFound.
func (s *Store) Check(ctx context.Context, name string) (ok bool, err error) {
	f, info, err := s.Get(ctx, name)
	if err != nil {
		return false, err
	}
	defer f.Close() // only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return false, fmt.Errorf("reading file %s: %w", name, err)
	}
	return hex.EncodeToString(sum.Sum(nil)) == info.SHA256, nil
}

// Remove deletes a stored file and what Smaller made of it; a missing one is
// ErrNotFound.
func (s *Store) Remove(ctx context.Context, name string) error {
	info, err := parseName(name)
	if err != nil {
		return err
	}
	for _, width := range Widths() {
		if err := s.place.remove(ctx, smallName(info, width)); err != nil && !errors.Is(err, embraye.ErrNotFound) {
			return fmt.Errorf("removing file %s at a width of %d: %w", name, width, err)
		}
	}
	return s.place.remove(ctx, name)
}
