package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// unfinishedPrefix begins the names of files that are being written; no stored
// file's name begins so.
const unfinishedPrefix = ".part-"

// unfinished is a file that is being written, with the hash of what was
// written so far.
type unfinished struct {
	root *os.Root
	file *os.File
	name string
	hash hash.Hash
	size int64
	done bool // renamed or removed
}

func (s *Store) create() (*unfinished, error) {
	var b [12]byte
	if _, err := io.ReadFull(s.options.Random, b[:]); err != nil {
		return nil, fmt.Errorf("reading randomness for a file: %w", err)
	}
	name := unfinishedPrefix + hex.EncodeToString(b[:])
	f, err := s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, DiskError(fmt.Errorf("making a file: %w", err))
	}
	return &unfinished{root: s.root, file: f, name: name, hash: sha256.New()}, nil
}

func (u *unfinished) Write(p []byte) (int, error) {
	n, err := u.file.Write(p)
	u.hash.Write(p[:n])
	u.size += int64(n)
	return n, DiskError(err)
}

func (u *unfinished) sum() string { return hex.EncodeToString(u.hash.Sum(nil)) }

// discard removes a file that was not published. A file that cannot be removed
// is Sweep's; the upload's own error matters more.
func (u *unfinished) discard() {
	if u.done {
		return
	}
	u.done = true
	_ = u.file.Close()
	_ = u.root.Remove(u.name)
}

// Sweep removes what interrupted uploads left before the given time, and
// returns how many files those were.
func (s *Store) Sweep(before time.Time) (int, error) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return 0, fmt.Errorf("listing the folder of files: %w", err)
	}
	removed := 0
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), unfinishedPrefix) {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return removed, fmt.Errorf("reading about %s: %w", entry.Name(), err)
		}
		if info.ModTime().Before(before) {
			if err := s.root.Remove(entry.Name()); err != nil {
				return removed, fmt.Errorf("removing an unfinished upload: %w", err)
			}
			removed++
		}
	}
	return removed, nil
}

// contextReader stops a slow upload or a long decoding when its request ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

type contextReadSeeker struct {
	contextReader
	io.Seeker
}
