package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
)

// Destination is where a backup goes.
type Destination struct {
	Path string // a file, or a folder, where it gets a name with its time
	Host string // of the instance, for that name
	To   []age.Recipient
	Keep int // how many of our names stay in the folder; 0: all
}

// Saved is a backup that has its name.
type Saved struct {
	Report
	File    string   `json:"file"`
	Bytes   int64    `json:"bytes"`
	Removed []string `json:"removed"` // older ones
}

// ErrNoFile is what a backup cannot take the place of.
var ErrNoFile = errors.New("it is neither a file nor a folder")

// Save writes an archive beside its name, which it gets once it is whole and on
// the disk; only then do older ones go. What fails leaves nothing.
func Save(ctx context.Context, d Destination, s Source) (saved Saved, err error) {
	folder, name, err := d.place(s.Now())
	if err != nil {
		return saved, err
	}
	if info, err := os.Stat(filepath.Join(folder, name)); err == nil && !info.Mode().IsRegular() { // a device or a pipe would be one no more
		return saved, fmt.Errorf("%s: %w", d.Path, ErrNoFile)
	}
	f, err := os.CreateTemp(folder, partPrefix+"*") // 0600
	if err != nil {
		return saved, err
	}
	defer func() {
		if err != nil {
			_ = f.Close() // the first error says more
			_ = os.Remove(f.Name())
		}
	}()
	if saved.Report, err = Stream(ctx, f, d.To, s); err != nil {
		return saved, err
	}
	if saved.Bytes, err = f.Seek(0, io.SeekCurrent); err != nil {
		return saved, err
	}
	if err = errors.Join(f.Sync(), f.Close()); err != nil {
		return saved, err
	}
	saved.File = filepath.Join(folder, name)
	if err = os.Rename(f.Name(), saved.File); err != nil {
		return saved, err
	}
	if err = syncFolder(folder); err != nil {
		return saved, err
	}
	saved.Removed, err = d.prune(folder, s.Now())
	return saved, err
}

// Stream writes an archive, encrypted if there is anybody to read it.
func Stream(ctx context.Context, w io.Writer, to []age.Recipient, s Source) (Report, error) {
	out, err := sealed(w, to)
	if err != nil {
		return Report{}, err
	}
	report, err := Write(ctx, out, s)
	if err != nil {
		return report, err
	}
	return report, out.Close()
}

// partPrefix begins the names of archives that are being written.
const partPrefix = ".embraye-backup-"

const (
	namePrefix = "embraye-"
	nameTime   = "20060102T150405Z"
	nameEnd    = ".tar.gz"
	sealedEnd  = ".tar.gz.age"
)

// place is where the archive belongs.
func (d Destination) place(now time.Time) (folder, name string, err error) {
	info, err := os.Stat(d.Path)
	if err != nil || !info.IsDir() {
		if strings.HasSuffix(d.Path, "/") {
			return "", "", fmt.Errorf("the folder %s is not there: make it first", d.Path)
		}
		if d.Keep > 0 {
			return "", "", errors.New("--keep wants a folder, where backups get names with their time")
		}
		return filepath.Dir(d.Path), filepath.Base(d.Path), nil
	}
	end := nameEnd
	if len(d.To) > 0 {
		end = sealedEnd
	}
	return d.Path, d.prefix() + now.UTC().Format(nameTime) + end, nil
}

// prefix begins the names of this instance's backups: several may share a folder.
func (d Destination) prefix() string { return namePrefix + strings.ReplaceAll(d.Host, ":", "_") + "-" }

// ours tells a name that Save made.
func (d Destination) ours(name string) bool {
	at, ok := strings.CutPrefix(name, d.prefix())
	at = strings.TrimSuffix(strings.TrimSuffix(at, ".age"), nameEnd)
	_, err := time.Parse(nameTime, at)
	return ok && err == nil && (name == d.prefix()+at+nameEnd || name == d.prefix()+at+sealedEnd)
}

// leftAfter is how old what a killed backup has left is at least.
const leftAfter = 48 * time.Hour

// prune removes all but the newest, and what killed backups have left.
func (d Destination) prune(folder string, now time.Time) (removed []string, err error) {
	removed = []string{}
	if d.Keep <= 0 {
		return removed, nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return removed, err
	}
	var ours []string
	for _, e := range entries {
		if d.ours(e.Name()) && e.Type().IsRegular() {
			ours = append(ours, e.Name())
		}
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), partPrefix) && now.Sub(info.ModTime()) > leftAfter {
			_ = os.Remove(filepath.Join(folder, e.Name())) // the next one tries again
		}
	}
	slices.Sort(ours) // by their time: all else is the same
	for _, name := range ours[:max(0, len(ours)-d.Keep)] {
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			return removed, fmt.Errorf("the new backup is complete, but an older one cannot be removed: %w", err)
		}
		removed = append(removed, name)
	}
	return removed, nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
