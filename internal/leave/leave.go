// Package leave writes what an organisation takes with it when it goes
// elsewhere: a folder of open formats, to be read in ten years without this
// program. What is in it is what everybody can read at our addresses, and the
// lists that make a new beginning possible: who follows us, whom we follow, whom
// we refuse. Everything else, drafts and people and keys, is a backup's.
//
// What always holds: nothing of what was withdrawn is in it; however much there
// is, it takes the memory of one piece; the folder gets its name once it is
// whole, so that half of it is never mistaken for all.
//
// Start reading at Save; read.go is the way back, where the organisation arrives.
package leave

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"embraye/internal/export"
	"embraye/internal/files"
	"embraye/internal/store"
)

// Source is the instance that is left.
type Source struct {
	export.Source
	Store *store.Store
	Files *files.Store
	Now   func() time.Time
}

// Report is what was taken along.
type Report struct {
	Folder          string `json:"folder"`
	Constats        int    `json:"constats"` // that stand
	ConstatVersions int    `json:"constat_versions"`
	Reviews         int    `json:"reviews"` // ours that stand
	ReviewVersions  int    `json:"review_versions"`
	Evidence        int    `json:"evidence"` // files
	Copies          int    `json:"copies"`   // of pages, that everybody can see whole
	Followers       int    `json:"followers"`
	Following       int    `json:"following"`
	Unnamed         int    `json:"unnamed"` // accounts whose address nobody told us
	Blocks          int    `json:"blocks"`
	Bytes           int64  `json:"bytes"`
	// Missing and Damaged are files of the folder that could not be written,
	// because they are not here any more or not what they were.
	Missing []string `json:"missing"`
	Damaged []string `json:"damaged"`
}

// PartPrefix begins the names of folders that are being written.
const PartPrefix = ".embraye-export-"

// RefusedError says why a folder cannot be the place.
type RefusedError struct{ Reason string }

// Error implements error.
func (e *RefusedError) Error() string { return e.Reason }

// Save writes the folder beside its name, which it gets once it is whole. What
// fails leaves nothing.
func Save(ctx context.Context, dir string, s Source) (r Report, err error) {
	dir, empty, err := place(dir)
	if err != nil {
		return r, err
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), PartPrefix+"*") // 0700
	if err != nil {
		return r, err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(part) // the first error says more
		}
	}()
	if empty { // it makes room now, so that one that cannot is known before the work
		if err := os.Remove(dir); err != nil {
			return r, &RefusedError{fmt.Sprintf("the folder %s cannot be replaced: name one inside it that is not there yet (%v)", dir, err)}
		}
	}
	if r, err = s.fill(ctx, part); err != nil {
		return r, err
	}
	r.Folder = dir
	return r, os.Rename(part, dir)
}

// place is where the folder belongs: nothing is there, or an empty folder.
func place(dir string) (abs string, empty bool, err error) {
	if abs, err = filepath.Abs(dir); err != nil {
		return "", false, err
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return abs, false, nil
	case err != nil:
		return "", false, err
	case !info.IsDir():
		return "", false, &RefusedError{dir + " is a file: name a folder that is empty or not there yet"}
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", false, err
	}
	entries, err := os.ReadDir(abs)
	if err == nil && len(entries) > 0 {
		err = &RefusedError{fmt.Sprintf("%s is not empty (%s): name a folder that is empty or not there yet", dir, entries[0].Name())}
	}
	return abs, true, err
}

// fill writes all files, and their checksums last.
func (s Source) fill(ctx context.Context, dir string) (Report, error) {
	out, err := begin(dir)
	if err != nil {
		return Report{}, err
	}
	w := &writing{Source: s, folder: out, report: Report{Missing: []string{}, Damaged: []string{}}}
	for _, part := range []func(context.Context) error{w.readMe, w.tables, w.constats, w.reviews, w.evidence, w.copies, w.followers, w.following, w.blocks} {
		if err = part(ctx); err != nil {
			break
		}
	}
	err = errors.Join(err, out.end())
	w.report.Bytes = out.bytes
	return w.report, err
}

// writing is one folder on its way.
type writing struct {
	Source
	folder *folder
	report Report
}
