package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"embraye/internal/embraye"
)

// place is where stored files lie. What is not there is embraye.ErrNotFound; a
// place that does not answer is embraye.ErrUnavailable, and never the former.
type place interface {
	open(ctx context.Context, name string) (opened, error)
	// keep gives a written file its name, under which it is whole at once.
	keep(ctx context.Context, u *unfinished, name string) error
	remove(ctx context.Context, name string) error
	names(ctx context.Context) ([]string, error)
}

// opened is a file being read.
type opened struct {
	io.ReadSeekCloser
	size    int64
	modTime time.Time
}

// folder is a place on this machine's disk.
type folder struct{ root *os.Root }

func (d folder) open(_ context.Context, name string) (opened, error) {
	f, err := d.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return opened{}, fmt.Errorf("file %s: %w", name, embraye.ErrNotFound)
	}
	if err != nil {
		return opened{}, fmt.Errorf("opening file %s: %w", name, err)
	}
	stat, err := f.Stat()
	if err != nil {
		return opened{}, errors.Join(fmt.Errorf("reading about file %s: %w", name, err), f.Close())
	}
	return opened{f, stat.Size(), stat.ModTime()}, nil
}

// keep names the file once its bytes are safe on the disk, and makes the name
// itself safe.
func (d folder) keep(_ context.Context, u *unfinished, name string) error {
	if err := u.file.Sync(); err != nil {
		return DiskError(fmt.Errorf("writing file %s to the disk: %w", name, err))
	}
	if err := d.root.Rename(u.name, name); err != nil {
		return DiskError(fmt.Errorf("naming file %s: %w", name, err))
	}
	u.done = true
	dir, err := d.root.Open(".")
	if err != nil {
		return DiskError(fmt.Errorf("writing the folder of files to the disk: %w", err))
	}
	defer dir.Close() // nothing is buffered
	if err := dir.Sync(); err != nil {
		return DiskError(fmt.Errorf("writing the folder of files to the disk: %w", err))
	}
	return DiskError(u.file.Close())
}

func (d folder) remove(_ context.Context, name string) error {
	err := d.root.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("file %s: %w", name, embraye.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("removing file %s: %w", name, err)
	}
	return nil
}

func (d folder) names(context.Context) ([]string, error) {
	dir, err := d.root.Open(".")
	if err != nil {
		return nil, DiskError(fmt.Errorf("opening the folder of files: %w", err))
	}
	defer dir.Close() // only read
	all, err := dir.Readdirnames(-1)
	return all, DiskError(err)
}
